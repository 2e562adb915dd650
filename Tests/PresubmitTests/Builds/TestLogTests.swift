import XCTest

@testable import Presubmit

final class TestLogTests: XCTestCase {
    private let said = """
        Test Suite 'Selected tests' started at 2023-04-03 02:01:00.000
        Test Case 'ATests.testOne' started at 2023-04-03 02:01:00.000
        Test Case 'ATests.testOne' passed (0.25 seconds)
        Test Case 'ATests.testTwo' started at 2023-04-03 02:01:00.250
        /p/ATests.swift:7: ATests.testTwo : Test skipped - there is no compiler
        Test Case 'ATests.testTwo' skipped (0.5 seconds)
        Test Case 'BTests.testThree' started at 2023-04-03 02:01:01.000
        /p/BTests.swift:9: error: BTests.testThree : XCTAssertEqual failed: ("a
        b") is not equal to ("c") -
        a line without endTest Case 'BTests.testThree' failed (2.0 seconds)
             Executed 3 tests, with 1 failure (0 unexpected) in 2.75 (2.75) seconds

        """

    func testEveryKindOfEnd() {
        let log = TestLog(said)
        XCTAssertEqual(log.passed, ["ATests/testOne"])
        XCTAssertEqual(log.skipLines, ["ATests/testTwo: skipped: there is no compiler"])
        XCTAssertEqual(log.failed.map(\.name), ["BTests/testThree"])
        XCTAssertEqual(
            log.failed.first?.text,
            "/p/BTests.swift:9: error: BTests.testThree : XCTAssertEqual failed: (\"a\n"
                + "b\") is not equal to (\"c\") -\na line without end\n")
        XCTAssertEqual(log.seconds, ["ATests": 0.75, "BTests": 2])
        XCTAssertEqual(log.count, 3)
    }

    func testATestThatDoesNotEndHasFailed() {
        let log = TestLog(said + "Test Case 'CTests.testFour' started at now\nFatal error: 7\n")
        XCTAssertEqual(log.failed.map(\.name), ["BTests/testThree", "CTests/testFour"])
        XCTAssertEqual(log.failed.last?.text, "Fatal error: 7\n\n")
        XCTAssertEqual(log.count, 4)
    }
}
