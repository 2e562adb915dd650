import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class MetricTests: XCTestCase {
    private func cases(_ key: String) throws -> [JSONValue] {
        let data = try Data(contentsOf: FixtureFiles.own("metrics.json"))
        return try XCTUnwrap(JSONValue(parsing: data)[key]?.array)
    }

    private func numbers(_ value: JSONValue?) -> [Double] { value?.array?.compactMap(\.double) ?? [] }

    func testMetricsAgreeWithNumPy() throws {
        for record in try cases("metrics") {
            let name = try XCTUnwrap(record["name"]?.string)
            let bootstrap = Bootstrap(seed: UInt64(record["seed"]!.integer!))
            let metric = Metric(values: numbers(record["values"]), bootstrap: bootstrap, key: name)
            XCTAssertEqual(metric.mean, try XCTUnwrap(record["mean"]?.double), accuracy: 1e-12, name)
            XCTAssertEqual(metric.std, try XCTUnwrap(record["std"]?.double), accuracy: 1e-12, name)
            let interval = numbers(record["interval"])
            XCTAssertEqual(try XCTUnwrap(metric.interval).lower, interval[0], accuracy: 1e-12, name)
            XCTAssertEqual(try XCTUnwrap(metric.interval).upper, interval[1], accuracy: 1e-12, name)
        }
    }

    func testPairedComparisonsAgreeWithSciPy() throws {
        for record in try cases("paired") {
            let name = try XCTUnwrap(record["name"]?.string)
            let found = PairedComparison(
                first: numbers(record["first"]), second: numbers(record["second"]),
                bootstrap: Bootstrap(seed: 1, resamples: 500), key: name)
            XCTAssertTrue(found.isExact, name)
            XCTAssertEqual(
                found.difference, try XCTUnwrap(record["difference"]?.double), accuracy: 1e-12, name)
            XCTAssertEqual(found.pValue, try XCTUnwrap(record["p"]?.double), accuracy: 1e-9, name)
        }
    }

    func testSampledSignsComeNearTheExactValue() {
        var stream = RandomStream(seed: 3, purpose: "test")
        let first = (0..<16).map { _ in stream.normal() }
        let second = first.map { $0 + 0.5 + stream.normal() }
        let bootstrap = Bootstrap(seed: 5)
        let exact = PairedComparison(first: first, second: second, bootstrap: bootstrap, key: "a")
        // A tiny seventeenth difference leaves the exact count's reach and hardly changes the result.
        let sampled = PairedComparison(
            first: first + [0], second: second + [1e-9], bootstrap: bootstrap, key: "a")
        XCTAssertTrue(exact.isExact)
        XCTAssertFalse(sampled.isExact)
        XCTAssertEqual(sampled.pValue, exact.pValue, accuracy: 0.02)
        XCTAssertLessThan(exact.pValue, 0.5)
    }

    func testEdges() throws {
        let bootstrap = Bootstrap(seed: 1)
        let none = Metric(values: [], bootstrap: bootstrap, key: "")
        XCTAssertTrue(none.mean.isNaN)
        XCTAssertNil(none.interval)
        let constant = Metric(values: [2, 2, 2], bootstrap: bootstrap, key: "")
        XCTAssertEqual(constant.interval, Interval(lower: 2, upper: 2))
        XCTAssertEqual(constant.std, 0)
        XCTAssertEqual(
            constant.json.text(),
            "{\"mean\": 2.0, \"std\": 0.0, \"values\": null, \"interval\": [2.0, 2.0], \"count\": 3}")
        XCTAssertEqual(Metric(json: constant.json), constant)
        let reference = try JSONValue(parsing: "{\"mean\": 0.5, \"std\": 0.1, \"values\": null}")
        XCTAssertEqual(Metric(json: reference)?.mean, 0.5)
        XCTAssertNil(Metric(json: reference)?.interval)
        XCTAssertNil(Metric(json: "x"))
    }

    func testIntervalsDependOnKeyAndSeedOnly() {
        let values = (0..<60).map { Double($0 * $0 % 17) }
        let bootstrap = Bootstrap(seed: 1, resamples: 300)
        let interval = bootstrap.interval(of: values, key: "a")
        XCTAssertEqual(bootstrap.interval(of: values, key: "a"), interval)
        XCTAssertNotEqual(bootstrap.interval(of: values, key: "b"), interval)
        XCTAssertNotEqual(Bootstrap(seed: 2, resamples: 300).interval(of: values, key: "a"), interval)
    }

    /// Other programs refuse a bare NaN.
    func testANumberThatIsNoMeanHasNoDeviation() throws {
        let metric = Metric(value: 0.5, interval: Interval(lower: 0.25, upper: 0.75))
        XCTAssertEqual(
            metric.json.text(),
            #"{"mean": 0.5, "std": null, "values": null, "interval": [0.25, 0.75], "count": 0}"#)
        let read = try XCTUnwrap(Metric(json: metric.json))
        XCTAssertTrue(read.std.isNaN)
        XCTAssertEqual(read.interval, metric.interval)
    }
}
