import Compute
import Synchronization

/// How much of the device a model's requests may take at once.  When the device runs out of memory, the
/// allowance is halved, once, and stays so; the request is run again within it.
package final class MemoryAllowance: Sendable {
    private struct State {
        var isHalved = false
        var held: [MemoryShortage.Part: Int] = [:]
    }

    private let backend: any ComputeBackend
    /// Whether weights could be held in half as much.
    private let isSinglePrecision: Bool
    private let wholeBatchBytes: Int
    private let notice: @Sendable (MemoryShortage) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - batchBytes: what the activations of one batch may take; nil: what suits the device.
    ///   - notice: hears of the halving.
    init(
        _ backend: any ComputeBackend, isSinglePrecision: Bool, batchBytes: Int?,
        notice: @escaping @Sendable (MemoryShortage) -> Void
    ) {
        self.backend = backend
        self.isSinglePrecision = isSinglePrecision
        self.notice = notice
        wholeBatchBytes = batchBytes ?? Self.batchBytes(of: try? backend.deviceMemory())
    }

    /// Whether requests run in halves.
    package var isHalved: Bool { state.withLock { $0.isHalved } }

    /// The limit for the activations of one batch, in bytes.
    var batchBytes: Int { isHalved ? wholeBatchBytes / 2 : wholeBatchBytes }

    /// 128 MiB keep a processor's caches and cores busy.  A GPU has room for more rows, which read the weights
    /// less often; beyond a GiB that is no longer felt.
    private static func batchBytes(of memory: DeviceMemory?) -> Int {
        let least = 128 << 20
        guard let memory, memory.isDedicated else { return least }
        return min(max(memory.total / 64, least), 1 << 30)
    }

    /// The limit for the keys and values of texts that are being continued, in bytes: 1 GiB of the host's
    /// memory, but half of what a GPU has left, because every text more costs next to no time there.
    var cacheBytes: Int {
        let whole =
            if let memory = try? backend.deviceMemory(), memory.isDedicated { memory.free / 2 } else {
                1 << 30
            }
        return isHalved ? whole / 2 : whole
    }

    /// The limit for results that could be computed again, in bytes: a quarter of what the host has left; of
    /// a GPU, whose memory waits for nobody else, as much as leaves two fifths to the steps themselves.
    package var keptBytes: Int {
        guard let memory = try? backend.deviceMemory() else { return 0 }
        return memory.isDedicated ? memory.free / 5 * 3 : memory.free / 4
    }

    /// The memory of a part of the device, as noted.
    package func held(_ part: MemoryShortage.Part) -> Int { state.withLock { $0.held[part] ?? 0 } }

    /// Notes what a part holds of the device from now on, for the person who must make room.
    package func note(_ part: MemoryShortage.Part, bytes: Int) {
        state.withLock { $0.held[part] = bytes == 0 ? nil : bytes }
    }
}

// MARK: - Running out

extension MemoryAllowance {
    /// Runs a request to its end.  If the device runs out of memory, runs it again within the halved
    /// allowance, unless the request began with that.  `body` leaves nothing behind when it throws.
    ///
    /// - Throws: `LanguageModelError.outOfMemory`; what `body` throws.
    package func run<Result>(_ need: () -> MemoryNeed, _ body: () throws -> Result) throws -> Result {
        let wasHalved = isHalved
        do {
            return try settled(body)
        } catch {
            guard !wasHalved, let shortage = try shortage(in: error, need) else {
                throw try explained(error, need)
            }
            halve(shortage)
        }
        return try explaining(need) { try settled(body) }
    }

    /// Runs something that cannot be done in smaller steps.
    ///
    /// - Throws: `LanguageModelError.outOfMemory`; what `body` throws.
    package func explaining<Result>(_ need: () -> MemoryNeed, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw try explained(error, need)
        }
    }

    private func explained(_ error: any Error, _ need: () -> MemoryNeed) throws -> any Error {
        guard let shortage = try shortage(in: error, need) else { return error }
        return LanguageModelError.outOfMemory(shortage)
    }

    /// Halves the allowance if it is not yet, and says so.
    func halve(_ shortage: MemoryShortage) {
        let isNew = state.withLock { state in
            defer { state.isHalved = true }
            return !state.isHalved
        }
        if isNew { notice(shortage) }
    }

    /// The shortage that an error tells of, with what fills the device; nil for any other error.  Whatever else was
    /// queued has then run or failed.
    func shortage(in error: any Error, _ need: () -> MemoryNeed) throws -> MemoryShortage? {
        if case LanguageModelError.outOfMemory(let known) = error { return known }
        guard case ComputeError.outOfMemory(let device, let bytes) = error else { return nil }
        try drain()
        let need = need()
        var parts = state.withLock { $0.held }
        parts[.activations] = need.activations == 0 ? nil : need.activations
        parts[.logits] = need.logits == 0 ? nil : need.logits
        parts[.workspace] = backend.workspaceBytes == 0 ? nil : backend.workspaceBytes
        var remedies = need.remedies
        if isSinglePrecision { remedies.append(.halfPrecision) }
        return MemoryShortage(
            isHalved: isHalved, device: device, requestedBytes: bytes, memory: try? backend.deviceMemory(),
            parts: parts, remedies: remedies + [.otherDevice])
    }

    /// The result of `body`, unless something that it queued lacked memory.
    private func settled<Result>(_ body: () throws -> Result) throws -> Result {
        let result = try body()
        try backend.throwFailure()
        return result
    }

    /// Waits until nothing is queued; operations that lacked memory are forgotten.
    private func drain() throws {
        do {
            try backend.synchronize()
        } catch ComputeError.outOfMemory {
            try backend.synchronize()
        }
    }
}
