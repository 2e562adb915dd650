import Foundation
import XCTest

import LanguageModels

final class ChildProcessTests: XCTestCase {
    private let folder = FileManager.default.temporaryDirectory

    private func shell(_ script: String) throws -> ChildProcess.Outcome {
        try ChildProcess(words: ["sh", "-c", script], folder: folder).run(passesThrough: false)
    }

    func testOutputAndStatus() throws {
        let outcome = try shell("echo one; echo two >&2; exit 3")
        XCTAssertEqual(outcome.output, "one\ntwo\n")
        XCTAssertEqual(outcome.status, 3)
    }

    func testRunsInItsFolder() throws {
        let outcome = try shell("pwd -P")
        XCTAssertEqual(outcome.output, folder.resolvingSymlinksInPath().path + "\n")
    }

    func testMoreOutputThanAPipeHolds() throws {
        XCTAssertEqual(try shell("yes | head -c 1000000").output.utf8.count, 1_000_000)
    }

    /// Also below a program that does not care for closed pipes.
    func testAClosedPipeEndsAProgram() throws {
        let before = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, before) }
        XCTAssertEqual(try shell("yes | head -c 10").output.utf8.count, 10)
    }

    func testASignalIsToldAsShellsDo() throws {
        XCTAssertEqual(try shell("kill -9 $$").status, 137)
    }

    func testAMissingProgram() throws {
        let child = ChildProcess(words: ["there-is-no-such-program"], folder: folder)
        XCTAssertEqual(try child.run(passesThrough: false).status, 127)
    }

    func testItCanBeEndedFromTheStartOn() throws {
        for passesThrough in [false, true] {
            let child = ChildProcess(words: ["sleep", "1000"], folder: folder)
            let outcome = try child.run(passesThrough: passesThrough) { kill($0, SIGTERM) }
            XCTAssertEqual(outcome.status, 128 + SIGTERM, "\(passesThrough)")
        }
    }

    func testMany() throws {
        for number in 0..<50 { XCTAssertEqual(try shell("echo \(number)").output, "\(number)\n") }
    }
}
