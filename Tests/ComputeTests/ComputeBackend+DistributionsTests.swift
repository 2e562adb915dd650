import Foundation
import XCTest

@testable import Compute

final class ComputeBackendDistributionsTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    private let sizes = [(1, 1), (0, 5), (3, 31), (2, 33), (4, 1000), (2, 1024), (3, 2051), (2, 50257)]

    // MARK: Single results

    func testLogSumExpAndLogProbabilities() throws {
        for (rows, size) in sizes {
            let name = "\(rows)x\(size)"
            let x = TestMatrix(rows, size, seed: 1, scale: 4)
            let picked = (0..<rows * 3).map { (row: $0 / 3, id: ($0 * 7919) % size) }
            let outcomes = try TestBackends.run(name) { backend in
                let logits = try x.on(backend, padding: 7)
                let sums = try backend.makeMatrix(rows: rows, columns: 1)
                let chosen = try backend.makeMatrix(rows: picked.count, columns: 1)
                backend.logSumExp(logits, into: sums)
                backend.logProbabilities(
                    logits, rows: try backend.makeIndices(picked.map { Int32($0.row) }),
                    ids: try backend.makeIndices(picked.map { Int32($0.id) }), into: chosen)
                return [sums, chosen]
            }
            for results in outcomes {
                let logs = (0..<rows).map { DistributionRow.logSoftmax(x.row($0)) }
                let sums = (0..<rows).map { x[$0, 0] - logs[$0][0] }
                let tolerance = Tolerance(absolute: 1e-7, relative: 3e-7)
                assertClose(results[0], TestMatrix(rows, 1, sums), tolerance, "logSumExp \(name)")
                let expected = TestMatrix(picked.count, 1, picked.map { logs[$0.row][$0.id] })
                assertClose(results[1], expected, tolerance, "logProbabilities \(name)")
            }
        }
    }

    func testLogSumExpOfUnusualRows() throws {
        let rows: [[Double]] = [
            Array(repeating: 1000, count: 40), Array(repeating: -1000, count: 40),
            [88] + Array(repeating: -.infinity, count: 39), Array(repeating: -.infinity, count: 40),
            Array(repeating: .nan, count: 40), [.nan] + Array(repeating: 1, count: 39),
            Array(repeating: 1, count: 39) + [.infinity],
        ]
        let x = TestMatrix(rows.count, 40, rows.flatMap { $0 })
        let outcomes = try TestBackends.run("unusual") { backend in
            let y = try backend.makeMatrix(rows: rows.count, columns: 1)
            backend.logSumExp(try x.on(backend), into: y)
            return [y]
        }
        for results in outcomes {
            let found = results[0].values
            XCTAssertEqual(found[0], 1000 + log(40), accuracy: 1e-4)
            XCTAssertEqual(found[1], -1000 + log(40), accuracy: 1e-4)
            XCTAssertEqual(found[2], 88)
            XCTAssertEqual(found[3], -.infinity)
            XCTAssertTrue(found[4].isNaN, "only NaN")
            XCTAssertTrue(found[5].isNaN, "one NaN")
            XCTAssertFalse(found[6].isFinite, "an infinity")
        }
    }

    func testTopK() throws {
        for (rows, size) in sizes {
            var x = TestMatrix(rows, size, seed: 5, scale: 4)
            // Few distinct values, so that there are ties.
            for index in x.values.indices where index % 2 == 0 { x.values[index].round() }
            let logs = (0..<rows).map { DistributionRow.logSoftmax(x.row($0)) }
            let orders = logs.map { row in
                row.indices.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
            }
            for k in [1, 2, 5, 50] where k <= size {
                let name = "top \(k) of \(rows)x\(size)"
                var ids: [[Int32]] = []
                let outcomes = try TestBackends.run(name) { backend in
                    let found = try backend.makeIndices(Array(repeating: -1, count: rows * k))
                    let values = try backend.makeMatrix(rows: rows, columns: k)
                    backend.topK(try x.on(backend, padding: 1), k: k, ids: found, values: values)
                    ids.append(try backend.read(found))
                    return [values]
                }
                for results in outcomes {
                    var expectedIDs: [Int32] = []
                    var expected: [Double] = []
                    for row in 0..<rows {
                        expectedIDs += orders[row].prefix(k).map { Int32($0) }
                        expected += orders[row].prefix(k).map { logs[row][$0] }
                    }
                    for found in ids { XCTAssertEqual(found, expectedIDs, name) }
                    assertClose(results[0], TestMatrix(rows, k, expected), .elementwise, name)
                }
            }
        }
    }

    func testTopKPutsNaNLast() throws {
        let x = TestMatrix(1, 5, [.nan, 1, -.infinity, 3, .nan])
        for backend in TestBackends.all {
            let ids = try backend.makeIndices([0, 0]), values = try backend.makeMatrix(rows: 1, columns: 2)
            backend.topK(try x.on(backend), k: 2, ids: ids, values: values)
            XCTAssertEqual(try backend.read(ids), [3, 1], backend.deviceDescription)
        }
    }

    // MARK: Loss terms

    private func run(
        _ name: String, _ x: TestMatrix, base: TestMatrix?, _ rows: [DistributionRow], gradient: Bool
    ) throws -> [DeviceResults] {
        try TestBackends.run(name) { backend in
            func weights(_ value: (DistributionRow) -> Double) throws -> Matrix {
                try TestMatrix(rows.count, 1, rows.map(value)).on(backend, padding: 1)
            }
            let logits = try x.on(backend, padding: 3)
            let values = try backend.makeMatrix(rows: rows.count, columns: 3)
            let terms = DistributionTerms(
                targets: try backend.makeIndices(rows.map { Int32($0.target) }),
                comparators: try backend.makeIndices(rows.map { Int32($0.comparator) }),
                targetWeights: try weights { $0.targetWeight },
                comparatorWeights: try weights { $0.comparatorWeight },
                divergenceWeights: try weights { $0.divergenceWeight })
            backend.distributionTerms(
                logits, base: try base?.on(backend), terms: terms, into: values, gradient: gradient)
            return [values, logits]
        }
    }

    private func examples(_ size: Int) -> [DistributionRow] {
        [
            DistributionRow(),
            DistributionRow(target: 0, targetWeight: 0.5),
            DistributionRow(target: size / 2, comparator: size - 1, targetWeight: 1, comparatorWeight: 2),
            DistributionRow(comparator: size / 3, comparatorWeight: 0.25),
            DistributionRow(divergenceWeight: 0.625),
            DistributionRow(
                target: size - 1, comparator: 0, targetWeight: 0.3, comparatorWeight: 0.7,
                divergenceWeight: 1.5),
            DistributionRow(target: 0, comparator: 0, targetWeight: 1, comparatorWeight: 1),
            // Measured, but without weight.
            DistributionRow(target: size / 2, comparator: size / 2),
        ]
    }

    func testDistributionTermsMatchFloat64() throws {
        for size in [2, 5, 31, 33, 1000, 1024, 2051, 50257] {
            let rows = size < 50000 ? examples(size) : [examples(size)[5]]
            let x = TestMatrix(rows.count, size, seed: 1, scale: 3)
            let base = TestMatrix(rows.count, size, seed: 2, scale: 3)
            let name = "V = \(size)"
            let measuredOnAll = try run(name, x, base: base, rows, gradient: false)
            let trainedOnAll = try run(name, x, base: base, rows, gradient: true)
            for (measured, trained) in zip(measuredOnAll, trainedOnAll) {
                XCTAssertEqual(measured[1].values, x.values, "\(name): logits stay without gradient")
                XCTAssertEqual(
                    measured[0].values, trained[0].values, "\(name): values with and without gradient")
                for (index, row) in rows.enumerated() {
                    let what = "\(name), row \(index)"
                    let values = row.values(x.row(index), base: base.row(index))
                    let found = TestMatrix(1, 3, measured[0].row(index))
                    assertClose(
                        found, TestMatrix(1, 3, values), Tolerance(absolute: 1e-6, relative: 1e-6), what)
                    let gradient = row.gradient(x.row(index), base: base.row(index))
                    checkGradient(trained[1].row(index), gradient, what)
                }
            }
        }
    }

    /// A probability holds 2e-6 of itself, and a slope 2e-6 of the probabilities that it is made of.
    private func checkGradient(
        _ found: [Double], _ expected: [(slope: Double, size: Double)], _ name: String,
        line: UInt = #line
    ) {
        for (index, pair) in zip(found, expected).enumerated() {
            let error = abs(pair.0 - pair.1.slope)
            if !(error <= 2e-6 * pair.1.size + 1e-37) {
                return XCTFail(
                    "\(name): slope \(index) is \(pair.0), not \(pair.1.slope), of terms \(pair.1.size)",
                    line: line)
            }
        }
    }

    func testReferenceGradientMatchesFiniteDifferences() {
        for size in [2, 5, 31] {
            let base = TestMatrix(1, size, seed: 2, scale: 2).values
            for (index, row) in examples(size).enumerated() {
                let x = TestMatrix(1, size, seed: 1, scale: 2)
                let expected = numericalGradient(at: x, dy: TestMatrix(1, 1, [1])) {
                    TestMatrix(1, 1, [row.loss($0.values, base: base)])
                }
                assertClose(
                    TestMatrix(1, size, row.gradient(x.values, base: base).map(\.slope)), expected,
                    Tolerance(absolute: 1e-7, relative: 1e-7), "V = \(size), example \(index)")
            }
        }
    }

    /// KL(p ‖ p) and KL of nearly equal distributions, where float32 logarithms would cancel.
    func testSmallDivergences() throws {
        let size = 5000
        let base = TestMatrix(3, size, seed: 3, scale: 4)
        var x = base
        for column in 0..<size {
            x[1, column] += 0.25
            x[2, column] = Double(Float(x[2, column] + (column % 2 == 0 ? 0.001 : -0.001)))
        }
        let rows = Array(repeating: DistributionRow(divergenceWeight: 1), count: 3)
        for results in try run("small divergences", x, base: base, rows, gradient: true) {
            XCTAssertEqual(results[0][0, 2], 0)
            XCTAssertEqual(results[0][1, 2], 0, accuracy: 1e-7)
            let expected = rows[2].values(x.row(2), base: base.row(2))[2]
            XCTAssertEqual(results[0][2, 2], expected, accuracy: 1e-5 * expected)
            XCTAssertTrue(results[1].row(0).allSatisfy { $0 == 0 })
        }
    }

    /// log(1 − p) stays exact near p = 1, and finite at p = 1.
    func testCertainComparator() throws {
        for gap in [5.0, 20, 60, 85, 120, 1e6] {
            var x = TestMatrix(1, 50, seed: 1)
            x[0, 7] = gap
            let row = DistributionRow(comparator: 7, comparatorWeight: 1)
            for results in try run("gap \(gap)", x, base: nil, [row], gradient: true) {
                let expected = max(
                    row.values(x.values, base: x.values)[1], log(Double(Float.leastNormalMagnitude)))
                XCTAssertEqual(results[0][0, 1], expected, accuracy: 1e-6 * abs(expected), "gap \(gap)")
                XCTAssertTrue(results[1].values.allSatisfy(\.isFinite), "gap \(gap)")
                let gradient = row.gradient(x.values, base: x.values)
                XCTAssertEqual(results[1][0, 7], gradient[7].slope, accuracy: 1e-6, "gap \(gap)")
                // Further off, the others' probabilities leave the range of float32.
                if gap < 80 { checkGradient(results[1].values, gradient, "gap \(gap)") }
            }
        }
    }

    func testNaNLogitsAreNotHidden() throws {
        let x = TestMatrix(1, 100, repeating: .nan)
        let row = DistributionRow(
            target: 1, comparator: 2, targetWeight: 1, comparatorWeight: 1, divergenceWeight: 1)
        for results in try run("NaN", x, base: TestMatrix(1, 100, seed: 1), [row], gradient: true) {
            XCTAssertTrue(results[0].values.allSatisfy(\.isNaN), results.device)
        }
    }
}
