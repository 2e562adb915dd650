import Foundation
import XCTest

@testable import Presubmit

final class PassedChecksTests: XCTestCase {
    func testOnlyTheSameInputsPassed() throws {
        let folder = try PackageFolder.temporary()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("new/passed.json")
        let passed = PassedChecks(file: file)
        XCTAssertNil(passed.entry("lint", inputs: "a"))
        let entry = PassedChecks.Entry(inputs: "a", tests: 3, lines: ["one was skipped"])
        passed.add("lint", entry)
        XCTAssertEqual(passed.entry("lint", inputs: "a"), entry)
        XCTAssertNil(passed.entry("lint", inputs: "b"))
        XCTAssertNil(passed.entry("format", inputs: "a"))
        passed.save()
        XCTAssertEqual(PassedChecks(file: file).entry("lint", inputs: "a"), entry)
        try Data("{".utf8).write(to: file)
        XCTAssertNil(PassedChecks(file: file).entry("lint", inputs: "a"))
    }

    func testClassesThatPassed() throws {
        let passed = PassedChecks(file: URL(fileURLWithPath: "/dev/null/passed"))
        let a = TestBundle.Class(name: "MTests.ATests", tests: 2)
        let b = TestBundle.Class(name: "MTests.BTests", tests: 1)
        let log = TestLog(
            """
            Test Case 'ATests.one' started at 1
            x.swift:3: ATests.one : Test skipped - there is none
            Test Case 'ATests.one' skipped (0.1 seconds)
            Test Case 'BTests.one' started at 1
            Test Case 'BTests.one' passed (0.1 seconds)
            """)
        let ledger = TestLedger(build: .debug, hashes: ["MTests": "h"], passed: passed)
        XCTAssertNil(ledger.entry(of: a))
        ledger.add([a, b], log)
        XCTAssertEqual(ledger.entry(of: a)?.lines, ["ATests/one: skipped: there is none"])
        XCTAssertEqual(ledger.entry(of: b)?.lines, [])
        XCTAssertEqual(ledger.entry(of: b)?.tests, 1)
        // Another build, other inputs, another number of tests.
        XCTAssertNil(TestLedger(build: .release, hashes: ["MTests": "h"], passed: passed).entry(of: a))
        XCTAssertNil(TestLedger(build: .debug, hashes: ["MTests": "i"], passed: passed).entry(of: a))
        XCTAssertNil(ledger.entry(of: .init(name: "MTests.ATests", tests: 3)))
    }

    func testTheSummaryCountsUnchangedTests() {
        let file = URL(fileURLWithPath: "/dev/null/seconds")
        let unchanged = [
            PassedChecks.Entry(inputs: "h", tests: 5, lines: ["z: skipped"]),
            PassedChecks.Entry(inputs: "h", tests: 2, lines: []),
        ]
        let tally = TestTally(parts: 2, unchanged: unchanged, seconds: [:], file: file)
        let log = TestLog("Test Case 'A.t' started at 1\nTest Case 'A.t' passed (1 seconds)\n")
        XCTAssertEqual(tally.add(log), [])
        XCTAssertEqual(tally.add(log), ["z: skipped", "9 tests, 1 skipped, 7 unchanged since they passed"])
        let all = TestTally(parts: 1, unchanged: [], seconds: [:], file: file)
        XCTAssertEqual(all.add(log), ["1 tests"])
    }
}
