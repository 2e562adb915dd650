import Foundation
import Synchronization

/// Waits for SIGINT and SIGTERM: the first is kept for the computation to find, the second ends the process.
///
/// The signals are blocked in every thread and taken by one that waits for them, so that no code runs inside a
/// signal handler.
package final class SignalWatch: Sendable {
    private let first = Atomic<Int32>(0)
    private let announcement = Mutex<(@Sendable (Int32) -> Void)?>(nil)

    /// The first signal that came.
    package var received: Int32? {
        let signal = first.load(ordering: .relaxed)
        return signal == 0 ? nil : signal
    }

    package init() {}

    /// Starts to watch.  Call before other threads start: they inherit which signals are blocked.
    /// Started again, it only announces otherwise.
    /// - Parameter announce: called on the waiting thread at the first signal.
    package func start(announce: @escaping @Sendable (Int32) -> Void) {
        let isWatching = announcement.withLock { current in
            defer { current = announce }
            return current != nil
        }
        if isWatching { return }
        let signals = [SIGINT, SIGTERM].filter { !Self.isIgnored($0) }
        guard !signals.isEmpty else { return }
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let waited = set
        let thread = Thread {
            var set = waited
            while true {
                var signal: Int32 = 0
                guard sigwait(&set, &signal) == 0 else { return }
                self.take(signal)
            }
        }
        thread.stackSize = 256 << 10
        thread.start()
    }

    /// Keeps the first signal; the second ends the process at once.
    private func take(_ signal: Int32) {
        let (isFirst, _) = first.compareExchange(expected: 0, desired: signal, ordering: .relaxed)
        if isFirst { announcement.withLock(\.self)?(signal) } else { _exit(128 + signal) }
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
