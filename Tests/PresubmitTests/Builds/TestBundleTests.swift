import Foundation
import XCTest

@testable import Presubmit

final class TestBundleTests: XCTestCase {
    private func bundle(_ build: TestBuild) -> TestBundle {
        TestBundle(package: PackageFolder.url, build: build)
    }

    func testClassesOfAList() {
        let list = """
            Listing 3 tests in debug.xctest:

            M.BTests/testOne
            M.ATests/testOne
            M.BTests/testTwo
            """
        XCTAssertEqual(
            TestBundle.classes(inList: list),
            [.init(name: "M.ATests", tests: 1), .init(name: "M.BTests", tests: 2)])
    }

    func testPartsHoldEveryClassOnceAndTakeEquallyLong() {
        let names = ["M.A", "M.B", "M.C", "M.D", "M.E"]
        let classes = names.map { TestBundle.Class(name: $0, tests: 10) }
        let seconds = ["A": 9.0, "B": 1, "C": 4, "D": 4]
        let parts = TestBundle.parts(of: classes, count: 2, seconds: seconds).map { $0.map(\.name) }
        XCTAssertEqual(parts, [["M.A", "M.B"], ["M.C", "M.D", "M.E"]])
        for count in 1...7 {
            let parts = TestBundle.parts(of: classes, count: count, seconds: [:])
            XCTAssertEqual(parts.flatMap { $0 }.map(\.name).sorted(), names, "\(count)")
            XCTAssertEqual(parts.count, min(count, 5), "\(count)")
        }
        XCTAssertEqual(TestBundle.parts(of: [], count: 3, seconds: [:]), [])
    }

    func testARunIsRightOnlyIfEveryTestRanAndPassed() {
        let passed = TestLog("Test Case 'A.t' started at 1\nTest Case 'A.t' passed (1 seconds)\n")
        let failed = TestLog("Test Case 'A.t' started at 1\nwhy\nTest Case 'A.t' failed (1 seconds)\n")
        let broken = TestLog("Test Case 'A.t' started at 1\nwhy\n")
        let alone = "swift test --disable-swift-testing --filter 'A/t$'\n"
        let cases: [(TestLog, Int32, Int, String?)] = [
            (passed, 0, 1, nil),
            (passed, 0, 2, "1 of 2 tests ran\n"),
            (passed, 1, 1, "the tests' program ended with code 1\n"),
            (failed, 1, 1, "A/t: failed, debug\nwhy\n\(alone)\n"),
            (
                broken, 139, 2,
                "A/t: failed, debug\nwhy\n\n\(alone)\nthe tests' program ended with code 139\n"
                    + "1 of 2 tests ran\n"
            ),
        ]
        for (log, status, asked, complaint) in cases {
            XCTAssertEqual(
                bundle(.debug).complaint(log, status: status, asked: asked), complaint, "\(status)")
        }
        let release = bundle(.release).complaint(failed, status: 1, asked: 1) ?? ""
        XCTAssertTrue(
            release.contains(
                "\nswift test --disable-swift-testing -c release --scratch-path .build/presubmit"),
            release)
        var elsewhere = bundle(.debug)
        elsewhere.scratch = "/a b"
        let debug = elsewhere.complaint(failed, status: 1, asked: 1) ?? ""
        XCTAssertTrue(
            debug.contains(
                "\nswift test --disable-swift-testing --scratch-path '/a b' --filter 'A/t$'\n"), debug)
    }

    /// Given several classes, the tests' program runs them all; this one's own is asked what it holds.
    func testTheBundleFindsItself() throws {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let isRelease = program.path.contains("/release/")
        var here = bundle(isRelease ? .release : .debug)
        // SCRATCH/SYSTEM/debug/PROGRAM or SCRATCH/presubmit/SYSTEM/release/PROGRAM.
        let scratch = (0..<(isRelease ? 4 : 3)).reduce(program) { url, _ in url.deletingLastPathComponent() }
        here.scratch = scratch.path
        let folder = here.build.folder(scratch: here.scratch)
        guard FileManager.default.fileExists(atPath: folder) else {
            throw XCTSkip("these tests were not built in \(folder)")
        }
        let classes = try here.classes(JobChild())
        XCTAssertTrue(classes.contains { $0.name == "PresubmitTests.TestBundleTests" })
        let small = classes.filter { ["TestLogTests", "JobRunnerTests"].contains($0.shortName) }
        let log = try here.run(small, JobChild())
        XCTAssertEqual(small.count, 2)
        XCTAssertEqual(log.passed.count, small.reduce(0) { $0 + $1.tests })
    }
}
