import Foundation
import RemediCore
import Synchronization

/// Shows progress: on a terminal as one line that changes, elsewhere as a line now and then.
package final class ProgressDisplay: ProgressReporter {
    private struct State {
        var stage = ""
        var total = 0
        var countsBytes = false
        var done = 0
        var note: String?
        var start = 0.0
        var mayEndEarlier = false
        var estimate = SpeedEstimate(start: 0)
        var lastShown = 0.0
        /// Whether a changing line stands on the terminal.
        var isDirty = false
        var isOpen = false
    }

    /// Seconds between two changes of the line on a terminal.
    private static let redrawInterval = 0.1
    /// Seconds between two plain lines; the first comes sooner.
    private static let plainInterval = 30.0
    private static let firstPlainInterval = 5.0

    private let surroundings: Surroundings
    private let verbosity: Verbosity
    private let signals: SignalWatch
    private let state = Mutex(State())

    package init(_ surroundings: Surroundings, verbosity: Verbosity) {
        self.surroundings = surroundings
        self.verbosity = verbosity
        signals = surroundings.signals
    }

    package var stopRequested: Int32? { signals.received }

    /// Takes SIGINT and SIGTERM from now on; the computation stops after its batch.
    /// - Parameter announcement: what happens at the first signal.
    package func watchSignals(_ announcement: String = "stopping after this batch and saving") {
        signals.start { [self] signal in
            let name = signal == SIGINT ? "SIGINT" : "SIGTERM"
            report(.warning("\(name): \(announcement); once more stops at once"))
        }
    }

    package func report(_ event: ProgressEvent) {
        state.withLock { state in
            switch event {
            case .started(let stage, let total): begin(stage, total, &state)
            case .startedAtMost(let stage, let total):
                begin(stage, total, &state)
                state.mayEndEarlier = true
            case .startedTransfer(let stage, let bytes): begin(stage, bytes, countsBytes: true, &state)
            case .advanced(let done, let note):
                state.estimate.add(done: done, at: surroundings.clock())
                state.done = done
                state.note = note ?? state.note
                show(&state)
            case .finished: finish(&state)
            case .message(let text):
                if verbosity > .quiet { writeLine(text, &state) }
            case .detail(let text):
                if verbosity == .verbose { writeLine(text, &state) }
            case .warning(let text): writeLine(text, &state, .warning)
            }
        }
    }

    private func begin(
        _ stage: String, _ total: Int, countsBytes: Bool = false, _ state: inout State
    ) {
        let now = surroundings.clock()
        erase(&state)
        state = State(
            stage: stage, total: total, countsBytes: countsBytes, start: now,
            estimate: SpeedEstimate(start: now), lastShown: now, isOpen: true)
        if surroundings.isTerminal { draw(&state) } else if verbosity == .verbose { writeLine(stage, &state) }
    }

    private func show(_ state: inout State) {
        let now = surroundings.clock()
        guard verbosity > .quiet, state.isOpen else { return }
        if surroundings.isTerminal {
            guard now - state.lastShown >= Self.redrawInterval else { return }
            draw(&state)
        } else {
            // The end has a line of its own.
            guard state.done < state.total || state.total == 0 else { return }
            let isFirst = state.lastShown == state.start
            guard now - state.lastShown >= (isFirst ? Self.firstPlainInterval : Self.plainInterval) else {
                return
            }
            writeLine(line(state).text, &state)
        }
        state.lastShown = now
    }

    /// The last line of a stage stays; of stages shorter than the eye nothing does.
    private func finish(_ state: inout State) {
        guard state.isOpen else { return }
        state.isOpen = false
        let elapsed = surroundings.clock() - state.start
        let isWorthALine = verbosity == .verbose || elapsed >= 1
        if verbosity > .quiet, isWorthALine {
            let end = line(state, isFinished: true)
            writeLine(end.text, &state)
        } else {
            erase(&state)
        }
    }

    private func line(_ state: State, isFinished: Bool = false) -> ProgressLine {
        let now = surroundings.clock()
        return ProgressLine(
            stage: state.stage, done: state.done, total: state.total, note: state.note,
            elapsed: now - state.start,
            speed: isFinished ? state.estimate.average : state.estimate.speed(at: now),
            isFinished: isFinished,
            countsBytes: state.countsBytes, mayEndEarlier: state.mayEndEarlier)
    }

    private func draw(_ state: inout State) {
        guard verbosity > .quiet else { return }
        let text = line(state).text(columns: surroundings.width() - 1)
        try? surroundings.redraw(text)
        state.isDirty = true
    }

    private func erase(_ state: inout State) {
        if state.isDirty { try? surroundings.redraw("") }
        state.isDirty = false
    }

    /// A closed standard error must not stop the work.
    private func writeLine(_ text: String, _ state: inout State, _ mark: Surroundings.Mark = .none) {
        erase(&state)
        try? surroundings.tell(text, mark)
    }
}

/// How much a run tells.
package enum Verbosity: Int, Sendable, Comparable {
    case quiet, normal, verbose

    package static func < (a: Verbosity, b: Verbosity) -> Bool { a.rawValue < b.rawValue }

    /// The number of the same level in Python's logging, which the reference writes to its argument files.
    package var logLevel: Int {
        switch self {
        case .quiet: 30
        case .normal: 20
        case .verbose: 10
        }
    }
}
