import Foundation
import XCTest

@testable import LanguageModels

/// Tokens and settings that the files beside `tokenizer.json` declare, against AutoTokenizer of transformers
/// 5.24 (`Scripts/oracle/declared_tokens.py`).
final class DeclaredTokensTests: XCTestCase {
    /// A small tokenizer with `changes`, and the files beside it.
    private func tokenizer(
        _ fixture: JSONValue, changes: JSONValue? = nil, config: JSONValue, files: JSONObject = [:]
    ) throws -> Tokenizer {
        let scratch = try ScratchFolder()
        return try Tokenizer(
            folder: write(fixture, changes: changes, config: config, files: files, to: scratch))
    }

    private func write(
        _ fixture: JSONValue, changes: JSONValue? = nil, config: JSONValue, files: JSONObject = [:],
        to scratch: ScratchFolder
    ) throws -> URL {
        var json = try XCTUnwrap(fixture["tokenizer"]?.object)
        for (key, value) in changes?.object?.members ?? [] { json[key] = value }
        try scratch.write(JSONValue.object(json).text(), to: "tokenizer.json")
        try scratch.write(#"{"model_type": "gpt2"}"#, to: "config.json")
        try scratch.write(config.text(), to: "tokenizer_config.json")
        for (name, content) in files.members { try scratch.write(content.text(), to: name + ".json") }
        return scratch.url
    }

    func testIdsAndTextsAreThoseOfAutoTokenizer() throws {
        let fixture = try TokenFixtures.json("declared.json")
        let texts = try XCTUnwrap(fixture["texts"]?.array).map { try XCTUnwrap($0.string) }
        for entry in try XCTUnwrap(fixture["cases"]?.array) {
            let name = try XCTUnwrap(entry["name"]?.string)
            let tokenizer = try tokenizer(
                fixture, changes: entry["changes"], config: XCTUnwrap(entry["config"]),
                files: entry["files"]?.object ?? [:])
            for (text, ids) in zip(texts, try XCTUnwrap(entry["ids"]?.array)) {
                XCTAssertEqual(
                    tokenizer.encode(text).ids, ids.array?.compactMap(\.integer), "\(name), '\(text)'")
            }
            for (text, kept) in zip(texts, try XCTUnwrap(entry["kept"]?.array)) {
                XCTAssertEqual(
                    tokenizer.decode(tokenizer.encode(text).ids), kept.string, "\(name), '\(text)'")
            }
        }
    }

    func testOffsetsSpanAnAddedToken() throws {
        let fixture = try TokenFixtures.json("declared.json")
        let tokenizer = try tokenizer(fixture, config: ["additional_special_tokens": ["<ent>"]])
        XCTAssertEqual(tokenizer.encode("é<ent>y").offsets, [0..<1, 0..<1, 1..<6, 6..<7])
        XCTAssertEqual(tokenizer.vocabularySize, 263)
    }

    /// A token whose declared id is another than its own is refused, by its name.
    func testContradictoryIdsAreRefused() throws {
        let fixture = try TokenFixtures.json("declared.json")
        let added: JSONValue = ["content": "<ent>", "special": true]
        let cases: [(config: JSONValue, files: JSONObject, file: String, reason: String)] = [
            (
                ["added_tokens_decoder": ["270": added]], [:], "tokenizer_config.json",
                "\"<ent>\" is listed with the id 270, but its id in the tokenizer is 262"
            ),
            (
                ["added_tokens_decoder": ["5": ["content": "<|endoftext|>"]]], [:], "tokenizer_config.json",
                "\"<|endoftext|>\" is listed with the id 5, but its id in the tokenizer is 261"
            ),
            (
                ["added_tokens_decoder": ["262": ["content": "er"]]], [:], "tokenizer_config.json",
                "\"er\" is listed with the id 262, but its id in the tokenizer is 259"
            ),
            (
                [:], ["added_tokens": ["<ent>": 300]], "added_tokens.json",
                "\"<ent>\" is listed with the id 300, but its id in the tokenizer is 262"
            ),
            (
                [:], ["added_tokens": ["<ent>": "262"]], "added_tokens.json", "\"<ent>\" has no id"
            ),
            (
                ["pad_token": ["lstrip": true]], [:], "tokenizer_config.json", "pad_token is not a token"
            ),
            (
                ["extra_special_tokens": "<ent>"], [:], "tokenizer_config.json",
                "extra_special_tokens is not a list of tokens"
            ),
            (
                [:], ["special_tokens_map": ["pad_token": 3]], "special_tokens_map.json",
                "pad_token is not a token"
            ),
        ]
        for (config, files, file, reason) in cases {
            let scratch = try ScratchFolder()
            let folder = try write(fixture, config: config, files: files, to: scratch)
            XCTAssertThrowsError(try Tokenizer(folder: folder), reason) {
                XCTAssertEqual(
                    $0 as? LanguageModelError, .malformed(path: scratch.file(file).path, reason: reason))
            }
        }
    }

    /// A class that transformers does not build itself follows `tokenizer.json`; a contradiction is refused.
    func testAContradictoryPrefixSpaceIsRefused() throws {
        let fixture = try TokenFixtures.json("declared.json")
        let metaspace: JSONValue = ["pre_tokenizer": ["type": "Metaspace", "replacement": "▁"]]
        let digits: JSONValue = [
            "pre_tokenizer": [
                "type": "Sequence",
                "pretokenizers": [["type": "Digits"], ["type": "ByteLevel", "add_prefix_space": false]],
            ]
        ]
        let cases: [(name: JSONValue, changes: JSONValue, wanted: Bool)] = [
            ("PreTrainedTokenizerFast", [:], true), ("LlamaTokenizer", metaspace, false),
            ("GPT2Tokenizer", digits, true), ("Qwen2Tokenizer", digits, true),
        ]
        for (name, changes, wanted) in cases {
            for given in [wanted, !wanted] {
                let scratch = try ScratchFolder()
                let folder = try write(
                    fixture, changes: changes,
                    config: ["tokenizer_class": name, "add_prefix_space": .bool(given)], to: scratch)
                guard given == wanted else {
                    XCTAssertNoThrow(try Tokenizer(folder: folder), "\(name)")
                    continue
                }
                XCTAssertThrowsError(try Tokenizer(folder: folder), "\(name)") {
                    XCTAssertEqual(
                        $0 as? LanguageModelError,
                        .configuration(
                            key: "add_prefix_space", path: scratch.file("tokenizer_config.json").path,
                            reason: "\(given), but tokenizer.json says \(!given)"))
                }
            }
        }
    }

    /// What changes nothing leaves the fingerprint as it is, what changes tokens does not.
    func testTheFingerprintTellsDeclaredTokens() throws {
        let fixture = try TokenFixtures.json("declared.json")
        func fingerprint(_ config: JSONValue) throws -> String {
            let scratch = try ScratchFolder()
            return try Tokenizer(folder: write(fixture, config: config, to: scratch)).fingerprint()
        }
        let plain = try fingerprint([:])
        let same: [JSONValue] = [
            ["pad_token": "<|endoftext|>"], ["add_bos_token": true], ["add_prefix_space": false],
            ["added_tokens_decoder": ["261": ["content": "<|endoftext|>", "special": true]]],
        ]
        for config in same { XCTAssertEqual(try fingerprint(config), plain, config.text()) }
        let other: [JSONValue] = [
            ["pad_token": "[PAD]"], ["split_special_tokens": true], ["add_prefix_space": true],
            ["added_tokens_decoder": ["261": ["content": "<|endoftext|>", "special": true, "lstrip": true]]],
        ]
        for config in other { XCTAssertNotEqual(try fingerprint(config), plain, config.text()) }
    }

    /// Declarations of all kinds of members and values: tokens that fit each other, or an error of ours.
    func testAwkwardDeclarationsNeverCrash() throws {
        var numbers = TestNumbers(state: 3)
        let words = ["a", "ab", "<x>", "", "é\u{301}", "<y>"]
        func value(_ depth: Int) -> JSONValue {
            switch numbers.below(depth > 2 ? 6 : 8) {
            case 0: .null
            case 1: .bool(numbers.below(2) == 0)
            case 2: .integer([0, 1, 3, 4, -1, .max, 8_388_608][numbers.below(7)])
            case 3, 4, 5: .string(words[numbers.below(words.count)])
            case 6: .array((0..<numbers.below(3)).map { _ in value(depth + 1) })
            default: .object(token(depth + 1))
            }
        }
        func token(_ depth: Int) -> JSONObject {
            var token: JSONObject = ["content": .string(words[numbers.below(words.count)])]
            for key in ["special", "lstrip", "rstrip", "normalized", "single_word", "__type", "content"]
            where numbers.below(4) == 0 { token[key] = numbers.below(6) == 0 ? value(depth) : true }
            return token
        }
        let keys =
            DeclaredTokens.roles + ["image_token", "additional_special_tokens", "extra_special_tokens"]
        let folder = FixtureFolder.url.appendingPathComponent("no such folder")
        var source = TokenizerSource(path: "tokenizer.json")
        for spelling in ["a", "b", "ab"] { source.spellings.append(Array(spelling.utf8)) }
        source.ids = [0, 1, 2]
        source.model = ["type": "BPE", "vocab": true, "merges": true]
        var taken = 0
        for round in 0..<RandomStream.rounds(3_000) {
            var config = JSONObject()
            for _ in 0...numbers.below(4) { config[keys[numbers.below(keys.count)]] = value(0) }
            if numbers.below(2) == 0 {
                var table = JSONObject()
                for _ in 0..<numbers.below(4) {
                    table["\([0, 2, 3, 4, 5][numbers.below(5)])"] =
                        numbers.below(9) == 0 ? value(0) : .object(token(0))
                }
                config["added_tokens_decoder"] = .object(table)
            }
            let own = numbers.below(2) == 0 ? [] : [["id": 3, "content": "<x>"] as JSONObject]
            do {
                let declared = try DeclaredTokens(
                    folder: folder, configuration: ComponentSettings(config, place: "", path: "config"))
                let table = try AddedTokenTable(
                    own, source: source, declared: declared, defaults: ["a", "<z>"])
                source.settings = ["added_tokens": .array(table.tokens.map { .object($0) })]
                let parts = try TokenizerParts(source: source)
                for token in table.tokens {
                    let id = token["id"]?.integer ?? -1
                    XCTAssertEqual(parts.added[id]?.content, token["content"]?.string, "round \(round)")
                }
                taken += 1
            } catch { XCTAssertTrue(error is LanguageModelError, "round \(round): \(error)") }
        }
        XCTAssertGreaterThan(taken, 0)
    }

    func testOtherFormsOfTokenizersAreNamed() throws {
        let forms: [(String, TokenizerForm)] = [
            ("tokenizer.model", .sentencePiece), ("vocab.txt", .wordPiece), ("tekken.json", .tiktoken),
            ("merges.txt", .merges),
        ]
        for (file, form) in forms {
            let scratch = try ScratchFolder()
            try scratch.write("x", to: file)
            XCTAssertThrowsError(try Tokenizer(folder: scratch.url), file) {
                XCTAssertEqual(
                    $0 as? LanguageModelError,
                    .tokenizerMissing(folder: scratch.url.path, found: file, form: form))
            }
        }
    }

    func testABareVocabularyWithAnEndTokenForEveryTextIsRefused() throws {
        let scratch = try ScratchFolder()
        try scratch.write(#"{"a": 0, "<|endoftext|>": 1}"#, to: "vocab.json")
        try scratch.write("", to: "merges.txt")
        try scratch.write(#"{"add_eos_token": true}"#, to: "tokenizer_config.json")
        let path = scratch.file("tokenizer_config.json").path
        XCTAssertThrowsError(try Tokenizer(folder: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unsupportedSetting(key: "add_eos_token", value: "true", path: path))
        }
    }
}
