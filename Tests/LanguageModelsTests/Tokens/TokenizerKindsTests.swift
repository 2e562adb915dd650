import Foundation
import XCTest

@testable import LanguageModels

/// Small tokenizers of every kind against what `tokenizers` makes of the same texts.
final class TokenizerKindsTests: XCTestCase {
    private func kinds() throws -> [(name: String, fixture: JSONValue, tokenizer: Tokenizer)] {
        try XCTUnwrap(TokenFixtures.json("kinds.json").array).map { fixture in
            (
                try XCTUnwrap(fixture["name"]?.string), fixture,
                try TokenFixtures.tokenizer(XCTUnwrap(fixture["tokenizer"]))
            )
        }
    }

    private func kind(_ name: String) throws -> Tokenizer {
        let fixture = try XCTUnwrap(
            TokenFixtures.json("kinds.json").array?.first { $0["name"]?.string == name })
        return try TokenFixtures.tokenizer(XCTUnwrap(fixture["tokenizer"]))
    }

    func testEveryKindEncodesTheSame() throws {
        let texts = try TokenFixtures.hostileTexts()
        for (name, fixture, tokenizer) in try kinds() {
            let digests = try XCTUnwrap(fixture["digests"]?.array)
            XCTAssertEqual(digests.count, texts.count)
            for (text, digest) in zip(texts, digests) {
                let encoding = tokenizer.encode(text)
                XCTAssertEqual(
                    EncodingDigest.text(of: encoding), digest.string, "\(name): \(text.debugDescription)")
            }
            for encoding in try XCTUnwrap(fixture["encodings"]?.array) {
                let text = texts[try XCTUnwrap(encoding["text"]?.integer)]
                assertEncoding(tokenizer, text, is: encoding, "\(name): \(text.debugDescription)")
            }
        }
    }

    func testEveryKindDecodesTheSame() throws {
        for (name, fixture, tokenizer) in try kinds() {
            let lists = try XCTUnwrap(fixture["lists"]?.array).map { $0.array?.compactMap(\.integer) ?? [] }
            for (key, keepsSpecial) in [("decoded", false), ("special", true)] {
                let texts = try XCTUnwrap(fixture[key]?.array)
                XCTAssertEqual(texts.count, lists.count)
                for (ids, text) in zip(lists, texts) {
                    XCTAssertEqual(
                        ExactString(tokenizer.decode(ids, keepingSpecial: keepsSpecial)),
                        ExactString(try XCTUnwrap(text.string)), "\(name), \(key): \(ids)")
                }
            }
        }
    }

    func testPromptsGetTheStartTokenAndTargetsDoNot() throws {
        for (name, start) in [("llama3", 0), ("llama2", 1), ("metaspace-first", 1), ("metaspace-always", 1)] {
            let tokenizer = try kind(name)
            let prompt = tokenizer.encode("Perth Airport")
            XCTAssertEqual(prompt.startTokens, 1, name)
            XCTAssertEqual(prompt.ids[0], start, name)
            XCTAssertEqual(prompt.offsets[0], 0..<0, name)
            let bare = tokenizer.encode("Perth Airport", asPrompt: false)
            XCTAssertEqual(bare.startTokens, 0, name)
            XCTAssertEqual(bare.ids, Array(prompt.ids.dropFirst()), name)
            XCTAssertFalse(tokenizer.tokens(ofWord: "Perth").contains(start), name)
        }
    }

    func testAWordIsSpelledAsInsideAText() throws {
        for name in ["llama3", "qwen2", "llama2", "metaspace-first", "metaspace-always", "metaspace-never"] {
            let tokenizer = try kind(name)
            let inside = tokenizer.encode("x music").ids
            let word = tokenizer.tokens(ofWord: "music")
            XCTAssertEqual(Array(inside.suffix(word.count)), word, name)
            XCTAssertEqual(tokenizer.firstToken(ofWord: "music"), word[0], name)
            XCTAssertNotEqual(word, tokenizer.encode("xmusic").ids.suffix(word.count), name)
        }
    }

    func testASpecialTokenIsDroppedEvenIfItIsNormalized() throws {
        let fixture = try XCTUnwrap(TokenFixtures.json("kinds.json").array?.first { $0["name"] == "llama2" })
        var settings = try XCTUnwrap(fixture["tokenizer"]?.object)
        settings["added_tokens"] = .array(
            try XCTUnwrap(settings["added_tokens"]?.array).map { token in
                var token = try XCTUnwrap(token.object)
                if token["special"] == true { token["normalized"] = true }
                return .object(token)
            })
        let tokenizer = try TokenFixtures.tokenizer(.object(settings))
        let encoding = tokenizer.encode("Hi there </s>")
        XCTAssertEqual(encoding.ids.last, 2)
        XCTAssertEqual(tokenizer.decode(encoding.ids), "Hi there")
        XCTAssertEqual(tokenizer.token(2), "</s>")
    }
}
