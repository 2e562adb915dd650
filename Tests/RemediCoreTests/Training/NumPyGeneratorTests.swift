import LanguageModels
import XCTest

@testable import RemediCore

final class NumPyGeneratorTests: XCTestCase {
    private func fixture() throws -> JSONValue {
        try JSONValue(parsing: try Data(contentsOf: FixtureFiles.own("training/random-numbers.json")))
    }

    /// Against `numpy.random.default_rng(seed).permutation(count)`.
    func testPermutationsAreNumPys() throws {
        let cases = try XCTUnwrap(try fixture()["permutations"]?.array)
        XCTAssertEqual(cases.count, 5)
        let seeds: [UInt64] = [123456, 0, 1, (1 << 40) + 7, .max]
        for (entry, seed) in zip(cases, seeds) {
            let values = try XCTUnwrap(entry["values"]?.array).compactMap(\.integer)
            var generator = NumPyGenerator(seed: seed)
            XCTAssertEqual(generator.permutation(values.count), values, "seed \(seed)")
        }
    }

    /// The split of the paper's 5,000 training samples.
    func testThePapersSplit() throws {
        let fixture = try fixture()
        let split = TrainingSplit(SamplePlaces(count: 5000), holdOut: 0.1, seed: 123456)
        XCTAssertEqual(split.validation.count, 500)
        XCTAssertEqual(split.training.count, 4500)
        XCTAssertEqual(
            Array(split.validation.prefix(20)),
            fixture["permutation_5000_head"]?.array?.compactMap(\.integer))
        XCTAssertEqual(
            Array(split.training.suffix(20)),
            fixture["permutation_5000_tail"]?.array?.compactMap(\.integer))
        XCTAssertEqual((split.validation + split.training).sorted(), Array(0..<5000))
    }
}

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
