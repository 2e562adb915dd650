import Synchronization

/// A GPU that is only planned: it computes nothing and counts the memory that would be asked for.
///
/// What runs on it runs as on a `CUDABackend`, but for the numbers: everything that is read is 0.  So a plan
/// is found by doing what is planned, and holds whatever the code does.
package final class PlannedDevice: ComputeBackend {
    /// Bytes in use.
    package struct Usage: Sendable, Equatable {
        package var total = 0
        /// Of matrices as wide as the vocabulary.
        package var logits = 0

        package static func + (a: Usage, b: Usage) -> Usage {
            Usage(total: a.total + b.total, logits: a.logits + b.logits)
        }

        package static func - (a: Usage, b: Usage) -> Usage {
            Usage(total: a.total - b.total, logits: a.logits - b.logits)
        }
    }

    private struct Counts {
        var usage = Usage()
        var highest = Usage()
        var address: UInt = 1 << 20
        /// The memory of operations that are being recorded.
        var noted: [DeviceStorage]?
    }

    package var deviceDescription: String { "planned" }
    private let totalMemory: Int
    private let granularity: Int
    private let vocabularySize: Int
    private let state = Mutex(Counts())

    /// - Parameters:
    ///   - totalMemory: what the device has, in bytes.
    ///   - granularity: what requests are rounded up to.
    package init(
        totalMemory: Int, vocabularySize: Int, granularity: Int = PlannedDevice.poolGranularity
    ) {
        self.totalMemory = totalMemory
        self.vocabularySize = vocabularySize
        self.granularity = granularity
    }

    /// CUDA's pools round up to this.
    package static let poolGranularity = 512

    /// Memory of the `CUDABackend` itself.
    package static func workspaceBytes(architecture: Int) -> Int {
        BlasHandle.workspaceBytes(architecture: architecture) + CUDABackend.Options().scratchBytes
    }

    /// In use now.
    package var usage: Usage { state.withLock { $0.usage } }

    /// The result of `body`, and the peak of memory in use meanwhile.
    package func highest<Result>(during body: () throws -> Result) rethrows -> (Result, Usage) {
        state.withLock { $0.highest = $0.usage }
        let result = try body()
        return (result, state.withLock { $0.highest })
    }

    private func makeStorage(_ byteCount: Int, isLogits: Bool = false) -> DeviceStorage {
        let rounded = (byteCount + granularity - 1) / granularity * granularity
        let change = Usage(total: rounded, logits: isLogits ? rounded : 0)
        return state.withLock { state in
            state.usage = state.usage + change
            if state.usage.total > state.highest.total { state.highest = state.usage }
            guard let address = UnsafeMutableRawPointer(bitPattern: state.address) else {
                preconditionFailure("an address is not null")
            }
            // Nobody looks at these addresses.
            state.address += UInt(change.total)
            let storage = DeviceStorage(address: address, byteCount: byteCount) { [self] _ in
                self.state.withLock { $0.usage = $0.usage - change }
            }
            if let noted = state.noted { state.noted = noted + [storage] }
            return storage
        }
    }

    /// Counts memory that an operation takes while it runs.
    func touch(_ byteCount: Int) { _ = makeStorage(byteCount) }
}

// MARK: - Memory

extension PlannedDevice {
    package func deviceMemory() -> DeviceMemory {
        DeviceMemory(free: max(0, totalMemory - usage.total), total: totalMemory, isDedicated: true)
    }

    package func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        let byteCount = rows * columns * MemoryLayout<Float>.stride
        let storage = makeStorage(byteCount, isLogits: columns == vocabularySize)
        return Matrix(storage: storage, rows: rows, columns: columns)
    }

    package func makeIndices(_ values: [Int32]) throws -> IndexVector {
        let storage = makeStorage(values.count * MemoryLayout<Int32>.stride)
        return IndexVector(storage: storage, count: values.count)
    }

    package func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans {
        AttentionSpans(spans, table: try makeIndices(AttentionTable(spans: spans).entries))
    }

    package func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans {
        AttentionSpans(spans, table: old.table)
    }

    package func makeWeight(_ stored: Weight) throws -> Weight {
        let elements = stored.outputs * stored.inputs
        return Weight(
            storage: makeStorage(elements * stored.elementType.byteCount), elementType: stored.elementType,
            layout: stored.layout, outputs: stored.outputs, inputs: stored.inputs)
    }

    package func read(_ matrix: Matrix) throws -> [Float] {
        Array(repeating: 0, count: matrix.rows * matrix.columns)
    }

    package func read(_ indices: IndexVector) throws -> [Int32] { Array(repeating: 0, count: indices.count) }

    package func synchronize() throws {}
    package func throwFailure() throws {}

    /// Memory that the operations ask for stays with the recording.
    package func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        state.withLock { $0.noted = [] }
        let result = Result(catching: operations)
        // Memory is given back outside of the lock that counts it.
        let noted = state.withLock { state in
            defer { state.noted = nil }
            return state.noted ?? []
        }
        try result.get()
        return Recording(memory: noted)
    }

    private final class Recording: RecordedOperations {
        private let memory: [DeviceStorage]
        init(memory: [DeviceStorage]) { self.memory = memory }
        func replay() {}
    }
}
