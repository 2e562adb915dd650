/// Progress reports of a long computation.
package enum ProgressEvent: Sendable {
    /// A stage begins ("computing representations"), with how many samples it will handle.
    case started(stage: String, total: Int)
    /// The same of a stage that may well end before all of them are handled.
    case startedAtMost(stage: String, total: Int)
    /// A transfer begins; its progress is counted in bytes (0: nobody knows how many).
    case startedTransfer(stage: String, bytes: Int)
    /// `done` of the stage's samples are finished; `note` is the latest figure worth seeing.
    case advanced(done: Int, note: String?)
    case finished
    /// One line for the log, whatever the display.
    case message(String)
    /// One line for those who asked to be told more.
    case detail(String)
    case warning(String)
}

/// Receives progress and says whether to go on.
package protocol ProgressReporter: Sendable {
    func report(_ event: ProgressEvent)
    /// The signal that asked to stop, if any; checked after every batch.
    var stopRequested: Int32? { get }
}

/// Drops everything.
package struct SilentProgress: ProgressReporter {
    package init() {}
    package func report(_ event: ProgressEvent) {}
    package var stopRequested: Int32? { nil }
}
