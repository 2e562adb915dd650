import CCUDA

/// One device and the one stream on which everything runs, in order.
///
/// Memory holds on to its context, so that it can be given back whenever its last user goes.
final class CUDAContext: @unchecked Sendable {
    let libraries: CUDALibraries
    let device: CUDADevice
    let stream: OpaquePointer
    /// `cuda:0`.
    let name: String

    /// - Throws: `ComputeError`.
    init(_ libraries: CUDALibraries, device number: Int) throws {
        device = try CUDADevice(number, of: libraries)
        name = "cuda:\(number)"
        self.libraries = libraries
        try libraries.check(ccuda_start(libraries.handle, Int32(number)), device: name)
        if device.hasMemoryPools {
            try libraries.check(
                ccuda_keep_memory(libraries.handle, Int32(number), UInt64.max), device: name)
        }
        var stream: OpaquePointer?
        try libraries.check(ccuda_stream_create(libraries.handle, &stream), device: name)
        guard let stream else { preconditionFailure("a stream was made") }
        self.stream = stream
    }

    deinit {
        use()
        // Memory that waits in the pool goes back with it.
        ccuda_stream_wait(libraries.handle, stream)
        if device.hasMemoryPools { ccuda_trim_memory(libraries.handle, number, 0) }
        ccuda_stream_destroy(libraries.handle, stream)
    }

    var number: Int32 { Int32(device.number) }

    /// Makes the device current to the calling thread.
    func use() { ccuda_use(libraries.handle, number) }

    /// - Throws: `ComputeError`.
    func check(_ status: CCUDAStatus, requestedBytes: Int = 0) throws {
        if status != CCUDA_OK { throw error(status, requestedBytes: requestedBytes) }
    }

    func error(_ status: CCUDAStatus, requestedBytes: Int = 0) -> ComputeError {
        CUDALibraries.error(status, device: name, requestedBytes: requestedBytes)
    }

    /// Waits for everything queued.
    func wait() throws {
        use()
        try check(ccuda_stream_wait(libraries.handle, stream))
    }

    /// Device memory that is given back, in the stream's order, with its last user.
    ///
    /// - Throws: `ComputeError.outOfMemory`.
    func allocate(_ byteCount: Int) throws -> DeviceStorage {
        precondition(byteCount > 0, "memory of no bytes is not asked for")
        use()
        var pointer: UnsafeMutableRawPointer?
        var status = ccuda_allocate(libraries.handle, number, Int64(byteCount), stream, &pointer)
        if status == CCUDA_OUT_OF_MEMORY, device.hasMemoryPools {
            // Memory that the pool keeps in pieces may become one piece again.
            ccuda_stream_wait(libraries.handle, stream)
            ccuda_trim_memory(libraries.handle, number, 0)
            status = ccuda_allocate(libraries.handle, number, Int64(byteCount), stream, &pointer)
        }
        try check(status, requestedBytes: byteCount)
        guard let pointer else { preconditionFailure("memory was given") }
        return DeviceStorage(address: pointer, byteCount: byteCount) { [self] in
            use()
            ccuda_release(libraries.handle, number, $0, stream)
        }
    }
}
