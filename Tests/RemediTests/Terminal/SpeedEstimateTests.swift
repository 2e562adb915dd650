import XCTest

@testable import remedi

/// Speeds by a clock that the test tells.
final class SpeedEstimateTests: XCTestCase {
    /// The speed at the last of some news.
    private func speed(_ news: [(done: Int, time: Double)], start: Double = 0, at now: Double? = nil)
        -> Double?
    {
        var estimate = SpeedEstimate(start: start)
        for (done, time) in news { estimate.add(done: done, at: time) }
        return estimate.speed(at: now ?? news.last?.time ?? start)
    }

    func testASteadyStage() {
        XCTAssertNil(speed([]))
        XCTAssertNil(speed([(10, 1)]))
        XCTAssertEqual(speed([(10, 1), (20, 2)]), 10)
        XCTAssertEqual(speed((1...1000).map { ($0 * 10, Double($0)) }) ?? 0, 10, accuracy: 0.001)
    }

    /// What an earlier run did took no time of this one.
    func testAResumedStage() {
        XCTAssertEqual(speed([(900, 1), (910, 2), (920, 3)]), 10)
    }

    /// `count` news of equal steps after one that stands at `done` and `time`.
    private func news(
        _ count: Int, of step: Int, every seconds: Double, behind done: Int, _ time: Double
    ) -> [(done: Int, time: Double)] {
        (1...count).map { (done + step * $0, time + seconds * Double($0)) }
    }

    /// The first chunk took as long as ten others: as soon as some are done, it counts no more.
    func testASlowStart() {
        let first: [(done: Int, time: Double)] = [(16, 100)]
        XCTAssertNil(speed(first + news(2, of: 16, every: 10, behind: 16, 100)))
        for count in [3, 8, 50] {
            let all = first + news(count, of: 16, every: 10, behind: 16, 100)
            XCTAssertEqual(speed(all) ?? 0, 1.6, accuracy: 0.001, "\(count)")
        }
    }

    /// Of texts that are made side by side many end within a moment; nobody may take that for the speed.
    func testBursts() {
        let first = news(32, of: 1, every: 0.01, behind: 0, 10)
        XCTAssertNil(speed(first))
        let second = news(32, of: 1, every: 0.01, behind: 32, 20)
        XCTAssertEqual(speed(first + second) ?? 0, 3.1, accuracy: 0.2)
    }

    /// A first epoch that computes what the others reuse.
    func testAStageThatBecomesFaster() {
        let slow = news(10, of: 1, every: 10, behind: 0, 0)
        let fast = news(200, of: 1, every: 1, behind: 10, 100)
        XCTAssertEqual(speed(slow + fast) ?? 0, 1, accuracy: 0.05)
    }

    /// Without news the speed falls: what is late takes longer than thought.
    func testSilence() {
        let news = [(10, 1.0), (20, 2), (30, 3)]
        XCTAssertEqual(speed(news, at: 3), 10)
        XCTAssertLessThan(speed(news, at: 30) ?? 10, 1)
    }

    func testTheAverageIsOfThisRun() {
        var estimate = SpeedEstimate(start: 0)
        for (done, time) in [(900, 1.0), (910, 3), (920, 5)] { estimate.add(done: done, at: time) }
        XCTAssertEqual(estimate.average, 5)
    }
}
