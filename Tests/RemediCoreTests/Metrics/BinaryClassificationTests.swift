import LanguageModels
import XCTest

@testable import RemediCore

final class BinaryClassificationTests: XCTestCase {
    private func booleans(_ value: JSONValue?) -> [Bool] { value?.array?.compactMap(\.bool) ?? [] }

    func testAgreesWithScikitLearn() throws {
        for record in try TextMetricsFixture.cases("classifications") {
            let name = try XCTUnwrap(record["name"]?.string)
            let truths = booleans(record["truths"])
            let predictions = booleans(record["predictions"])
            let found = BinaryClassification(predictions: predictions, truths: truths)
            XCTAssertEqual(found.count, truths.count, name)
            XCTAssertEqual(found.truePositives + found.falseNegatives, truths.filter { $0 }.count, name)
            let resamples = record["resamples"]?.integer
            let intervals = BinaryClassification.intervals(
                predictions: predictions, truths: truths,
                bootstrap: Bootstrap(seed: 7, resamples: resamples ?? 1), key: name)
            for measure in BinaryClassification.Measure.allCases {
                let what = "\(name), \(measure)"
                let expected = try XCTUnwrap(record["values"]?[measure.rawValue]?.double, what)
                XCTAssertEqual(found.value(of: measure), expected, accuracy: 1e-12, what)
                guard resamples != nil else { continue }
                let bounds = TextMetricsFixture.numbers(record["intervals"]?[measure.rawValue])
                let interval = try XCTUnwrap(intervals[measure], what)
                XCTAssertEqual(interval.lower, bounds[0], accuracy: 1e-12, what)
                XCTAssertEqual(interval.upper, bounds[1], accuracy: 1e-12, what)
            }
        }
    }

    func testNoSamples() {
        let none = BinaryClassification(predictions: [], truths: [])
        for measure in BinaryClassification.Measure.allCases {
            XCTAssertEqual(none.value(of: measure), 0, "\(measure)")
        }
        XCTAssertTrue(
            BinaryClassification.intervals(
                predictions: [], truths: [], bootstrap: Bootstrap(seed: 1), key: ""
            ).isEmpty)
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
