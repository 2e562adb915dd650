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
