import XCTest

@testable import LanguageModels

final class MentionTests: XCTestCase {
    func testOccurrencesCountFromZeroAndMayOverlap() {
        XCTAssertEqual(mention(0, of: "aa", in: "baaa"), 1..<3)
        XCTAssertEqual(mention(1, of: "aa", in: "baaa"), 2..<4)
        XCTAssertNil(mention(2, of: "aa", in: "baaa"))
        XCTAssertNil(mention(-1, of: "aa", in: "baaa"))
        XCTAssertNil(mention(0, of: "", in: "baaa"))
        XCTAssertNil(mention(0, of: "long", in: "lon"))
        XCTAssertEqual(mention(0, of: "same", in: "same"), 0..<4)
    }

    func testPositionsAreScalars() {
        XCTAssertEqual(mention(0, of: "ok", in: "👩\u{200D}🚀 e\u{301} ok"), 7..<9)
    }

    func testEquivalentSpellingsDiffer() {
        XCTAssertNil(mention(0, of: "é", in: "e\u{301}"))
        XCTAssertEqual(mention(0, of: "e", in: "e\u{301}"), 0..<1)
    }

    func testWholeWordsTouchNoLetterDigitOrMark() {
        XCTAssertEqual(mention(0, of: "Al", in: "Also Al, Al2 Al\u{301} Al", wholeWords: true), 5..<7)
        XCTAssertEqual(mention(1, of: "Al", in: "Also Al, Al2 Al\u{301} Al", wholeWords: true), 17..<19)
        XCTAssertEqual(mention(0, of: "Al", in: "Al", wholeWords: true), 0..<2)
        XCTAssertEqual(mention(0, of: "Al", in: "éAl_Al's", wholeWords: true), 4..<6)
    }
}
