import XCTest

@testable import RemediCore

final class ControlTaskTests: XCTestCase {
    func testTruthsAreOnlyShuffled() {
        let truths = (0..<100).map { $0 % 7 < 3 }
        let shuffled = ControlTask.shuffled(truths, seed: 1, task: "a")
        XCTAssertEqual(shuffled.count { $0 }, truths.count { $0 })
        XCTAssertNotEqual(shuffled, truths)
        XCTAssertEqual(shuffled, ControlTask.shuffled(truths, seed: 1, task: "a"))
        XCTAssertNotEqual(shuffled, ControlTask.shuffled(truths, seed: 2, task: "a"))
        XCTAssertNotEqual(shuffled, ControlTask.shuffled(truths, seed: 1, task: "b"))
        XCTAssertEqual(ControlTask.shuffled([], seed: 1, task: "a"), [])
        XCTAssertEqual(ControlTask.shuffled([true], seed: 1, task: "a"), [true])
    }

    /// Every order is as likely as any other: a truth that stood first ends anywhere.
    func testEveryPlaceIsAsLikely() {
        var places = [0, 0, 0, 0]
        for seed in 0..<4000 {
            let shuffled = ControlTask.shuffled([true, false, false, false], seed: UInt64(seed), task: "a")
            places[shuffled.firstIndex(of: true)!] += 1
        }
        // Four standard deviations around 1,000.
        for count in places { XCTAssertEqual(Double(count), 1000, accuracy: 110, "\(places)") }
    }
}
