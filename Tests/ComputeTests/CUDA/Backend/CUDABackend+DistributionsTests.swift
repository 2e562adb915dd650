import EmulatedDevice
import XCTest

@testable import Compute

/// What is CUDA's own about distributions: segments, long lists, parts of rows, and indices out of range.
final class CUDABackendDistributionsTests: XCTestCase {
    private func backend(scratchBytes: Int = 64 << 20) throws -> CUDABackend {
        let device = try EmulatedDevice()
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        var options = CUDABackend.Options()
        options.scratchBytes = scratchBytes
        return try CUDABackend(CUDALibraries(.init(environment: device.environment)), options: options)
    }

    /// Rows with ties, rising rows, equal rows, rows with NaN and −∞, and zeros of both signs.
    private func hostileRows(_ size: Int) -> TestMatrix {
        let random = TestMatrix(1, size, seed: 5, scale: 4).values
        let rows: [[Double]] = [
            random.enumerated().map { $0.offset % 2 == 0 ? $0.element.rounded() : $0.element },
            random.indices.map { Double($0) / 64 },
            random.indices.map { _ in -3 },
            random.enumerated().map {
                $0.offset % 3 == 0 ? .nan : $0.offset % 5 == 0 ? -.infinity : $0.element
            },
            random.indices.map { $0 % 2 == 0 ? 0.0 : -0.0 },
        ]
        return TestMatrix(rows.count, size, rows.flatMap { $0 })
    }

    func testTopKOfAnyLength() throws {
        for (size, lengths) in [
            (1, [1]), (33, [1, 32, 33]), (2048, [1, 1024, 1025, 2048]), (2049, [1, 3, 1024, 1025, 2049]),
            (10_007, [1, 2, 50, 100, 1000, 1024, 1025, 2048, 2049, 5000, 10_007]),
        ] {
            let x = hostileRows(size)
            let orders = (0..<x.rows).map { row in
                let keys = x.row(row).map { $0.isNaN ? -.infinity : $0 }
                return keys.indices.sorted { keys[$0] != keys[$1] ? keys[$0] > keys[$1] : $0 < $1 }
            }
            for backend in [try backend(), try backend(scratchBytes: 256 << 10)] {
                let logits = try x.on(backend, padding: size % 2)
                for k in lengths {
                    let ids = try backend.makeIndices(Array(repeating: -1, count: x.rows * k))
                    let values = try backend.makeMatrix(rows: x.rows, columns: k)
                    backend.topK(logits, k: k, ids: ids, values: values)
                    let found = try backend.read(ids).map(Int.init),
                        numbers = try TestMatrix(values, of: backend)
                    for row in 0..<x.rows {
                        let name = "top \(k) of \(size), row \(row)"
                        let best = Array(orders[row].prefix(k))
                        XCTAssertEqual(Array(found[row * k..<(row + 1) * k]), best, name)
                        let logs = DistributionRow.logSoftmax(x.row(row))
                        assertClose(
                            TestMatrix(1, k, numbers.row(row)), TestMatrix(1, k, best.map { logs[$0] }),
                            Tolerance(absolute: 1e-7, relative: 3e-7), name)
                    }
                }
            }
        }
    }

    /// A row gives the same bits wherever it lies, alone or among others, in parts or at once.
    func testRowsGiveTheSameBitsAnywhere() throws {
        let x = TestMatrix(9, 5001, seed: 1, scale: 4)
        var results: [[UInt32]] = []
        for (padding, scratchBytes) in [(0, 64 << 20), (3, 64 << 20), (2, 2200)] {
            let backend = try backend(scratchBytes: scratchBytes)
            let logits = try x.on(backend, padding: padding)
            let together = try backend.makeMatrix(rows: 9, columns: 1)
            backend.logSumExp(logits, into: together)
            results.append(try backend.read(together).map(\.bitPattern))
            let alone = try backend.makeMatrix(rows: 9, columns: 1)
            for row in 0..<9 {
                backend.logSumExp(logits.rows(row..<row + 1), into: alone.rows(row..<row + 1))
            }
            results.append(try backend.read(alone).map(\.bitPattern))
        }
        for (index, result) in results.enumerated() { XCTAssertEqual(result, results[0], "way \(index)") }
    }

    /// Few entries read their own rows, many share what is found of every row; both give the same bits.
    func testLogProbabilitiesByEntryAndByRow() throws {
        let backend = try backend()
        let x = TestMatrix(4, 2500, seed: 1, scale: 4)
        let logits = try x.on(backend)
        let rows: [Int32] = [3, 3, 0, 1, 3, 2], ids: [Int32] = [0, 2499, 7, 2047, 2048, 1]
        let together = try backend.makeMatrix(rows: 6, columns: 1),
            alone = try backend.makeMatrix(rows: 6, columns: 1)
        backend.logProbabilities(
            logits, rows: try backend.makeIndices(rows), ids: try backend.makeIndices(ids), into: together)
        for entry in 0..<6 {
            backend.logProbabilities(
                logits, rows: try backend.makeIndices([rows[entry]]),
                ids: try backend.makeIndices([ids[entry]]),
                into: alone.rows(entry..<entry + 1))
        }
        XCTAssertEqual(try backend.read(together), try backend.read(alone))
        let expected = zip(rows, ids).map { DistributionRow.logSoftmax(x.row(Int($0)))[Int($1)] }
        assertClose(
            try TestMatrix(together, of: backend), TestMatrix(6, 1, expected),
            Tolerance(absolute: 1e-7, relative: 3e-7), "log-probabilities")
    }

    func testIndicesOutOfRangeGiveNaN() throws {
        let backend = try backend()
        let logits = try TestMatrix(2, 40, seed: 1).on(backend)
        for (rows, ids) in [([2, 0, 0], [0, 40, -1]), ([2, -1, 0, 0, 1], [0, 0, 40, -1, 7])] {
            let y = try backend.makeMatrix(rows: rows.count, columns: 1)
            backend.logProbabilities(
                logits, rows: try backend.makeIndices(rows.map(Int32.init)),
                ids: try backend.makeIndices(ids.map(Int32.init)), into: y)
            let expected = zip(rows, ids).map { !(0..<2 ~= $0) || !(0..<40 ~= $1) }
            XCTAssertEqual(try backend.read(y).map(\.isNaN), expected)
        }
        for (row, hasBase, isNaN) in [
            (DistributionRow(target: 40, targetWeight: 1), true, [true, false, false]),
            (DistributionRow(comparator: 40, comparatorWeight: 1), true, [false, true, false]),
            (DistributionRow(target: 3, targetWeight: 1, divergenceWeight: 1), false, [false, false, true]),
        ] {
            let values = try backend.makeMatrix(rows: 1, columns: 3)
            let copy = try TestMatrix(1, 40, seed: 1).on(backend)
            func weight(_ value: Double) throws -> Matrix { try TestMatrix(1, 1, [value]).on(backend) }
            backend.distributionTerms(
                copy, base: hasBase ? try TestMatrix(1, 40, seed: 2).on(backend) : nil,
                terms: DistributionTerms(
                    targets: try backend.makeIndices([Int32(row.target)]),
                    comparators: try backend.makeIndices([Int32(row.comparator)]),
                    targetWeights: try weight(row.targetWeight),
                    comparatorWeights: try weight(row.comparatorWeight),
                    divergenceWeights: try weight(row.divergenceWeight)), into: values, gradient: true)
            XCTAssertEqual(try backend.read(values).map(\.isNaN), isNaN, "\(row)")
            XCTAssertTrue(try backend.read(copy).allSatisfy(\.isNaN), "\(row): the gradient")
        }
    }
}
