import CKernels
import Foundation
import Synchronization

/// The backend of the host's processor.
///
/// Operations run before they return, so there is nothing to wait for.  Each is split over the threads of
/// `pool` by rows, heads or column ranges; no result depends on the split.
package final class CPUBackend: ComputeBackend {
    package let pool: ThreadPool
    package let memory: MemoryPool
    package let deviceDescription: String
    /// The kernels of one instruction set; the table is constant.
    nonisolated(unsafe) let kernels: UnsafePointer<CKElementKernels>
    /// The instruction set of the kernels, matrix products included.
    let instructionSet: CKInstructionSet
    /// The first failure of an operation, until it is thrown.
    private let failure = Mutex<ComputeError?>(nil)

    /// Uses `threads` threads (nil: one for each core) and the fastest supported instruction set.
    package convenience init(threads: Int? = nil) {
        self.init(threads: threads, instructionSet: ck_best_instruction_set())
    }

    /// Uses the kernels of `instructionSet`, which must be supported.
    init(threads: Int?, instructionSet: CKInstructionSet) {
        let inventory = HostInventory.current()
        guard let kernels = ck_element_kernels(instructionSet) else {
            preconditionFailure("kernels of an unsupported instruction set")
        }
        self.kernels = kernels
        self.instructionSet = instructionSet
        let pool = ThreadPool(threads: threads ?? max(1, inventory.cores))
        self.pool = pool
        memory = MemoryPool(limit: max(256 << 20, inventory.physicalMemory / 8))
        let count = pool.threads == 1 ? "1 thread" : "\(pool.threads) threads"
        deviceDescription = "cpu (\(String(cString: ck_instruction_set_name(instructionSet))), \(count))"
    }

    /// Runs `body` over contiguous parts of 0 ..< `count`, in parallel if all of it is worth it; `cost` is the
    /// work of one index in touched elements.
    func split(_ count: Int, cost: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let worthwhile = 16384
        let parts = min(count, pool.threads * 4, max(1, count * max(1, cost) / worthwhile))
        if parts <= 1 {
            if count > 0 { body(0..<count) }
            return
        }
        pool.run(parts) { part in
            body(count * part / parts..<count * (part + 1) / parts)
        }
    }
}

extension CPUBackend {
    /// Calls `body` with `byteCount` bytes of working memory; without memory, keeps the failure and skips it.
    func withScratch(_ byteCount: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        guard let scratch = memory.allocate(byteCount) else {
            failure.withLock { kept in
                kept = kept ?? .outOfMemory(device: deviceDescription, requestedBytes: byteCount)
            }
            return
        }
        body(scratch)
        memory.release(scratch, byteCount: byteCount)
    }

    package func synchronize() throws { try throwFailure() }

    package func throwFailure() throws {
        let kept = failure.withLock { kept in
            defer { kept = nil }
            return kept
        }
        if let kept { throw kept }
    }

    package func deviceMemory() -> DeviceMemory {
        let inventory = HostInventory.current()
        return DeviceMemory(
            free: min(inventory.availableMemory + memory.waitingBytes, inventory.physicalMemory),
            total: inventory.physicalMemory, isDedicated: false)
    }

    package func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        let storage = try makeStorage(byteCount: rows * columns * MemoryLayout<Float>.stride)
        return Matrix(storage: storage, rows: rows, columns: columns)
    }

    package func makeIndices(_ values: [Int32]) throws -> IndexVector {
        let storage = try makeStorage(byteCount: values.count * MemoryLayout<Int32>.stride)
        let indices = IndexVector(storage: storage, count: values.count)
        write(values, into: indices)
        return indices
    }

    package func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans { AttentionSpans(spans) }

    package func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans {
        AttentionSpans(spans)
    }

    package func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        try operations()
        return nil
    }

    package func makeWeight(_ stored: Weight) throws -> Weight { stored }

    package func uncheckedWrite(_ values: [Float], into matrix: Matrix) {
        values.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            for row in 0..<matrix.rows {
                memcpy(matrix.row(row), start + row * matrix.columns, matrix.rowBytes)
            }
        }
    }

    package func uncheckedWrite(_ values: [Int32], into indices: IndexVector) {
        values.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress {
                indices.storage.address.copyMemory(from: start, byteCount: bytes.count)
            }
        }
    }

    package func read(_ matrix: Matrix) throws -> [Float] {
        try synchronize()
        let count = matrix.rows * matrix.columns
        return [Float](unsafeUninitializedCapacity: count) { target, initialized in
            if let start = target.baseAddress {
                for row in 0..<matrix.rows {
                    memcpy(start + row * matrix.columns, matrix.row(row), matrix.rowBytes)
                }
            }
            initialized = count
        }
    }

    package func read(_ indices: IndexVector) throws -> [Int32] {
        try synchronize()
        return Array(UnsafeBufferPointer(start: indices.pointer, count: indices.count))
    }

    package func fill(_ matrix: Matrix, with value: Float) {
        split(matrix.rows, cost: matrix.columns) { rows in
            for row in rows { self.kernels.pointee.fill(matrix.row(row), matrix.columns, value) }
        }
    }

    package func uncheckedCopy(_ source: Matrix, into destination: Matrix) {
        split(source.rows, cost: source.columns) { rows in
            for row in rows { memcpy(destination.row(row), source.row(row), source.rowBytes) }
        }
    }

    /// Memory of the pool that returns to it with its last user.
    func makeStorage(byteCount: Int) throws -> DeviceStorage {
        let memory = memory
        guard let address = memory.allocate(byteCount) else {
            throw ComputeError.outOfMemory(device: deviceDescription, requestedBytes: byteCount)
        }
        return DeviceStorage(address: address, byteCount: byteCount) {
            memory.release($0, byteCount: byteCount)
        }
    }
}

extension Matrix {
    /// The address of the first element of a row.
    func row(_ index: Int) -> UnsafeMutablePointer<Float> { pointer + index * stride }

    /// Bytes of the elements of one row.
    var rowBytes: Int { columns * MemoryLayout<Float>.stride }

    func hasShape(of other: Matrix) -> Bool { rows == other.rows && columns == other.columns }
}

extension ElementType {
    /// The kernels' name for the type.
    var kernelType: CKElementType {
        switch self {
        case .float32: CK_F32
        case .float16: CK_F16
        case .bfloat16: CK_BF16
        }
    }
}
