import Foundation
import RemediCore
import XCTest

@testable import remedi

final class EmphasisTests: XCTestCase {
    private func diagnostics(_ words: String, environment: [String: String], isTerminal: Bool) -> String {
        let sink = MemorySink()
        let surroundings = Surroundings(
            workplace: Workplace(environment: environment, workingFolder: TestFiles.package),
            output: MemorySink(), diagnostics: sink, isTerminal: isTerminal, clock: { 0 },
            date: { TestFiles.date })
        _ = Program.run(words.split(separator: " ").map(String.init), in: surroundings)
        return sink.text
    }

    func testOnlyTerminalsThatWantColoursGetThem() {
        let plain = "remedi train: there is no option --bogus\n'remedi train --help' says what there is.\n"
        let coloured =
            "\u{1B}[1;31mremedi train:\u{1B}[0m there is no option --bogus\n"
            + "'remedi train --help' says what there is.\n"
        for (environment, isTerminal, expected) in [
            ([:], true, coloured), ([:], false, plain), (["NO_COLOR": "1"], true, plain),
            (["NO_COLOR": ""], true, coloured), (["TERM": "dumb"], true, plain),
            (["TERM": "xterm-256color"], true, coloured), (["CLICOLOR": "0"], true, plain),
            (["CLICOLOR": "1"], true, coloured), (["CLICOLOR": "1"], false, plain),
        ] {
            XCTAssertEqual(
                diagnostics("train --bogus", environment: environment, isTerminal: isTerminal), expected,
                "\(environment), terminal: \(isTerminal)")
        }
    }

    /// On a terminal lines break between words; elsewhere a message is one line, which `grep` finds.
    func testComplaintsFitTheTerminal() {
        let error = UsageError.unknownCommand(
            word: "juggle", nearest: nil, known: ["train", "eval", "inspect"])
        let complaint = Complaint(of: error, path: [])
        XCTAssertEqual(
            complaint.text(Emphasis(isOn: true), columns: 40),
            """
            \u{1B}[1;31mremedi:\u{1B}[0m there is no command 'juggle';
            there are train, eval and inspect
            'remedi --help' says what there is.

            """)
        XCTAssertEqual(
            complaint.text(Emphasis(isOn: false), columns: nil),
            "remedi: there is no command 'juggle'; there are train, eval and inspect\n"
                + "'remedi --help' says what there is.\n")
    }

    func testFailuresAndWarnings() {
        XCTAssertTrue(
            diagnostics("inspect editor nowhere", environment: [:], isTerminal: true)
                .hasPrefix("\u{1B}[1;31mremedi"))
        XCTAssertEqual(Emphasis(isOn: true).warning("warning:"), "\u{1B}[1;33mwarning:\u{1B}[0m")
    }
}
