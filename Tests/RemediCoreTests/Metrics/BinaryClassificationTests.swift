import LanguageModels
import XCTest

@testable import RemediCore

final class BinaryClassificationTests: XCTestCase {
    private func booleans(_ value: JSONValue?) -> [Bool] { value?.array?.compactMap(\.bool) ?? [] }

    func testAgreesWithScikitLearn() throws {
        for record in try TextMetricsFixture.cases("classifications") {
            let name = try XCTUnwrap(record["name"]?.string)
            let judgements = zip(booleans(record["truths"]), booleans(record["predictions"])).map {
                Judgement(truth: $0, prediction: $1)
            }
            let table = BinaryClassification(judgements)
            XCTAssertEqual(table.count, judgements.count, name)
            XCTAssertEqual(table.truePositives + table.falseNegatives, judgements.count(where: \.truth), name)
            let resamples = record["resamples"]?.integer
            let bootstrap = Bootstrap(seed: 7, resamples: resamples ?? 1)
            for score in JudgementScore.allCases {
                let what = "\(name), \(score)"
                let expected = try XCTUnwrap(record["values"]?[score.rawValue]?.double, what)
                XCTAssertEqual(score.value(of: table), expected, accuracy: 1e-12, what)
                guard resamples != nil else { continue }
                let bounds = TextMetricsFixture.numbers(record["intervals"]?[score.rawValue])
                let interval = try XCTUnwrap(score.interval(of: judgements, bootstrap, key: name), what)
                XCTAssertEqual(interval.lower, bounds[0], accuracy: 1e-12, what)
                XCTAssertEqual(interval.upper, bounds[1], accuracy: 1e-12, what)
            }
        }
    }

    func testNoSamples() {
        for score in JudgementScore.allCases {
            XCTAssertEqual(score.value(of: []), 0, "\(score)")
            XCTAssertNil(score.interval(of: [], Bootstrap(seed: 1), key: ""), "\(score)")
        }
    }

    func testResampledSamplesAreThoseOfTheMean() throws {
        let categories = (0..<21).map { UInt8($0 * $0 % 16) }
        let bootstrap = Bootstrap(seed: 3, resamples: 400)
        let means = bootstrap.resampled(categories: categories, key: "a") { counts in
            Double((0..<16).reduce(0) { $0 + $1 * counts[$1] }) / Double(categories.count)
        }
        XCTAssertEqual(means.count, 400)
        XCTAssertGreaterThan(Set(means).count, 20)
        XCTAssertEqual(
            bootstrap.interval(ofResampled: means),
            bootstrap.interval(of: categories.map(Double.init), key: "a"))
    }

    /// Of n pairs each is swapped with a chance of a half.
    func testEveryPairIsSwappedHalfOfTheTime() {
        let pairs: [UInt8] = [4 * 1 + 2, 4 * 1 + 2, 4 * 3 + 0, 4 * 2 + 2]
        let bootstrap = Bootstrap(seed: 5, resamples: 2_000)
        let swapped = bootstrap.swapped(pairs: pairs, key: "b") { counts in
            XCTAssertEqual(counts[4 * 1 + 2] + counts[4 * 2 + 1], 2)
            XCTAssertEqual(counts[4 * 3 + 0] + counts[4 * 0 + 3], 1)
            XCTAssertEqual(counts[4 * 2 + 2], 1)
            return counts[4 * 2 + 1] + counts[4 * 0 + 3]
        }
        let shares = (0...3).map { count in Double(swapped.count { $0 == count }) / 2_000 }
        for (share, expected) in zip(shares, [0.125, 0.375, 0.375, 0.125]) {
            XCTAssertEqual(share, expected, accuracy: 0.05)
        }
    }

    func testSignsAreRandom() {
        let sums = Bootstrap(seed: 2, resamples: 4_000).signedSums(of: [1, 2, 4], key: "c")
        for sum in [-7.0, -5, -3, -1, 1, 3, 5, 7] {
            XCTAssertEqual(Double(sums.count { $0 == sum }) / 4_000, 0.125, accuracy: 0.04, "\(sum)")
        }
    }

    /// What a model that gives NaN is judged by stays in order, NaN last.
    func testNaNIsTheGreatest() {
        let values = (0..<200).map { $0 % 7 == 0 ? Double.nan : Double($0 * 37 % 101) }
        let bootstrap = Bootstrap(seed: 1, resamples: 1, confidence: 0.6)
        let numbers = values.filter { !$0.isNaN }.sorted()
        let interval = bootstrap.interval(ofResampled: values)
        XCTAssertEqual(interval.lower, Bootstrap.quantile(0.2, ofSorted: numbers + values.filter(\.isNaN)))
        XCTAssertEqual(interval.upper, Bootstrap.quantile(0.8, ofSorted: numbers + values.filter(\.isNaN)))
    }
}
