import CCUDA
import Foundation

extension CUDABackend {
    /// Device memory of any size; of nothing there is only an address.
    ///
    /// - Throws: `ComputeError.outOfMemory`.
    func makeStorage(_ byteCount: Int) throws -> DeviceStorage {
        guard byteCount > 0 else {
            guard let nowhere = UnsafeMutableRawPointer(bitPattern: 256) else {
                preconditionFailure("256 is an address")
            }
            return DeviceStorage(address: nowhere, byteCount: 0) { _ in }
        }
        return try state.withLock { state in
            switch state.recording {
            case .none:
                return try context.allocate(byteCount)
            case .noting(let noted):
                let storage = try context.allocate(byteCount)
                state.recording = .noting(noted + [storage])
                return storage
            case .repeating(let noted, let next):
                precondition(
                    next < noted.count && noted[next].byteCount == byteCount,
                    "recorded operations ask for the same memory each time")
                state.recording = .repeating(noted, next: next + 1)
                return noted[next]
            }
        }
    }

    package func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        let storage = try makeStorage(rows * columns * MemoryLayout<Float>.stride)
        return Matrix(storage: storage, rows: rows, columns: columns)
    }

    package func makeIndices(_ values: [Int32]) throws -> IndexVector {
        let storage = try makeStorage(values.count * MemoryLayout<Int32>.stride)
        let indices = IndexVector(storage: storage, count: values.count)
        write(values, into: indices)
        return indices
    }

    package func uncheckedWrite(_ values: [Int32], into indices: IndexVector) {
        values.withUnsafeBytes { upload($0, to: indices.storage.address) }
    }

    package func uncheckedWrite(_ values: [Float], into matrix: Matrix) {
        values.withUnsafeBytes { bytes in
            if matrix.isContiguous { return upload(bytes, to: matrix.pointer) }
            for row in 0..<matrix.rows {
                let line = UnsafeRawBufferPointer(
                    rebasing: bytes[row * matrix.rowBytes..<(row + 1) * matrix.rowBytes])
                upload(line, to: matrix.row(row))
            }
        }
    }

    /// Queues a copy to the device, in chunks; the source may change afterwards.
    private func upload(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
        guard let start = source.baseAddress else { return }
        attempt {
            try state.withLock { state in
                guard case .none = state.recording else {
                    preconditionFailure("recorded operations do not write from the host")
                }
                var done = 0
                while done < source.count {
                    let count = min(source.count - done, state.staging.chunkBytes)
                    try state.staging.send(count, to: target + done) {
                        Self.copy(start + done, into: $0, count)
                    }
                    done += count
                }
            }
        }
    }

    /// Copies within the host; large pieces on several threads, which also bring in mapped pages side by side.
    private static func copy(
        _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, _ count: Int
    ) {
        let piece = 1 << 20
        if count <= 2 * piece {
            memcpy(target, source, count)
            return
        }
        let from = UInt(bitPattern: source), to = UInt(bitPattern: target)
        DispatchQueue.concurrentPerform(iterations: (count + piece - 1) / piece) { index in
            let first = index * piece
            guard let source = UnsafeRawPointer(bitPattern: from + UInt(first)),
                let target = UnsafeMutableRawPointer(bitPattern: to + UInt(first))
            else { return }
            memcpy(target, source, min(piece, count - first))
        }
    }

    package func makeWeight(_ stored: Weight) throws -> Weight {
        if let blocks = stored.blocks { return try makeWeight(stored, widening: blocks) }
        let isOutputsByInputs = stored.layout == .outputsByInputs
        let lines = isOutputsByInputs ? stored.outputs : stored.inputs
        let width = isOutputsByInputs ? stored.inputs : stored.outputs
        let lineBytes = width * stored.elementType.byteCount
        let storage = try makeStorage(lines * lineBytes)
        if stored.leadingDimension == width {
            upload(
                UnsafeRawBufferPointer(start: stored.address, count: lines * lineBytes), to: storage.address)
        } else {
            let step = stored.leadingDimension * stored.elementType.byteCount
            for line in 0..<lines {
                upload(
                    UnsafeRawBufferPointer(start: stored.address + line * step, count: lineBytes),
                    to: storage.address + line * lineBytes)
            }
        }
        try throwFailure()
        return Weight(
            storage: storage, elementType: stored.elementType, layout: stored.layout, outputs: stored.outputs,
            inputs: stored.inputs)
    }

    /// A weight whose blocks become float32 on their way to the device, line by line.
    private func makeWeight(_ stored: Weight, widening blocks: BlockFormat) throws -> Weight {
        let lineBytes = 4 * stored.inputs
        let storage = try makeStorage(stored.outputs * lineBytes)
        var line = [Float](repeating: 0, count: stored.inputs)
        for output in 0..<stored.outputs {
            let bytes = UnsafeRawBufferPointer(
                start: stored.address + output * stored.lineBytes,
                count: blocks.byteCount(of: stored.inputs) ?? 0)
            line.withUnsafeMutableBufferPointer { blocks.widen(bytes, into: $0) }
            line.withUnsafeBytes { upload($0, to: storage.address + output * lineBytes) }
        }
        try throwFailure()
        return Weight(
            storage: storage, elementType: .float32, layout: .outputsByInputs, outputs: stored.outputs,
            inputs: stored.inputs)
    }

    package func read(_ matrix: Matrix) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: matrix.rows * matrix.columns) { target, initialized in
            let isWhole = matrix.isContiguous
            try download(
                matrix.pointer, pitch: matrix.stride * MemoryLayout<Float>.stride,
                width: isWhole ? matrix.rows * matrix.rowBytes : matrix.rowBytes,
                lines: isWhole ? 1 : matrix.rows, into: UnsafeMutableRawBufferPointer(target))
            initialized = matrix.rows * matrix.columns
        }
    }

    package func read(_ indices: IndexVector) throws -> [Int32] {
        try [Int32](unsafeUninitializedCapacity: indices.count) { target, initialized in
            let byteCount = indices.count * MemoryLayout<Int32>.stride
            try download(
                indices.pointer, pitch: byteCount, width: byteCount, lines: 1,
                into: UnsafeMutableRawBufferPointer(target))
            initialized = indices.count
        }
    }

    /// Waits, then brings `lines` lines of `width` bytes to the host, one after the other.
    private func download(
        _ source: UnsafeRawPointer, pitch: Int, width: Int, lines: Int,
        into target: UnsafeMutableRawBufferPointer
    ) throws {
        try throwFailure()
        guard let start = target.baseAddress, width > 0 else { return try context.wait() }
        try state.withLock { state in
            let room = state.arrivals.byteCount
            let pieceWidth = min(width, room)
            let pieceLines = max(1, room / width)
            for line in stride(from: 0, to: lines, by: pieceLines) {
                for column in stride(from: 0, to: width, by: pieceWidth) {
                    let count = min(pieceLines, lines - line)
                    let bytes = min(pieceWidth, width - column)
                    try context.check(
                        ccuda_copy(
                            libraries.handle, state.arrivals.address, Int64(bytes),
                            source + line * pitch + column, Int64(pitch), Int64(bytes), Int64(count),
                            CCUDA_TO_HOST, context.stream))
                    try context.wait()
                    memcpy(start + line * width + column, state.arrivals.address, count * bytes)
                }
            }
        }
    }

    /// The counters of the device's pool; nil for a device without pools.
    package func memoryUsage() throws -> (used: Int, highest: Int, reserved: Int)? {
        context.use()
        var used: Int64 = 0
        var highest: Int64 = 0
        var reserved: Int64 = 0
        try context.check(
            ccuda_pool_usage(libraries.handle, context.number, &used, &highest, &reserved))
        return used < 0 ? nil : (Int(used), Int(highest), Int(reserved))
    }

    package var workspaceBytes: Int {
        BlasHandle.workspaceBytes(architecture: device.architecture) + scratchBytes
    }

    package func deviceMemory() throws -> DeviceMemory {
        context.use()
        var free: Int64 = 0
        var total: Int64 = 0
        try context.check(ccuda_memory(libraries.handle, &free, &total))
        // Memory that the pool keeps for later is free to us.
        let kept = try memoryUsage().map { $0.reserved - $0.used } ?? 0
        return DeviceMemory(free: Int(free) + kept, total: Int(total), isDedicated: true)
    }
}
