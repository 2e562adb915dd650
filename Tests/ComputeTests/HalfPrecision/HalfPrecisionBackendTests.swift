import CKernels
import Foundation
import XCTest

@testable import Compute

/// Against PyTorch's half precision (`Scripts/oracle/half_operations.py`): the same bits.
final class HalfPrecisionBackendTests: XCTestCase {
    private let backend = HalfPrecisionBackend(CPUBackend(threads: 1))

    private func fixture(_ name: String) throws -> [String: Any] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/half-operations.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        return try XCTUnwrap(object?[name] as? [String: Any], name)
    }

    private func values(_ object: [String: Any], _ name: String) throws -> [Float] {
        try XCTUnwrap(object[name] as? [NSNumber], name).map(\.floatValue)
    }

    private func matrix(_ values: [Float], rows: Int = 1) throws -> Matrix {
        let matrix = try backend.makeMatrix(rows: rows, columns: values.count / rows)
        backend.write(values, into: matrix)
        return matrix
    }

    private func assert(
        _ found: Matrix, _ expected: [Float], _ name: String, line: UInt = #line
    ) throws {
        let found = try backend.read(found)
        XCTAssertEqual(found.count, expected.count, name, line: line)
        let different = zip(found, expected).filter { $0 != $1 }
        XCTAssertTrue(different.isEmpty, "\(name): \(different.prefix(5))", line: line)
    }

    func testRoundsAsTheProcessorDoes() {
        var values: [Float] = [
            0, -0.0, 1, 65504, 65519.996, 65520, -1e9, 6e-8, 2.9e-8, 0x1p-25, 1e-9, .infinity,
        ]
        values += (0..<4000).map { Float($0 * $0) * 0.000013 - 40 }
        values += (0..<4000).map { Float($0) * 0x1p-27 }
        for (value, rounded) in zip(values, HalfPrecisionBackend.rounded(values)) {
            XCTAssertEqual(rounded, Float(Float16(value)), "\(value)")
        }
        XCTAssertTrue(HalfPrecisionBackend.rounded(Float.nan).isNaN)
    }

    func testGELU() throws {
        let gelu = try fixture("gelu")
        let x = try matrix(values(gelu, "x"))
        let y = try matrix(values(gelu, "x")), dx = try matrix(values(gelu, "dy"))
        backend.activation(.geluTanh, y, into: y)
        backend.activationBackward(.geluTanh, dx, x: x, into: dx)
        try assert(y, values(gelu, "y"), "y")
        try assert(dx, values(gelu, "dx"), "dx")
    }

    func testAttention() throws {
        let fixture = try fixture("attention")
        let tokens = 7, columns = 16
        func matrix(_ name: String) throws -> Matrix { try self.matrix(values(fixture, name), rows: tokens) }
        let shape = AttentionShape(
            heads: 2, keyValueHeads: 2, headSize: 8, queryStride: 8, keyValueStride: 8,
            scale: 1 / Float(8).squareRoot())
        let spans = try backend.makeSpans([AttentionSpan(queries: 0..<tokens, keys: 0..<tokens)])
        let (q, k, v, dOutput) = try (matrix("q"), matrix("k"), matrix("v"), matrix("d_output"))
        let output = try backend.makeMatrix(rows: tokens, columns: columns)
        let sums = try backend.makeMatrix(rows: tokens, columns: 2)
        backend.attention(
            queries: q, keys: k, values: v, spans: spans, shape: shape, into: output, logSumExp: sums)
        try assert(output, values(fixture, "output"), "output")
        let gradients = try (0..<3).map { _ in try backend.makeMatrix(rows: tokens, columns: columns) }
        backend.attentionBackward(
            dOutput, queries: q, keys: k, values: v, output: output, logSumExp: sums, spans: spans,
            shape: shape, dQueries: gradients[0], dKeys: gradients[1], dValues: gradients[2])
        for (name, gradient) in zip(["dq", "dk", "dv"], gradients) {
            try assert(gradient, values(fixture, name), name)
        }
        // The last queries alone, after the others' keys.
        let last = try backend.makeSpans([AttentionSpan(queries: 0..<2, keys: 0..<tokens)])
        let part = try backend.makeMatrix(rows: 2, columns: columns)
        backend.attention(
            queries: q.rows(5..<7), keys: k, values: v, spans: last, shape: shape, into: part, logSumExp: nil)
        try assert(part, Array(backend.read(output).suffix(2 * columns)), "last queries")
    }

    func testDistributionTerms() throws {
        let fixture = try fixture("distribution")
        let batch = try XCTUnwrap(fixture["batch"] as? Int)
        let logits = try matrix(values(fixture, "logits"), rows: 3)
        let found = try backend.makeMatrix(rows: 3, columns: 3)
        func column(_ values: [Float]) throws -> Matrix { try matrix(values, rows: 3) }
        let share = 1 / Float(batch)
        let terms = DistributionTerms(
            targets: try backend.makeIndices([4, -1, -1]),
            comparators: try backend.makeIndices([9, -1, -1]), targetWeights: try column([share, 0, 0]),
            comparatorWeights: try column([share, 0, 0]),
            divergenceWeights: try column([0, 10 * share, 10 * share]))
        backend.distributionTerms(
            logits, base: try matrix(values(fixture, "base"), rows: 3), terms: terms, into: found,
            gradient: true)
        let ours = try backend.read(found), theirs = try values(fixture, "values")
        XCTAssertEqual(Array(ours[0...1]), Array(theirs[0...1]))
        // PyTorch rounds the sum, which is left to the loss here.
        XCTAssertEqual([ours[5], ours[8]].map(HalfPrecisionBackend.rounded), Array(theirs[2...3]))
        try assert(logits, values(fixture, "gradient"), "gradient")
    }

    func testACertainComparatorHasAFiniteLossAndGradient() throws {
        let logits = try matrix([20, 0, -3])
        let found = try backend.makeMatrix(rows: 1, columns: 3)
        let terms = DistributionTerms(
            targets: try backend.makeIndices([-1]), comparators: try backend.makeIndices([0]),
            targetWeights: try matrix([0]), comparatorWeights: try matrix([0.0625]),
            divergenceWeights: try matrix([0]))
        backend.distributionTerms(logits, base: nil, terms: terms, into: found, gradient: true)
        for value in try backend.read(found) + backend.read(logits) {
            XCTAssertTrue(value.isFinite, "\(value)")
        }
    }

    func testAdamW() throws {
        let fixture = try fixture("adamw")
        var options = AdamWOptions()
        options.epsilon = 1e-4
        let gradients = try XCTUnwrap(fixture["gradients"] as? [[NSNumber]]).map { $0.map(\.floatValue) }
        // The second has no processor of its own to round on, as a GPU has none.
        for base in [backend.base, backend] {
            let backend = HalfPrecisionBackend(base)
            let parameters = try matrix(values(fixture, "start"))
            let zeros = [Float](repeating: 0, count: parameters.columns)
            let (first, second) = try (matrix(zeros), matrix(zeros))
            for (index, gradient) in gradients.enumerated() {
                backend.adamW(
                    parameters: parameters, gradients: try matrix(gradient), firstMoments: first,
                    secondMoments: second, step: index + 1, options: options)
            }
            try assert(parameters, values(fixture, "parameters"), "parameters")
            try assert(first, values(fixture, "first"), "first moments")
            try assert(second, values(fixture, "second"), "second moments")
        }
    }

    func testLayerNorm() throws {
        let fixture = try fixture("layer_norm")
        let x = try matrix(values(fixture, "x"), rows: 4)
        let gain = try matrix(values(fixture, "gain"))
        let y = try backend.makeMatrix(rows: 4, columns: 48), dx = try matrix(values(fixture, "x"), rows: 4)
        let statistics = try backend.makeMatrix(rows: 4, columns: 2)
        backend.layerNorm(
            x, gain: gain, bias: try matrix(values(fixture, "bias")), epsilon: 1e-5, into: y,
            statistics: statistics)
        try assert(y, values(fixture, "y"), "y")
        backend.layerNormBackward(
            try matrix(values(fixture, "dy"), rows: 4), x: x, gain: gain, statistics: statistics, into: dx,
            accumulate: false)
        try assert(dx, values(fixture, "dx"), "dx")
    }

    func testLinear() throws {
        let fixture = try fixture("linear")
        let weight = Weight(try matrix(values(fixture, "weight"), rows: 12))
        let x = try matrix(values(fixture, "x"), rows: 3), bias = try matrix(values(fixture, "bias"))
        let y = try backend.makeMatrix(rows: 3, columns: 12)
        backend.linear(x, weight, bias: bias, into: y, accumulate: false)
        try assert(y, values(fixture, "y"), "y")
        let sum = try matrix(values(fixture, "residual"), rows: 3)
        backend.linear(x, weight, bias: bias, into: sum, accumulate: true)
        try assert(sum, values(fixture, "sum"), "sum")
    }
}
