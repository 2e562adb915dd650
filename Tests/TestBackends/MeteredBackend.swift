import Compute
import Synchronization

/// Another backend whose memory is metered, and whose matrix products can lack working memory, which shows
/// only when the host waits.
package final class MeteredBackend: ComputeBackend {
    package let base: any ComputeBackend
    package let memory = MemoryMeter()
    /// Products ask this one for working memory, of which they need none.
    package let scratch = MemoryMeter()
    private let failure = Mutex<ComputeError?>(nil)

    package var deviceDescription: String { base.deviceDescription }

    package init(_ base: any ComputeBackend) { self.base = base }

    /// The same memory, given back to the meter with its last user.
    private func metered(_ storage: DeviceStorage) -> DeviceStorage {
        let meter = memory
        return DeviceStorage(address: storage.address, byteCount: storage.byteCount) { _ in
            withExtendedLifetime(storage) { meter.giveBack(storage.byteCount) }
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
    package func deviceMemory() throws -> DeviceMemory { try base.deviceMemory() }

    package func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        try memory.take(4 * rows * columns)
        let matrix = try base.makeMatrix(rows: rows, columns: columns)
        return Matrix(storage: metered(matrix.storage), rows: rows, columns: columns)
    }

    package func makeIndices(_ values: [Int32]) throws -> IndexVector {
        try memory.take(4 * values.count)
        return IndexVector(storage: metered(try base.makeIndices(values).storage), count: values.count)
    }

    package func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans { try base.makeSpans(spans) }

    package func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans {
        base.rewrite(old, with: spans)
    }

    package func makeWeight(_ stored: Weight) throws -> Weight { try base.makeWeight(stored) }

    package func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        try base.record(operations)
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

    private func throwFailure() throws {
        let kept = failure.withLock { kept in
            defer { kept = nil }
            return kept
        }
        if let kept { throw kept }
    }
}
