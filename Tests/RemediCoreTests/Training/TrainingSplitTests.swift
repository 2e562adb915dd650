import XCTest

@testable import RemediCore

final class TrainingSplitTests: XCTestCase {
    /// A dropped sample moves no other to another side or another place in the order.
    func testDroppedSamplesMoveNoOther() {
        let whole = TrainingSplit(SamplePlaces(count: 50), holdOut: 0.2, seed: 7)
        for missing in [0, 17, 49] {
            let occupied = (0..<50).filter { $0 != missing }
            let split = TrainingSplit(SamplePlaces(occupied: occupied, count: 50), holdOut: 0.2, seed: 7)
            XCTAssertEqual(split.training.map { occupied[$0] }, whole.training.filter { $0 != missing })
            XCTAssertEqual(split.validation.map { occupied[$0] }, whole.validation.filter { $0 != missing })
        }
    }

    func testPrefixOfPlaces() {
        let places = SamplePlaces(occupied: [0, 2, 3, 6], count: 8)
        XCTAssertEqual(places.prefix(9), places)
        XCTAssertEqual(places.prefix(4), places)
        XCTAssertEqual(places.prefix(3), SamplePlaces(occupied: [0, 2, 3], count: 6))
        XCTAssertEqual(SamplePlaces(count: 5).prefix(2), SamplePlaces(count: 2))
    }

    func testHoldOutRoundsUp() {
        for (count, holdOut, held) in [(72, 0.1, 8), (10, 0.1, 1), (11, 0.1, 2), (5, 0, 0), (1, 0.5, 1)] {
            let split = TrainingSplit(SamplePlaces(count: count), holdOut: holdOut, seed: 1)
            XCTAssertEqual(split.validation.count, held, "\(holdOut) of \(count)")
        }
    }

    func testOrderIsFixedUnlessShuffled() {
        func order(_ epoch: Int, _ shuffle: Bool) -> [Int] {
            TrainingSplit.order(count: 40, epoch: epoch, shuffle: shuffle, seed: 3)
        }
        XCTAssertEqual(order(1, false), Array(0..<40))
        XCTAssertEqual(order(2, false), order(1, false))
        XCTAssertNotEqual(order(1, true), order(2, true))
        XCTAssertEqual(order(1, true), order(1, true))
        XCTAssertEqual(order(1, true).sorted(), Array(0..<40))
    }

    func testBatches() {
        XCTAssertEqual(TrainingSplit.batches([4, 3, 2, 1, 0], size: 2), [[4, 3], [2, 1], [0]])
        XCTAssertEqual(TrainingSplit.batches([], size: 2), [])
    }
}
