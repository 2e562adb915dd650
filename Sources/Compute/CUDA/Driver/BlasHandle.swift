import CCUDA

/// cuBLAS on a context's stream, with working memory of its own: none is taken during a product, so that
/// products can be recorded and repeat bit for bit.
final class BlasHandle: @unchecked Sendable {
    private let context: CUDAContext
    private let handle: OpaquePointer
    private let workspace: DeviceStorage

    /// - Throws: `ComputeError`.
    init(on context: CUDAContext) throws {
        self.context = context
        workspace = try context.allocate(Self.workspaceBytes(architecture: context.device.architecture))
        var handle: OpaquePointer?
        try context.check(
            ccuda_blas_create(
                context.libraries.handle, context.stream, workspace.address, Int64(workspace.byteCount),
                &handle))
        guard let handle else { preconditionFailure("a handle was made") }
        self.handle = handle
    }

    deinit {
        context.use()
        ccuda_blas_destroy(context.libraries.handle, handle)
    }

    /// NVIDIA's recommendation: 32 MiB from Hopper on, 4 MiB before.
    static func workspaceBytes(architecture: Int) -> Int { (architecture >= 90 ? 32 : 4) << 20 }

    /// Queues a product.
    ///
    /// - Throws: `ComputeError`.
    func multiply(_ product: CCUDAGemm) throws {
        context.use()
        var product = product
        try context.check(ccuda_gemm(context.libraries.handle, handle, &product))
    }
}
