import Foundation
import XCTest

@testable import Compute

final class ComputeBackendAttentionTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    func testForwardMatchesFloat64() throws {
        for example in AttentionExample.all {
            let inputs = AttentionInputs(example)
            let outcomes = try TestBackends.run(example.name) { try inputs.forward($0) }
            for results in outcomes {
                let expected = inputs.referenceForward()
                assertClose(results[0], expected.output, .sums, "\(example.name): output")
                assertClose(results[1], expected.logSumExp, .sums, "\(example.name): logSumExp")
            }
        }
    }

    func testBackwardMatchesFloat64() throws {
        for example in AttentionExample.all {
            let inputs = AttentionInputs(example)
            let outcomes = try TestBackends.run(example.name) { try inputs.backward($0) }
            for results in outcomes {
                let expected = inputs.referenceBackward()
                let tolerance = Tolerance(absolute: 1e-5, relative: 1e-5)
                assertClose(results[0], expected.dQueries, tolerance, "\(example.name): dQueries")
                assertClose(results[1], expected.dKeys, tolerance, "\(example.name): dKeys")
                assertClose(results[2], expected.dValues, tolerance, "\(example.name): dValues")
            }
        }
    }

    func testReferenceGradientsMatchFiniteDifferences() {
        let example = AttentionExample(
            name: "small", spans: AttentionExample.packed([(3, 3), (2, 6)]), heads: 4, keyValueHeads: 2,
            headSize: 3, window: 4)
        let inputs = AttentionInputs(example)
        let expected = inputs.referenceBackward()
        let tolerance = Tolerance(absolute: 1e-6, relative: 1e-6)
        let dQueries = numericalGradient(at: inputs.queries, dy: inputs.dOutput) {
            var moved = inputs
            moved.queries = $0
            return moved.referenceForward().output
        }
        assertClose(expected.dQueries, dQueries, tolerance, "dQueries")
        let dKeys = numericalGradient(at: inputs.keys, dy: inputs.dOutput) {
            var moved = inputs
            moved.keys = $0
            return moved.referenceForward().output
        }
        assertClose(expected.dKeys, inputs.newestRows(dKeys), tolerance, "dKeys")
        let dValues = numericalGradient(at: inputs.values, dy: inputs.dOutput) {
            var moved = inputs
            moved.values = $0
            return moved.referenceForward().output
        }
        assertClose(expected.dValues, inputs.newestRows(dValues), tolerance, "dValues")
    }

    /// A sequence alone, or a few tokens at a time after cached keys, gives the bits it has in a batch.
    func testBitsDoNotDependOnTheBatch() throws {
        let lengths = [(5, 5), (150, 150), (20, 20)]
        for window in [nil, 70] {
            let inputs = AttentionInputs(
                AttentionExample(
                    name: "batch", spans: AttentionExample.packed(lengths), headSize: 20, window: window))
            for backend in TestBackends.all {
                let whole = try TestMatrix(inputs.forward(backend)[0], of: backend)
                for span in inputs.example.spans {
                    for first in [0, 1, 3, span.queries.count - 1] {
                        let part = AttentionSpan(
                            queries: span.queries.lowerBound + first..<span.queries.upperBound,
                            keys: span.keys)
                        let alone = try TestMatrix(inputs.forward(backend, spans: [part])[0], of: backend)
                        for row in part.queries {
                            XCTAssertEqual(
                                alone.row(row), whole.row(row),
                                "\(backend.deviceDescription), window \(String(describing: window)), "
                                    + "row \(row) computed from query \(first) on")
                        }
                    }
                }
            }
        }
    }

    func testLargeScoresStayFinite() throws {
        var inputs = AttentionInputs(
            AttentionExample(name: "large", spans: AttentionExample.packed([(80, 80)])))
        for index in inputs.queries.values.indices { inputs.queries.values[index] *= 200 }
        let outcomes = try TestBackends.run("large") { try inputs.forward($0) }
        for results in outcomes {
            XCTAssertTrue(results[0].values.allSatisfy(\.isFinite))
            XCTAssertTrue(results[1].values.allSatisfy(\.isFinite))
        }
    }

    func testNaNIsNotHidden() throws {
        var inputs = AttentionInputs(AttentionExample(name: "NaN", spans: AttentionExample.packed([(4, 4)])))
        inputs.keys[2, 0] = .nan
        let outcomes = try TestBackends.run("NaN") { try inputs.forward($0) }
        for results in outcomes {
            for row in 0..<4 {
                XCTAssertEqual(results[0][row, 0].isNaN, row >= 2, "row \(row)")
            }
        }
    }

    func testRotation() throws {
        for (rows, rotated, headSize) in [(1, 2, 2), (5, 16, 20), (3, 34, 64), (2, 64, 64), (0, 8, 8)] {
            for pairing in [RotaryShape.Pairing.halves, .neighbours] {
                try checkRotation(rows, rotated, headSize, pairing)
            }
        }
    }

    private func checkRotation(
        _ rows: Int, _ rotated: Int, _ headSize: Int, _ pairing: RotaryShape.Pairing
    ) throws {
        let name = "\(rows) rows, \(rotated) of \(headSize) rotated, \(pairing)"
        let x = TestMatrix(rows, 3 * headSize, seed: 1)
        let angles = TestMatrix(10, rotated / 2, seed: 2, scale: 3)
        let positions = (0..<rows).map { ($0 * 7 + 2) % 10 }
        let shape = RotaryShape(heads: 3, headStride: headSize, rotated: rotated, pairing: pairing)
        let outcomes = try TestBackends.run(name) { backend in
            let turned = try x.on(backend, padding: 3), back = try x.on(backend)
            let cosines = try TestMatrix(10, rotated / 2, angles.values.map(cos)).on(backend)
            let sines = try TestMatrix(10, rotated / 2, angles.values.map(sin)).on(backend, padding: 1)
            let indices = try backend.makeIndices(positions.map(Int32.init))
            backend.rotate(
                turned, positions: indices, cosines: cosines, sines: sines, rotary: shape, inverse: false)
            backend.copy(turned, into: back)
            backend.rotate(
                back, positions: indices, cosines: cosines, sines: sines, rotary: shape, inverse: true)
            return [turned, back]
        }
        for results in outcomes {
            var expected = x
            for row in 0..<rows {
                for head in 0..<3 {
                    for pair in 0..<rotated / 2 {
                        let start = head * headSize
                        let (i, j) =
                            pairing == .halves
                            ? (start + pair, start + pair + rotated / 2)
                            : (start + 2 * pair, start + 2 * pair + 1)
                        let angle = angles[positions[row], pair]
                        expected[row, i] = x[row, i] * cos(angle) - x[row, j] * sin(angle)
                        expected[row, j] = x[row, j] * cos(angle) + x[row, i] * sin(angle)
                    }
                }
            }
            assertClose(results[0], expected, Tolerance(absolute: 1e-6, relative: 1e-6), name)
            assertClose(results[1], x, Tolerance(absolute: 1e-6, relative: 1e-6), name + ", turned back")
        }
    }
}
