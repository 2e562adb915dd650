import LanguageModels
import XCTest

/// Which mention of a part of a text is marked.
final class InspectTokensTests: XCTestCase {
    /// Where the last token of "Ada" ends.
    private func end(in text: String, occurrence: Int? = nil) throws -> Int? {
        var words = ["inspect", "tokens", "-m", "demo", "--json", "--substring", "Ada"]
        if let occurrence { words += ["--occurrence", "\(occurrence)"] }
        let said = try JSONValue(parsing: TestRun(words + [text]).output)
        let range = try XCTUnwrap(said["range"]?.array?.compactMap(\.integer), text)
        return said["offsets"]?.array?[range[1] - 1].array?.last?.integer
    }

    func testAWordOfItsOwnGoesFirst() throws {
        XCTAssertEqual(try end(in: "Adamant Ada plays"), 11)
        XCTAssertEqual(try end(in: "Ada, Adamant"), 3)
        XCTAssertEqual(try end(in: "Adamant"), try end(in: "Adamant Ada plays", occurrence: 0))
        XCTAssertNotEqual(try end(in: "Adamant"), 11)
        XCTAssertEqual(try end(in: "Adamant Ada plays", occurrence: 1), 11)
    }
}
