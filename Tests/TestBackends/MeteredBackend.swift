import Compute
import Synchronization

/// Another backend whose memory is metered, and whose matrix products can lack working memory, which shows
/// only when the host waits.
package final class MeteredBackend: ForwardingBackend {
    package let base: any ComputeBackend
    package let memory = MemoryMeter()
    /// Products ask this one for working memory, of which they need none.
    package let scratch = MemoryMeter()
    private let failure = Mutex<ComputeError?>(nil)

    package init(_ base: any ComputeBackend) { self.base = base }

    /// The same memory, of which `bytes` are given back to the meter with its last user.
    private func metered(_ storage: DeviceStorage, bytes: Int) -> DeviceStorage {
        let meter = memory
        return DeviceStorage(address: storage.address, byteCount: storage.byteCount) { _ in
            withExtendedLifetime(storage) { meter.giveBack(bytes) }
        }
    }

    /// Spoils what a product without working memory should have written.
    func product(into result: Matrix, _ compute: () -> Void) {
        do {
            try scratch.take(0)
            compute()
        } catch {
            failure.withLock { $0 = $0 ?? error as? ComputeError }
            base.fill(result, with: .nan)
        }
    }
}

// MARK: - Memory

extension MeteredBackend {
    package func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        let bytes = 4 * rows * columns
        try memory.take(bytes)
        let storage = try base.makeMatrix(rows: rows, columns: columns).storage
        return Matrix(storage: metered(storage, bytes: bytes), rows: rows, columns: columns)
    }

    package func makeIndices(_ values: [Int32]) throws -> IndexVector {
        let bytes = 4 * values.count
        try memory.take(bytes)
        let storage = try base.makeIndices(values).storage
        return IndexVector(storage: metered(storage, bytes: bytes), count: values.count)
    }

    /// Counts a copy, as a device of its own makes one.
    package func makeWeight(_ stored: Weight) throws -> Weight {
        let bytes = stored.elementType.byteCount * stored.outputs * stored.inputs
        try memory.take(bytes)
        let weight = try base.makeWeight(stored)
        return Weight(
            storage: metered(weight.storage, bytes: bytes), byteOffset: weight.byteOffset,
            elementType: weight.elementType, layout: weight.layout, outputs: weight.outputs,
            inputs: weight.inputs, leadingDimension: weight.leadingDimension)
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

// MARK: - Products, which can lack working memory

extension MeteredBackend {
    package func uncheckedLinear(
        _ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool
    ) {
        product(into: y) { base.linear(x, weight, bias: bias, into: y, accumulate: accumulate) }
    }

    package func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        product(into: dx) { base.linearBackward(dy, weight, into: dx, accumulate: accumulate) }
    }

    package func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        product(into: c) { base.outerProduct(a, b, into: c, accumulate: accumulate) }
    }
}
