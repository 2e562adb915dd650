import CKernels
import Foundation
import Synchronization

/// Another backend whose operations round their results to half precision, as PyTorch's do.
///
/// PyTorch computes an operation on half-precision tensors in float32 and rounds its result to float16.  Here
/// matrices stay float32 and hold numbers that float16 has.  On the processor operations that are several for
/// PyTorch round after each of theirs: attention, `gelu_new`, the loss and AdamW; matrices of another device
/// are rounded on the host, which is meant for an editor, not for a model.
package final class HalfPrecisionBackend: ComputeBackend {
    let base: any ComputeBackend
    /// The same where the host's kernels can work on matrices in place.
    let processor: CPUBackend?
    /// Whether attention keeps queries, keys and scores in float32 up to the softmax.
    let widensScores: Bool
    private let failure = Mutex<(any Error)?>(nil)

    package init(_ base: any ComputeBackend, widensScores: Bool = false) {
        self.base = base
        self.widensScores = widensScores
        processor = base as? CPUBackend
    }

    package var deviceDescription: String { base.deviceDescription }

    /// The nearest number that float16 has.
    package static func rounded(_ value: Float) -> Float {
        var value = value
        ck_half_round(&value, 1)
        return value
    }

    /// The same of every value.
    package static func rounded(_ values: [Float]) -> [Float] {
        var values = values
        ck_half_round(&values, values.count)
        return values
    }

    /// Rounds every element of `x`.
    func round(_ x: Matrix) {
        guard let processor else {
            keepingFailure { base.write(Self.rounded(try base.read(x)), into: x) }
            return
        }
        processor.split(x.rows, cost: x.columns) { rows in
            for row in rows { ck_half_round(x.row(row), x.columns) }
        }
    }

    /// A copy of `x` with every element rounded.
    package func roundedCopy(_ x: Matrix) throws -> Matrix {
        let copy = try base.makeMatrix(rows: x.rows, columns: x.columns)
        base.write(Self.rounded(try base.read(x)), into: copy)
        return copy
    }

    /// Runs what may fail where nobody can be told yet.
    func keepingFailure(_ body: () throws -> Void) {
        do { try body() } catch { failure.withLock { $0 = $0 ?? error } }
    }

    /// A matrix for an intermediate result, which is `result`'s shape.
    func withMatrix(like result: Matrix, _ body: (Matrix) -> Void) {
        keepingFailure { body(try base.makeMatrix(rows: result.rows, columns: result.columns)) }
    }

    package func throwFailure() throws {
        let kept = failure.withLock { kept in
            defer { kept = nil }
            return kept
        }
        if let kept { throw kept }
        try base.throwFailure()
    }
}

// MARK: - Memory, which is the other backend's

extension HalfPrecisionBackend {
    package func deviceMemory() throws -> DeviceMemory { try base.deviceMemory() }
    package var workspaceBytes: Int { base.workspaceBytes }

    package func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        try base.makeMatrix(rows: rows, columns: columns)
    }

    package func makeIndices(_ values: [Int32]) throws -> IndexVector { try base.makeIndices(values) }

    package func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans { try base.makeSpans(spans) }

    package func makeWeight(_ stored: Weight) throws -> Weight { try base.makeWeight(stored) }

    package func write(_ values: [Float], into matrix: Matrix) { base.write(values, into: matrix) }

    package func write(_ values: [Int32], into indices: IndexVector) { base.write(values, into: indices) }

    package func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans {
        base.rewrite(old, with: spans)
    }

    package func read(_ matrix: Matrix) throws -> [Float] {
        try throwFailure()
        return try base.read(matrix)
    }

    package func read(_ indices: IndexVector) throws -> [Int32] {
        try throwFailure()
        return try base.read(indices)
    }

    package func synchronize() throws {
        try throwFailure()
        try base.synchronize()
    }

    /// Rounding may need the host, so nothing is recorded.
    package func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        try operations()
        return nil
    }

    package func fill(_ matrix: Matrix, with value: Float) { base.fill(matrix, with: value) }

    package func copy(_ source: Matrix, into destination: Matrix) { base.copy(source, into: destination) }

    package func gatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {
        base.gatherRows(x, rows, into: y)
    }

    package func topK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        base.topK(logits, k: k, ids: ids, values: values)
    }
}
