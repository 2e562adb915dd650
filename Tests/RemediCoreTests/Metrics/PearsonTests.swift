import LanguageModels
import XCTest

@testable import RemediCore

final class PearsonTests: XCTestCase {
    func testAgreesWithSciPy() throws {
        for record in try TextMetricsFixture.cases("correlations") {
            let name = try XCTUnwrap(record["name"]?.string)
            let found = Pearson.correlation(
                TextMetricsFixture.numbers(record["first"]), TextMetricsFixture.numbers(record["second"]))
            guard let expected = record["value"]?.double else {
                XCTAssertNil(found, name)
                continue
            }
            XCTAssertEqual(try XCTUnwrap(found, name), expected, accuracy: 1e-12, name)
        }
    }

    func testValuesThatAreNotFinite() {
        XCTAssertNil(Pearson.correlation([1, .nan, 3], [1, 2, 3]))
        XCTAssertNil(Pearson.correlation([1, 2, 3], [1, -.infinity, 3]))
    }
}
