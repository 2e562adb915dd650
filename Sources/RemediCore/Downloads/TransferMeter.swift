import Synchronization

/// Counts the bytes of a stage's transfers, which may run side by side, and tells them.
package final class TransferMeter: Sendable {
    private struct Tally {
        var done = 0
        var files = 0
    }

    private let progress: any ProgressReporter
    private let fileCount: Int
    private let state = Mutex(Tally())

    /// Begins a stage of `bytes` (0: unknown) in `files` files.
    package init(_ progress: any ProgressReporter, stage: String, bytes: Int, files: Int = 1) {
        self.progress = progress
        fileCount = files
        progress.report(.startedTransfer(stage: stage, bytes: bytes))
    }

    /// Adds bytes; negative ones are lost.
    func add(_ bytes: Int) { tell { $0.done += bytes } }

    package func addFile() { tell { $0.files += 1 } }

    private func tell(_ change: (inout Tally) -> Void) {
        state.withLock { state in
            change(&state)
            let note = fileCount > 1 ? "\(state.files) of \(fileCount) files" : nil
            progress.report(.advanced(done: state.done, note: note))
        }
    }

    package func finish() { progress.report(.finished) }
}
