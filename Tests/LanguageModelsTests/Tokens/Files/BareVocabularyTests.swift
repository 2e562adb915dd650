import Foundation
import XCTest

@testable import LanguageModels

/// Tokenizers from `vocab.json` and `merges.txt`, against what `transformers` builds from them.
final class BareVocabularyTests: XCTestCase {
    private func folder() throws -> ScratchFolder {
        let fixture = try TokenFixtures.json("bare.json")
        let scratch = try ScratchFolder()
        try scratch.write(try XCTUnwrap(fixture["vocab"]).text(), to: "vocab.json")
        let merges = try XCTUnwrap(fixture["merges"]?.array).compactMap(\.string)
        try scratch.write("#version: 0.2\n" + merges.joined(separator: "\n") + "\n", to: "merges.txt")
        return scratch
    }

    func testEveryClassEncodesTheSame() throws {
        let texts = try TokenFixtures.hostileTexts()
        for fixture in try XCTUnwrap(TokenFixtures.json("bare.json")["tokenizers"]?.array) {
            let configuration = try XCTUnwrap(fixture["config"])
            let scratch = try folder()
            try scratch.write(configuration.text(), to: "tokenizer_config.json")
            let tokenizer = try Tokenizer(folder: scratch.url)
            for encoding in try XCTUnwrap(fixture["encodings"]?.array) {
                let text = texts[try XCTUnwrap(encoding["text"]?.integer)]
                assertEncoding(
                    tokenizer, text, is: encoding, decodes: false,
                    "\(configuration.text()): \(text.debugDescription)")
            }
            XCTAssertEqual(
                tokenizer.encode("x").startTokens, configuration["add_bos_token"] == true ? 1 : 0)
        }
    }

    /// The fingerprint follows everything that tokens depend on, and nothing else.
    func testFingerprint() throws {
        func fingerprint(_ folder: ScratchFolder) throws -> String {
            try Tokenizer(folder: folder.url).fingerprint()
        }
        let scratch = try folder()
        let plain = try fingerprint(scratch)
        XCTAssertEqual(try fingerprint(folder()), plain)
        try scratch.write(#"{"model_max_length": 7}"#, to: "tokenizer_config.json")
        XCTAssertEqual(try fingerprint(scratch), plain)
        try scratch.write(#"{"add_bos_token": true}"#, to: "tokenizer_config.json")
        XCTAssertNotEqual(try fingerprint(scratch), plain, "another start")
        let cut = try folder()
        let merges = try XCTUnwrap(TokenFixtures.json("bare.json")["merges"]?.array).compactMap(\.string)
        try cut.write(
            "#version: 0.2\n" + merges.dropLast().joined(separator: "\n") + "\n", to: "merges.txt")
        XCTAssertNotEqual(try fingerprint(cut), plain, "a merge less")
        let tokenizer = try Tokenizer(folder: scratch.url)
        try FileManager.default.removeItem(at: scratch.url.appendingPathComponent("vocab.json"))
        XCTAssertThrowsError(try tokenizer.fingerprint())
    }

    func testTheModelsFamilyChoosesTheClassWhereNoneIsNamed() throws {
        let scratch = try folder()
        try scratch.write(#"{"model_type": "qwen2"}"#, to: "config.json")
        let digits = try Tokenizer(folder: scratch.url).encode("12").ids
        XCTAssertEqual(digits.count, 2, "Qwen 2 takes digits one by one")
    }

    func testLineEndsAndMissingVersionAreNoMatter() throws {
        let fixture = try TokenFixtures.json("bare.json")
        let scratch = try folder()
        let merges = try XCTUnwrap(fixture["merges"]?.array).compactMap(\.string)
        let expected = try Tokenizer(folder: scratch.url).encode("Perth Airport is")
        try scratch.write(merges.joined(separator: "\r\n"), to: "merges.txt")
        XCTAssertEqual(try Tokenizer(folder: scratch.url).encode("Perth Airport is"), expected)
    }

    func testAddedTokensComeFromTheirFiles() throws {
        let scratch = try folder()
        let end = try Tokenizer(folder: scratch.url).vocabularySize
        try scratch.write(#"{"<extra>": \#(end), "<more>": \#(end + 1)}"#, to: "added_tokens.json")
        try scratch.write(
            #"{"eos_token": {"content": "<more>"}, "bos_token": "<|endoftext|>", "#
                + #""added_tokens_decoder": {"\#(end)": {"content": "<extra>", "lstrip": true}}}"#,
            to: "tokenizer_config.json")
        let tokenizer = try Tokenizer(folder: scratch.url)
        XCTAssertEqual(tokenizer.vocabularySize, end + 2)
        XCTAssertEqual(tokenizer.endToken, end + 1)
        let encoding = tokenizer.encode("a <extra><more>")
        XCTAssertEqual(encoding.ids.suffix(2), [end, end + 1])
        XCTAssertEqual(encoding.offsets.suffix(2), [1..<9, 9..<15], "the token takes the space before it")
        XCTAssertEqual(tokenizer.decode(encoding.ids), "a<extra>", "the end token is special")
    }

    func testTheConfigurationNamesTheEndTokenLast() throws {
        let scratch = try folder()
        try scratch.write(#"{"eos_token": "</none>"}"#, to: "tokenizer_config.json")
        // As in transformers, a token that the vocabulary lacks is added to it.
        let added = try Tokenizer(folder: scratch.url)
        XCTAssertEqual(added.endToken, added.vocabularySize - 1)
        XCTAssertEqual(added.token(added.vocabularySize - 1), "</none>")
        try scratch.write(#"{"eos_token_id": [7, 8]}"#, to: "config.json")
        XCTAssertEqual(try Tokenizer(folder: scratch.url).endToken, 7)
    }
}
