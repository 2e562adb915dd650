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
        XCTAssertGreaterThan(cases.count, 100)
        for record in cases {
            let text = try XCTUnwrap(record["text"]?.string)
            let words = record["words"]?.string
            check(current.words(of: text), words, text)
            check(reference.words(of: text), record["reference"]?.string ?? words, text)
        }
    }

    /// Prompts of CounterFact, whose words are stored as hashes.
    func testRealPromptsAgreeWithNLTK() throws {
        let data = try Data(contentsOf: FixtureFiles.real("counterfact-6k.json"))
        var prompts: [Int: [JSONValue]] = [:]
        for fact in try XCTUnwrap(JSONValue(parsing: data).array) {
            prompts[try XCTUnwrap(fact["case_id"]?.integer)] = fact["paraphrase_prompts"]?.array
        }
        let current = WordTokenizer()
        let reference = WordTokenizer(rules: .reference)
        let cases = try cases("prompts")
        XCTAssertGreaterThan(cases.count, 200)
        for record in cases {
            let texts = prompts[try XCTUnwrap(record["case"]?.integer)]
            let text = try XCTUnwrap(texts?[XCTUnwrap(record["prompt"]?.integer)].string)
            let words = record["words"]?.string
            XCTAssertEqual(hash(current.words(of: text)), words, text)
            XCTAssertEqual(hash(reference.words(of: text)), record["reference"]?.string ?? words, text)
        }
    }

    /// The beginning of the SHA-256 of the words, with spaces between them.
    private func hash(_ words: [String]) -> String {
        String(SHA256.hash(Data(words.joined(separator: " ").utf8)).prefix(16))
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
