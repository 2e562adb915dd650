import XCTest

@testable import LanguageModels

final class OccurrenceTests: XCTestCase {
    func testOccurrencesCountFromZeroAndMayOverlap() {
        XCTAssertEqual(occurrence(0, of: "aa", in: "baaa"), 1..<3)
        XCTAssertEqual(occurrence(1, of: "aa", in: "baaa"), 2..<4)
        XCTAssertNil(occurrence(2, of: "aa", in: "baaa"))
        XCTAssertNil(occurrence(-1, of: "aa", in: "baaa"))
        XCTAssertNil(occurrence(0, of: "", in: "baaa"))
        XCTAssertNil(occurrence(0, of: "long", in: "lon"))
        XCTAssertEqual(occurrence(0, of: "same", in: "same"), 0..<4)
    }

    func testPositionsAreScalars() {
        XCTAssertEqual(occurrence(0, of: "ok", in: "👩\u{200D}🚀 e\u{301} ok"), 7..<9)
    }

    func testEquivalentSpellingsDiffer() {
        XCTAssertNil(occurrence(0, of: "é", in: "e\u{301}"))
        XCTAssertEqual(occurrence(0, of: "e", in: "e\u{301}"), 0..<1)
    }

    func testWholeWordsTouchNoLetterDigitOrMark() {
        XCTAssertEqual(occurrence(0, of: "Al", in: "Also Al, Al2 Al\u{301} Al", wholeWords: true), 5..<7)
        XCTAssertEqual(occurrence(1, of: "Al", in: "Also Al, Al2 Al\u{301} Al", wholeWords: true), 17..<19)
        XCTAssertEqual(occurrence(0, of: "Al", in: "Al", wholeWords: true), 0..<2)
        XCTAssertEqual(occurrence(0, of: "Al", in: "éAl_Al's", wholeWords: true), 4..<6)
    }
}
