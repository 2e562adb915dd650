import CCUDA
import Synchronization

/// The compiled kernels, loaded on a device.
final class KernelModule: @unchecked Sendable {
    private let context: CUDAContext
    private let handle: OpaquePointer
    /// Addresses of functions that were asked for.
    private let functions = Mutex<[String: UInt]>([:])

    /// - Throws: `ComputeError`.
    init(_ image: KernelImage, on context: CUDAContext) throws {
        self.context = context
        context.use()
        var module: OpaquePointer?
        let status = image.bytes.withUnsafeBytes {
            ccuda_module_load(context.libraries.handle, $0.baseAddress, &module)
        }
        try context.check(status)
        guard let module else { preconditionFailure("a module was loaded") }
        handle = module
    }

    deinit {
        context.use()
        ccuda_module_unload(context.libraries.handle, handle)
    }

    /// - Throws: `ComputeError` for a kernel that is not there.
    func function(_ name: String) throws -> OpaquePointer {
        let address = try functions.withLock { functions in
            if let known = functions[name] { return known }
            var function: OpaquePointer?
            try context.check(ccuda_function(context.libraries.handle, handle, name, &function))
            guard let function else { preconditionFailure("a function was found") }
            functions[name] = UInt(bitPattern: function)
            return UInt(bitPattern: function)
        }
        guard let function = OpaquePointer(bitPattern: address) else {
            preconditionFailure("a function has an address")
        }
        return function
    }

    /// Queues a kernel.
    ///
    /// - Throws: `ComputeError`.
    func launch(
        _ name: String, grid: (Int, Int, Int), block: Int, shared: Int, _ arguments: [KernelArgument]
    ) throws {
        let function = try function(name)
        context.use()
        var launch = CCUDALaunch(
            grid: (UInt32(grid.0), UInt32(grid.1), UInt32(grid.2)), block: (UInt32(block), 1, 1),
            shared_memory: UInt32(shared))
        let room = 16
        let status = withUnsafeTemporaryAllocation(byteCount: room * arguments.count, alignment: room) {
            values in
            withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: arguments.count) {
                places in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: arguments.count) { sizes in
                    for (index, argument) in arguments.enumerated() {
                        guard let start = values.baseAddress else { break }
                        argument.store(at: start + index * room)
                        places.initializeElement(at: index, to: start + index * room)
                        sizes.initializeElement(at: index, to: argument.byteCount)
                    }
                    return ccuda_launch(
                        context.libraries.handle, function, &launch, places.baseAddress, sizes.baseAddress,
                        Int32(arguments.count), context.stream)
                }
            }
        }
        try context.check(status)
    }
}
