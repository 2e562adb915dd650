import CCUDA

/// Page-locked memory of the host, from and to which the device copies on its own.
final class PinnedBuffer: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
    private let context: CUDAContext

    /// - Throws: `ComputeError.outOfMemory`.
    init(_ byteCount: Int, on context: CUDAContext) throws {
        context.use()
        var pointer: UnsafeMutableRawPointer?
        try context.check(
            ccuda_allocate_pinned(context.libraries.handle, Int64(byteCount), &pointer),
            requestedBytes: byteCount)
        guard let pointer else { preconditionFailure("memory was given") }
        address = pointer
        self.byteCount = byteCount
        self.context = context
    }

    deinit {
        context.use()
        ccuda_release_pinned(context.libraries.handle, address)
    }
}
