import CKernels
import Foundation
import XCTest

@testable import Compute

/// Sums over rows that are longer than PyTorch's vectors and oneDNN's chains: the same bits as theirs on every
/// instruction set, whatever the number of threads (`ordered` of `Scripts/oracle/half_operations.py`).
final class HalfPrecisionOrderTests: XCTestCase {
    private typealias Case = [String: Any]

    /// Runs `body` for every case of a kind on every backend.
    private func forEach(_ kind: String, _ body: (Case, Workspace) throws -> Void) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/half-operations.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? Case
        let ordered = try XCTUnwrap(object?["ordered"] as? Case)
        let cases = try XCTUnwrap(ordered[kind] as? [Case], kind)
        XCTAssertGreaterThan(cases.count, 1, kind)
        for base in TestBackends.all {
            for one in cases { try body(one, Workspace(backend: HalfPrecisionBackend(base))) }
        }
    }

    func testLayerNorm() throws {
        try forEach("norm") { fixture, work in
            let size = try work.integer(fixture, "size")
            let x = try work.operand(1, 2, size), dy = try work.operand(2, 2, size)
            let gain = try work.operand(3, 1, size), bias = try work.operand(4, 1, size)
            let y = try work.result(2, size), dx = try work.result(2, size),
                statistics = try work.result(2, 2)
            work.backend.layerNorm(
                x, gain: gain, bias: bias, epsilon: 1e-5, into: y, statistics: statistics)
            work.backend.layerNormBackward(
                dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: false)
            try work.compare(["y": y, "statistics": statistics, "dx": dx], with: fixture, "norm of \(size)")
        }
    }

    /// A chain over the whole depth gives other bits, which shows that the operands tell the orders apart.
    func testProducts() throws {
        try forEach("product") { fixture, work in
            let depth = try work.integer(fixture, "depth"), rows = 9, others = 16
            let x = try work.matrix(work.mirrored(5, rows, depth))
            let weight = Weight(try work.matrix(work.mirrored(6, others, depth, negated: true)))
            let bias = try work.operand(7, 1, others)
            let linear = try work.result(rows, others), backward = try work.result(rows, others)
            let outer = try work.result(rows, others)
            work.backend.linear(x, weight, bias: bias, into: linear, accumulate: false)
            let second = try work.matrix(transposing: work.mirrored(8, others, depth, negated: true))
            work.backend.linearBackward(x, Weight(second), into: backward, accumulate: false)
            let a = try work.matrix(transposing: work.mirrored(9, rows, depth))
            let b = try work.matrix(transposing: work.mirrored(10, others, depth, negated: true))
            work.backend.outerProduct(a, b, into: outer, accumulate: false)
            try work.compare(
                ["linear": linear, "backward": backward, "outer": outer], with: fixture, "depth \(depth)")
            guard depth > 512 else { return }
            work.backend.base.outerProduct(a, b, into: outer, accumulate: false)
            let chain = HalfPrecisionBackend.rounded(try work.backend.read(outer))
            let theirs = try work.values(fixture, "outer")
            XCTAssertTrue(chain != theirs, "the operands do not tell orders apart, depth \(depth)")
        }
    }

    func testAttention() throws {
        try forEach("attention") { fixture, work in
            let tokens = try work.integer(fixture, "tokens"), size = 16, backend = work.backend
            let shape = AttentionShape(
                heads: 1, keyValueHeads: 1, headSize: size, queryStride: size, keyValueStride: size,
                scale: 0.25)
            let spans = try backend.makeSpans([AttentionSpan(queries: 0..<tokens, keys: 0..<tokens)])
            let q = try work.operand(11, tokens, size), k = try work.operand(12, tokens, size)
            let v = try work.operand(13, tokens, size), dOutput = try work.operand(14, tokens, size)
            let output = try work.result(tokens, size), sums = try work.result(tokens, 1)
            backend.attention(
                queries: q, keys: k, values: v, spans: spans, shape: shape, into: output, logSumExp: sums)
            let dq = try work.result(tokens, size), dk = try work.result(tokens, size)
            let dv = try work.result(tokens, size)
            backend.attentionBackward(
                dOutput, queries: q, keys: k, values: v, output: output, logSumExp: sums, spans: spans,
                shape: shape, dQueries: dq, dKeys: dk, dValues: dv)
            try work.compare(
                ["output": output, "dq": dq, "dk": dk, "dv": dv], with: fixture, "\(tokens) tokens")
        }
    }

    func testDistribution() throws {
        try forEach("distribution") { fixture, work in
            let count = try work.integer(fixture, "vocabulary"), backend = work.backend
            func weight(_ value: Float) throws -> Matrix {
                let matrix = try work.result(1, 1)
                backend.write([value], into: matrix)
                return matrix
            }
            let none = try backend.makeIndices([-1])
            let terms = DistributionTerms(
                targets: none, comparators: none, targetWeights: try weight(0),
                comparatorWeights: try weight(0), divergenceWeights: try weight(0.625))
            let logits = try work.operand(15, 1, count)
            backend.distributionTerms(
                logits, base: try work.operand(16, 1, count), terms: terms, into: try work.result(1, 3),
                gradient: true)
            try work.compare(["gradient": logits], with: fixture, "\(count) tokens")
        }
    }

    func testSums() throws {
        try forEach("sums") { fixture, work in
            let rows = try work.integer(fixture, "rows"), x = try work.operand(17, rows, 40)
            let sum = try work.result(1, 40), mean = try work.result(1, 40)
            work.backend.columnSums(x, into: sum, accumulate: false)
            work.backend.meanRows(x, [0..<rows], into: mean)
            try work.compare(["sum": sum, "mean": mean], with: fixture, "\(rows) rows")
        }
    }
}

