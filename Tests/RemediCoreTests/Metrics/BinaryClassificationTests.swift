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

    func testResampledIndicesAreThoseOfTheMean() throws {
        let values = (0..<21).map { Double($0 * $0 % 17) }
        let bootstrap = Bootstrap(seed: 3, resamples: 400)
        let means = bootstrap.resampled(count: values.count, key: "a") { drawn in
            drawn.reduce(0) { $0 + values[$1] } / Double(drawn.count)
        }
        XCTAssertEqual(means.count, 400)
        XCTAssertEqual(bootstrap.interval(ofResampled: means), bootstrap.interval(of: values, key: "a"))
    }
}
