import Foundation
import LanguageModels
import Synchronization
import XCTest

@testable import Presubmit

final class JobRunnerTests: XCTestCase {
    private func job(
        _ step: String, _ title: String, next: [CheckJob] = [], fails: Bool = false
    ) -> CheckJob {
        CheckJob(step: step, title: title) { _ in
            if fails { throw PresubmitFailure(step: title) }
            return CheckJob.Done(next: next)
        }
    }

    private func ended(_ jobs: [CheckJob], width: Int) throws -> [String] {
        var titles: [String] = []
        try JobRunner(width: width, clock: { 0 }).run(jobs) { titles.append($0.job.title) }
        return titles
    }

    func testOneAtATimeKeepsTheOrder() throws {
        let jobs = [job("a", "1", next: [job("a", "3"), job("b", "4")]), job("b", "2")]
        XCTAssertEqual(try ended(jobs, width: 1), ["1", "2", "3", "4"])
        XCTAssertEqual(try ended([], width: 1), [])
    }

    func testSeveralAtATimeRunEachOnce() throws {
        for width in [2, 3, 100] {
            let jobs = (0..<20).map { job("a", "\($0)", next: [job("b", "\($0) again")]) }
            let titles = try ended(jobs, width: width)
            XCTAssertEqual(Set(titles).count, 40, "\(width)")
            XCTAssertEqual(titles.count, 40, "\(width)")
        }
    }

    func testAfterAFailureOnlyItsStepGoesOn() throws {
        let jobs = [job("a", "1", fails: true), job("b", "2"), job("a", "3"), job("a", "4", fails: true)]
        XCTAssertEqual(try ended(jobs, width: 1), ["1", "3", "4"])
    }

    /// The first job's program would never end by itself, and the second fails once that program runs.
    func testAFailureEndsOtherStepsPrograms() throws {
        let isStarted = DispatchSemaphore(value: 0)
        let endless = CheckJob(step: "a", title: "endless") { child in
            isStarted.signal()
            let sleep = ChildProcess(words: ["sleep", "1000"], folder: PackageFolder.url)
            let outcome = try child.run(sleep)
            return CheckJob.Done(note: "\(outcome.status)")
        }
        let failing = CheckJob(step: "b", title: "failing") { _ in
            isStarted.wait()
            throw PresubmitFailure(step: "b")
        }
        XCTAssertEqual(try ended([endless, failing], width: 2), ["failing"])
    }

    func testWhatTheReportThrowsEndsTheRun() throws {
        struct Closed: Error {}
        var count = 0
        XCTAssertThrowsError(
            try JobRunner(width: 1, clock: { 0 }).run([job("a", "1"), job("a", "2")]) { _ in
                count += 1
                throw Closed()
            }
        ) { XCTAssertTrue($0 is Closed) }
        XCTAssertEqual(count, 1)
    }
}
