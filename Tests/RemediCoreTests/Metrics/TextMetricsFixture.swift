import Foundation
import LanguageModels
import XCTest

/// What Python's libraries say of entropies, classifications, correlations and ranks.
enum TextMetricsFixture {
    static func cases(_ key: String) throws -> [JSONValue] {
        let data = try Data(contentsOf: FixtureFiles.own("text_metrics.json"))
        return try XCTUnwrap(JSONValue(parsing: data)[key]?.array)
    }

    static func numbers(_ value: JSONValue?) -> [Double] { value?.array?.compactMap(\.double) ?? [] }
}
