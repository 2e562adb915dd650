import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class WordTokenizerTests: XCTestCase {
    private func cases(_ key: String) throws -> [JSONValue] {
        let data = try Data(contentsOf: FixtureFiles.own("words.json"))
        return try XCTUnwrap(JSONValue(parsing: data)[key]?.array)
    }

    /// Compares scalars: `==` would hold canonically equivalent words for equal.
    private func check(_ found: [String], _ expected: String?, _ text: String) {
        let found = found.joined(separator: " ")
        XCTAssertTrue(
            found.unicodeScalars.elementsEqual(expected?.unicodeScalars ?? "?".unicodeScalars),
            "\(text.debugDescription): \(found.debugDescription), expected \(expected.debugDescription)")
    }

    func testSentencesAgreeWithNLTK() throws {
        let current = WordTokenizer()
        let reference = WordTokenizer(rules: .reference)
        let cases = try cases("sentences")
        XCTAssertGreaterThan(cases.count, 700)
        for record in cases {
            let text = try XCTUnwrap(record["text"]?.string)
            let words = record["words"]?.string
            check(current.words(ofSentence: text), words, text)
            check(reference.words(ofSentence: text), record["reference"]?.string ?? words, text)
        }
    }

    func testTextsAgreeWithNLTK() throws {
        let current = WordTokenizer()
        let reference = WordTokenizer(rules: .reference)
        let cases = try cases("texts")
        XCTAssertGreaterThan(cases.count, 300)
        for record in cases {
            let text = try XCTUnwrap(record["text"]?.string)
            let words = record["words"]?.string
            check(current.words(of: text), words, text)
            check(reference.words(of: text), record["reference"]?.string ?? words, text)
        }
    }

    func testSentencesMatterToFullStopsOnly() {
        let tokenizer = WordTokenizer()
        XCTAssertEqual(
            tokenizer.words(of: "It is Paris. He said \"no.\""),
            ["It", "is", "Paris", ".", "He", "said", "``", "no", ".", "''"])
        XCTAssertEqual(
            tokenizer.words(ofSentence: "It is Paris. He left."), ["It", "is", "Paris.", "He", "left", "."])
        XCTAssertEqual(tokenizer.words(of: ""), [])
    }
}