/// A backend under test with operands that the oracle makes by the same formula.
private struct Workspace {
    let backend: HalfPrecisionBackend

    func operand(_ seed: Int, _ rows: Int, _ columns: Int) throws -> Matrix {
        let values = formula(seed, rows * columns)
        return try matrix((0..<rows).map { Array(values[$0 * columns..<($0 + 1) * columns]) })
    }

    private func formula(_ seed: Int, _ count: Int) -> [Float] {
        (0..<count).map { index in
            let number = (index * 7919 + index * index * 31 + seed * 104729) % 2047 - 1023
            return Float(number) / Float(512 << ((index * index * 13 + index + seed) % 9))
        }
    }

    /// Rows whose second half repeats the first or, but for a few elements, takes it back.
    func mirrored(_ seed: Int, _ lines: Int, _ depth: Int, negated: Bool = false) -> [[Float]] {
        let half = depth / 2, values = formula(seed, lines * half)
        return (0..<lines).map { line in
            (0..<depth).map { index in
                let value = values[line * half + index % half]
                return negated && index >= half && index % 97 != 0 ? -value : value
            }
        }
    }

    func matrix(_ rows: [[Float]]) throws -> Matrix {
        let matrix = try result(rows.count, rows[0].count)
        backend.write(rows.flatMap { $0 }, into: matrix)
        return matrix
    }

    func matrix(transposing rows: [[Float]]) throws -> Matrix {
        try matrix(rows[0].indices.map { column in rows.map { $0[column] } })
    }

    func result(_ rows: Int, _ columns: Int) throws -> Matrix {
        try backend.makeMatrix(rows: rows, columns: columns)
    }

    func integer(_ fixture: [String: Any], _ name: String) throws -> Int {
        try XCTUnwrap(fixture[name] as? Int, name)
    }

    /// float16, little-endian, in base64.
    func values(_ fixture: [String: Any], _ name: String) throws -> [Float] {
        let text = try XCTUnwrap(fixture[name] as? String, name)
        let bytes = [UInt8](try XCTUnwrap(Data(base64Encoded: text), name))
        return stride(from: 0, to: bytes.count, by: 2).map {
            Float(Float16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8))
        }
    }

    func compare(_ found: [String: Matrix], with fixture: [String: Any], _ title: String) throws {
        for (name, matrix) in found {
            let ours = try backend.read(matrix), theirs = try values(fixture, name)
            XCTAssertEqual(ours.count, theirs.count, "\(name), \(title)")
            let different = zip(ours, theirs).filter { $0 != $1 }
            XCTAssertTrue(
                different.isEmpty,
                "\(name), \(title), \(backend.deviceDescription): \(different.count) differ, such as "
                    + "\(different.prefix(3))")
        }
    }
}
