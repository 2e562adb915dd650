import LanguageModels
import XCTest

@testable import RemediCore

final class TextTallyTests: XCTestCase {
    func testOrder() {
        let tally = TextTally(["b", "a", "c", "a", "c", "e\u{301}", "é"])
        XCTAssertEqual(tally.entries.map(\.text.unicodeScalars.count), [1, 1, 1, 2, 1])
        XCTAssertEqual(tally.entries.map(\.text), ["a", "c", "b", "e\u{301}", "é"])
        XCTAssertEqual(tally.entries.map(\.count), [2, 2, 1, 1, 1])
        XCTAssertEqual(tally.count, 5)
        XCTAssertEqual(tally.total, 7)
        XCTAssertEqual(TextTally([]).json, .object([:]))
        XCTAssertEqual(TextTally(["x", "x"]).json, ["x": 2])
    }
}
