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
    }
}
