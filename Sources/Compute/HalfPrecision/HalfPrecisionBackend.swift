import CKernels
import Foundation
import Synchronization

/// Another backend whose operations round their results to half precision, as PyTorch's do.
///
/// PyTorch computes an operation on half-precision tensors in float32 and rounds its result to float16.  Here
/// matrices stay float32 and hold numbers that float16 has.  On the processor every operation has PyTorch's bits
/// on a processor with AVX-512 and its FP16 instructions: sums are formed in its order, and operations that are
/// several for PyTorch round after each of theirs (attention, `gelu_new`, the loss and AdamW).  Matrices of
/// another device are rounded on the host, which is meant for an editor, not for a model.
package final class HalfPrecisionBackend: ForwardingBackend {
    package let base: any ComputeBackend
    /// The same where the host's kernels can work on matrices in place.
    let processor: CPUBackend?
    /// The kernels of the processor's instruction set; the table is constant.
    nonisolated(unsafe) let kernels: UnsafePointer<CKHalfKernels>
    /// Whether attention keeps queries, keys and scores in float32 up to the softmax.
    let widensScores: Bool
    /// Whether the loss is computed in float32, so that its gradient alone is rounded.
    let widensLogits: Bool
    private let failure = Mutex<(any Error)?>(nil)

    package init(
        _ base: any ComputeBackend, widensScores: Bool = false, widensLogits: Bool = false
    ) {
        self.base = base
        self.widensScores = widensScores
        self.widensLogits = widensLogits
        processor = base as? CPUBackend
        kernels = Self.kernels(processor?.instructionSet ?? ck_best_instruction_set())
    }

    private static func kernels(_ set: CKInstructionSet) -> UnsafePointer<CKHalfKernels> {
        guard let kernels = ck_half_kernels(set) else {
            preconditionFailure("kernels of an unsupported instruction set")
        }
        return kernels
    }

    /// The nearest number that float16 has.
    package static func rounded(_ value: Float) -> Float {
        var value = value
        kernels(ck_best_instruction_set()).pointee.round(&value, 1)
        return value
    }

    /// The same of every value.
    package static func rounded(_ values: [Float]) -> [Float] {
        var values = values
        kernels(ck_best_instruction_set()).pointee.round(&values, values.count)
        return values
    }

    /// Rounds every element of `x`.
    func round(_ x: Matrix) {
        guard let processor else {
            keepingFailure { base.write(Self.rounded(try base.read(x)), into: x) }
            return
        }
        processor.split(x.rows, cost: x.columns) { rows in
            for row in rows { self.kernels.pointee.round(x.row(row), x.columns) }
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

extension HalfPrecisionBackend {
    /// Rounding may need the host, so nothing is recorded.
    package func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        try operations()
        return nil
    }
}
