import XCTest

@testable import LanguageModels

final class EncodingTests: XCTestCase {
    /// "Hi Peter Š!" with "Š" as two byte tokens, after a start token.
    private let encoding = Encoding(
        ids: [1, 10, 11, 12, 13, 14], offsets: [0..<0, 0..<2, 2..<8, 8..<10, 9..<10, 10..<11], startTokens: 1)

    func testTheFirstTokenThatTouchesAnEndIsTaken() {
        XCTAssertEqual(encoding.tokens(of: 3..<8), 2..<3, "the next word's token touches the end as well")
        XCTAssertEqual(encoding.tokens(of: 0..<2), 1..<2)
        XCTAssertEqual(encoding.tokens(of: 0..<8), 1..<3)
        XCTAssertEqual(encoding.tokens(of: 4..<6), 2..<3)
        XCTAssertEqual(encoding.tokens(of: 2..<8), 1..<3, "the token before touches the beginning")
    }

    func testByteTokensOfOneCharacterEndAtTheLast() {
        XCTAssertEqual(encoding.tokens(of: 3..<10), 2..<5)
        XCTAssertEqual(encoding.tokens(of: 3..<10, lastByte: false), 2..<4)
        XCTAssertEqual(encoding.tokens(of: 3..<11), 2..<6)
    }

    func testStartTokensAreNeverTaken() {
        XCTAssertEqual(encoding.tokens(of: 0..<0), 1..<2)
        let empty = Encoding(ids: [1], offsets: [0..<0], startTokens: 1)
        XCTAssertNil(empty.tokens(of: 0..<0))
    }

    func testARangeThatNoTokenTouchesHasNone() {
        XCTAssertNil(encoding.tokens(of: 3..<12))
        XCTAssertNil(encoding.tokens(of: 12..<13))
    }
}
