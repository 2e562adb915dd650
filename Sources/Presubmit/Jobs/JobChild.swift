import Foundation
import LanguageModels
import Synchronization

/// The program that a job waits for, so that it can be ended before its time.
final class JobChild: Sendable {
    private struct State {
        var child: pid_t?
        var isStopped = false
    }

    private let state = Mutex(State())

    var isStopped: Bool { state.withLock(\.isStopped) }

    /// - Throws: `POSIXError` if the program cannot be started.
    func run(_ process: ChildProcess) throws -> ChildProcess.Outcome {
        defer { state.withLock { $0.child = nil } }
        return try process.run(passesThrough: false) { child in
            state.withLock {
                $0.child = child
                if $0.isStopped { kill(child, SIGTERM) }
            }
        }
    }

    func stop() {
        state.withLock {
            $0.isStopped = true
            if let child = $0.child { kill(child, SIGTERM) }
        }
    }
}
