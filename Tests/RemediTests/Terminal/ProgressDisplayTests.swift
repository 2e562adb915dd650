import Foundation
import RemediCore
import Synchronization
import XCTest
import remedi

final class ProgressDisplayTests: XCTestCase {
    /// A clock that goes when it is told to.
    private final class Clock: Sendable {
        private let seconds = Mutex(0.0)
        var now: Double { seconds.withLock { $0 } }
        func advance(_ by: Double) { seconds.withLock { $0 += by } }
    }

    private let clock = Clock()
    private let sink = MemorySink()

    private func display(_ verbosity: Verbosity, isTerminal: Bool, width: Int = 60) -> ProgressDisplay {
        let clock = clock
        let surroundings = Surroundings(
            workplace: Workplace(environment: [:], workingFolder: TestFiles.package), output: MemorySink(),
            diagnostics: sink, isTerminal: isTerminal, width: { width }, clock: { clock.now },
            date: { TestFiles.date })
        return ProgressDisplay(surroundings, verbosity: verbosity)
    }

    /// A stage of ten steps of four seconds.
    private func runStage(_ display: ProgressDisplay) {
        display.report(.started(stage: "training", total: 100))
        for step in 1...10 {
            clock.advance(4)
            display.report(.advanced(done: step * 10, note: step == 3 ? "loss 2.5" : nil))
        }
        display.report(.finished)
    }

    func testPlainLinesComeNowAndThen() {
        runStage(display(.normal, isTerminal: false))
        XCTAssertEqual(
            sink.text,
            """
            training: 20/100, 2.5/s, 32 s left
            training: 100/100, loss 2.5, 2.5/s, took 40 s

            """)
    }

    func testATerminalHasOneChangingLine() {
        let display = display(.normal, isTerminal: true)
        display.report(.started(stage: "training", total: 100))
        clock.advance(0.05)
        display.report(.advanced(done: 1, note: nil))
        clock.advance(1.95)
        display.report(.advanced(done: 50, note: "loss 2.5"))
        display.report(.message("epoch 1"))
        clock.advance(2)
        display.report(.advanced(done: 100, note: nil))
        display.report(.finished)
        let clear = "\r\u{1B}[K"
        XCTAssertEqual(
            sink.text,
            clear + "training: 0/100" + clear + "training: 50/100, loss 2.5, 25.1/s, 2.0 s left" + clear
                + "epoch 1\n" + clear + "training: 100/100, loss 2.5, 25.0/s" + clear
                + "training: 100/100, loss 2.5, 25.1/s, took 4.0 s\n")
    }

    func testShortStagesLeaveNothing() {
        for isTerminal in [false, true] {
            let display = display(.normal, isTerminal: isTerminal)
            display.report(.started(stage: "reading", total: 2))
            clock.advance(0.01)
            display.report(.advanced(done: 2, note: nil))
            display.report(.finished)
        }
        XCTAssertEqual(sink.text, "\r\u{1B}[Kreading: 0/2\r\u{1B}[K")
    }

    func testQuietTellsWarningsOnly() {
        let display = display(.quiet, isTerminal: true)
        runStage(display)
        display.report(.message("hello"))
        display.report(.warning("something is odd"))
        XCTAssertEqual(sink.text, "\u{1B}[1;33mwarning:\u{1B}[0m something is odd\n")
    }

    func testDetailsAreForThoseWhoAskedForMore() {
        for (verbosity, text) in [(Verbosity.quiet, ""), (.normal, ""), (.verbose, "seed 7\n")] {
            let before = sink.text
            display(verbosity, isTerminal: false).report(.detail("seed 7"))
            XCTAssertEqual(sink.text, before + text, "\(verbosity)")
        }
    }

    /// Patience may end a training long before its last epoch.
    func testAStageThatMayEndEarlier() {
        let display = display(.normal, isTerminal: false)
        display.report(.startedAtMost(stage: "training", total: 100))
        for step in 1...3 {
            clock.advance(4)
            display.report(.advanced(done: step * 10, note: nil))
        }
        XCTAssertEqual(sink.text, "training: 20/100, 2.5/s, at most 32 s left\n")
    }

    func testVerboseTellsEveryStage() {
        let display = display(.verbose, isTerminal: false)
        display.report(.started(stage: "reading", total: 2))
        display.report(.finished)
        XCTAssertEqual(sink.text, "reading\nreading: 0/2\n")
    }

    func testASpeedIsThatOfThisRun() {
        // A resumed training starts far from zero.
        let display = display(.normal, isTerminal: false)
        display.report(.started(stage: "training", total: 1000))
        clock.advance(1)
        display.report(.advanced(done: 900, note: nil))
        clock.advance(10)
        display.report(.advanced(done: 920, note: nil))
        XCTAssertEqual(sink.text, "training: 920/1000, 2.0/s, 40 s left\n")
    }
}
