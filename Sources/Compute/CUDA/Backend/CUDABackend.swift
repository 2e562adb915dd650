import CCUDA
import Foundation
import Synchronization

/// The backend of an NVIDIA GPU: matrix products by cuBLAS, everything else by the kernels of `CCUDA`.
///
/// Everything is queued on one stream and runs in order; the host waits in `read` and `synchronize` alone.
/// Memory is taken and given back in the stream's order too.  Results repeat bit for bit, but products may
/// round differently in batches of other sizes, because cuBLAS chooses its kernels by shape.
package final class CUDABackend: ComputeBackend {
    /// Choices of the user.
    package struct Options: Sendable {
        package var device = 0
        /// Trades exactness of matrix products for speed; see `linear`.
        package var allowsTF32 = false
        /// Where compiled kernels are kept; nil: nowhere.
        package var cache: URL?
        /// Bytes of working memory that operations share, made when the first one needs it.  Enough for the
        /// products of a training batch at full speed, small beside a device's memory.
        package var scratchBytes = 64 << 20

        package init() {}
    }

    package let deviceDescription: String
    package let libraries: CUDALibraries
    package var device: CUDADevice { context.device }
    let context: CUDAContext
    let blas: BlasHandle
    let allowsTF32: Bool
    let kernels: KernelModule
    let state: Mutex<QueueState>
    /// Working memory of operations, once one has asked for it.
    let scratch = Mutex<DeviceStorage?>(nil)
    let scratchBytes: Int

    /// State that operations change.
    struct QueueState: ~Copyable {
        /// The first failure of an operation, until it is thrown.
        var failure: ComputeError?
        var staging: StagingBuffer
        var arrivals: PinnedBuffer
        var recording = Recording.none
    }

    /// Whether operations are being recorded.
    enum Recording {
        case none
        /// Operations run; their memory is noted.
        case noting([DeviceStorage])
        /// Operations are recorded; they get the noted memory again, one after the other.
        case repeating([DeviceStorage], next: Int)
    }

    /// - Throws: `ComputeError.deviceUnavailable` with the reason, `.outOfMemory`, `.operationFailed`.
    package init(_ libraries: CUDALibraries, options: Options = Options()) throws {
        let context = try CUDAContext(libraries, device: options.device)
        self.libraries = libraries
        self.context = context
        allowsTF32 = options.allowsTF32
        scratchBytes = options.scratchBytes
        kernels = try KernelModule(KernelImage(for: context, cache: options.cache), on: context)
        blas = try BlasHandle(on: context)
        state = Mutex(
            QueueState(
                staging: try StagingBuffer(halfBytes: Self.stagingHalfBytes, on: context),
                arrivals: try PinnedBuffer(Self.arrivalBytes, on: context)))
        let precision = options.allowsTF32 ? ", TF32" : ""
        deviceDescription = "\(context.name) (\(context.device.name)\(precision))"
    }

    /// Large enough for copies at full speed, small beside any host's memory.
    static let stagingHalfBytes = 16 << 20
    static let arrivalBytes = 4 << 20
}

// MARK: - Queueing

extension CUDABackend {
    /// Queues a kernel, unless an operation failed before; its own failure is kept.  Nothing is launched where
    /// the grid is empty.
    func launch(
        _ kernel: String, grid: (Int, Int, Int), block: Int, shared: Int = 0, _ arguments: [KernelArgument]
    ) {
        if grid.0 == 0 || grid.1 == 0 || grid.2 == 0 { return }
        attempt { try kernels.launch(kernel, grid: grid, block: block, shared: shared, arguments) }
    }

    /// Does what may fail on the device, unless an operation failed before; keeps the failure.
    func attempt(_ operation: () throws -> Void) {
        if state.withLock({ $0.failure != nil }) { return }
        do {
            try operation()
        } catch {
            let failure =
                error as? ComputeError
                ?? .operationFailed(device: context.name, reason: String(describing: error))
            state.withLock { state in state.failure = state.failure ?? failure }
        }
    }

    /// Throws the kept failure, once.
    package func throwFailure() throws {
        let kept = state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
        if let kept { throw kept }
    }

    package func synchronize() throws {
        try throwFailure()
        try context.wait()
    }
}
