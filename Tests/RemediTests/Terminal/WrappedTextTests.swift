import XCTest

@testable import remedi

final class WrappedTextTests: XCTestCase {
    func testLines() {
        XCTAssertEqual(WrappedText.lines("one two  three", indent: 2, width: 9), ["  one two", "  three"])
        XCTAssertEqual(WrappedText.lines("unbreakable x", indent: 0, width: 4), ["unbreakable", "x"])
        XCTAssertEqual(WrappedText.lines("", indent: 3), ["   "])
    }

    func testControlCharactersAreNotShown() {
        XCTAssertEqual(WrappedText.shown("a\tb\nc\u{1B}[31md\u{85}é"), "a b c\u{FFFD}[31md é")
        XCTAssertEqual(
            WrappedText.shown("a\u{202E}b\u{2066}c\u{9B}d\u{2028}e\u{2029}f\u{200F}g\u{61C}h\u{7F}"),
            "a\u{FFFD}b\u{FFFD}c\u{FFFD}d e f\u{FFFD}g\u{FFFD}h\u{FFFD}")
        // Joiners and wide spaces belong to the text.
        XCTAssertEqual(WrappedText.shown("👩\u{200D}🔬\u{3000}\u{A0}"), "👩\u{200D}🔬\u{3000}\u{A0}")
    }
}
