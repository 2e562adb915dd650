import Compute
import Synchronization

/// Counts the device memory that is asked for, and can run out of it.
package final class MemoryMeter: Sendable {
    private struct State {
        var used = 0
        var highest = 0
        var requests = 0
        var limit = Int.max
        var failing: Set<Int> = []
        var failures = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var used: Int { state.withLock { $0.used } }
    /// The most that was used at once since `reset`.
    package var highest: Int { state.withLock { $0.highest } }
    /// How often memory was asked for since `reset`.
    package var requests: Int { state.withLock { $0.requests } }
    /// How often it was refused since `reset`.
    package var failures: Int { state.withLock { $0.failures } }

    /// Counts anew; from here on refuses the requests with these numbers, counted from 0, and what goes
    /// beyond `limit` bytes.
    package func reset(limit: Int = .max, failing: Set<Int> = []) {
        state.withLock { state in
            state.requests = 0
            state.failures = 0
            state.highest = state.used
            state.limit = limit
            state.failing = failing
        }
    }

    /// - Throws: `ComputeError.outOfMemory`.
    func take(_ bytes: Int) throws {
        try state.withLock { state in
            defer { state.requests += 1 }
            guard state.used + bytes <= state.limit, !state.failing.contains(state.requests) else {
                state.failures += 1
                throw ComputeError.outOfMemory(device: "metered", requestedBytes: bytes)
            }
            state.used += bytes
            state.highest = max(state.highest, state.used)
        }
    }

    func giveBack(_ bytes: Int) { state.withLock { $0.used -= bytes } }
}
