import Foundation
import XCTest

@testable import LanguageModels

/// Broken, lying and unsupported tokenizer files: each ends in an error that says what and where.
final class TokenizerRefusalTests: XCTestCase {
    /// A small tokenizer that works, to be broken.
    private let sound = """
        {"version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [{"id": 5, "content": "<end>", "special": true, "normalized": false}],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
        "post_processor": {"type": "TemplateProcessing",
          "single": [{"SpecialToken": {"id": "<end>"}}, {"Sequence": {"id": "A", "type_id": 0}}],
          "special_tokens": {"<end>": {"id": "<end>", "ids": [5], "tokens": ["<end>"]}}},
        "decoder": {"type": "ByteLevel"},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "byte_fallback": false,
          "vocab": {"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4}, "merges": [["a", "b"], "Ġ ab"]}}
        """

    /// Replacements in `sound`, and what the error must be; `@n` is byte n from the replacement on.
    private let malformed: [(find: String, replacement: String, reason: String)] = [
        ("\"a\": 0", "\"a\": -1", "@5: expected an id"),
        ("\"a\": 0", "\"a\": 0.5", "@5: expected an id"),
        ("\"a\": 0", "\"a\": \"0\"", "@5: expected an id"),
        ("\"a\": 0", "\"a\": 00", "@5: expected an id"),
        ("\"a\": 0", "\"a\": 99999999999", "the token \"a\" has the id 99999999999"),
        ("\"a\": 0", "\"a\": 9999999999999", "@5: expected an id"),
        ("\"a\": 0", "\"a\": 1", "\"a\" and \"b\" share the id 1"),
        ("\"ab\": 3, ", "", "merge 0 needs \"ab\", which is no token"),
        ("[\"a\", \"b\"]", "[\"a\", \"c\"]", "merge 0 needs \"c\", which is no token"),
        ("[\"a\", \"b\"]", "[\"a\"]", "@4: expected ','"),
        ("[\"a\", \"b\"]", "[\"a\", 1]", "@6: expected '\"'"),
        ("[\"a\", \"b\"]", "7", "@0: expected '['"),
        ("\"Ġ ab\"", "\"Ġab\"", "@6: not a pair of tokens"),
        ("\"Ġ ab\"", "\"Ġ a b\"", "@8: not a pair of tokens"),
        ("\"Ġ ab\"", "\" ab\"", "@5: not a pair of tokens"),
        ("{\"a\": 0, \"b\": 1, \"Ġ\": 2, \"ab\": 3, \"Ġab\": 4}", "[]", "model.vocab is not an object"),
        (
            "{\"a\": 0, \"b\": 1, \"Ġ\": 2, \"ab\": 3, \"Ġab\": 4}, \"merges\": [[\"a\", \"b\"], \"Ġ ab\"]",
            "{}, \"merges\": []", "model.vocab is not a vocabulary: it is empty"
        ),
        ("\"merges\": [[\"a\", \"b\"], \"Ġ ab\"]", "\"merges\": {}", "model.merges is not a list"),
        (", \"merges\": [[\"a\", \"b\"], \"Ġ ab\"]", "", "model.merges is not a list"),
        ("\"unk_token\": null", "\"unk_token\": \"x\"", "model.unk_token is not in the vocabulary: \"x\""),
        ("\"unk_token\": null", "\"unk_token\": 3", "model.unk_token is not a string"),
        (
            "\"byte_fallback\": false", "\"byte_fallback\": \"no\"",
            "model.byte_fallback is not true or false"
        ),
        ("\"id\": 5,", "\"id\": -5,", "added_tokens.0.id is not a number from 0 up"),
        ("\"id\": 5,", "\"id\": 99999999,", "added_tokens.0: the id 99999999 is too large"),
        ("\"id\": 5,", "\"id\": 1,", "added_tokens.0: the id 1 of \"<end>\" belongs to another token"),
        ("\"content\": \"<end>\"", "\"content\": \"\"", "added_tokens.0: the token is empty"),
        (
            "\"content\": \"<end>\"", "\"content\": \"ab\"",
            "added_tokens.0: \"ab\" has the id 5, in the vocabulary 3"
        ),
        ("\"special\": true", "\"special\": 1", "added_tokens.0.special is not true or false"),
        ("[{\"id\": 5", "[7, {\"id\": 5", "added_tokens.0 is not an object"),
        ("\"ids\": [5]", "\"ids\": [6]", "post_processor: no token has the id 6"),
        ("\"ids\": [5]", "\"ids\": [null]", "post_processor.special_tokens is not a table of ids"),
        (
            "\"special_tokens\": {\"<end>\"", "\"special_tokens\": {\"<x>\"",
            "post_processor.special_tokens is not complete: \"<end>\" is not there"
        ),
        (
            ", {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}", "",
            "post_processor.single is not a list of tokens and one text"
        ),
        ("{\"type\": \"NFC\"}", "{}", "normalizer.type is not a string"),
        ("{\"type\": \"NFC\"}", "\"NFC\"", "normalizer is not an object"),
        ("{\"type\": \"NFC\"}", "{\"type\": \"Sequence\"}", "normalizer.normalizers is not a list"),
        ("{\"type\": \"NFC\"}", "{\"type\": \"Prepend\"}", "normalizer.prepend is not a string"),
        (
            "{\"type\": \"ByteLevel\"}",
            "{\"type\": \"Strip\", \"content\": \"ab\", \"start\": 1, \"stop\": 0}",
            "decoder.content is not one character"
        ),
        (
            "{\"type\": \"ByteLevel\"}",
            "{\"type\": \"Strip\", \"content\": \"a\", \"start\": -1, \"stop\": 0}",
            "decoder.start is not a number from 0 up"
        ),
        ("\"Ġ ab\"]}}", "\"Ġ ab\"]}}}", "@10: text after the document"),
        ("\"Ġ ab\"]}}", "\"Ġ ab\"]}", "@9: the text ends too early"),
    ]

    private let unsupported: [(find: String, replacement: String, key: String, value: String)] = [
        ("\"type\": \"BPE\"", "\"type\": \"WordPiece\"", "model.type", "\"WordPiece\""),
        ("\"dropout\": null", "\"dropout\": 0.1", "model.dropout", "0.1"),
        ("\"dropout\": null", "\"end_of_word_suffix\": \"</w>\"", "model.end_of_word_suffix", "\"</w>\""),
        ("\"dropout\": null", "\"continuing_subword_prefix\": 1", "model.continuing_subword_prefix", "1"),
        ("\"dropout\": null", "\"novelty\": true", "model.novelty", "true"),
        ("\"version\": \"1.0\"", "\"novelty\": []", "novelty", "[]"),
        ("\"NFC\"", "\"NFKC\"", "normalizer.type", "\"NFKC\""),
        (
            "{\"type\": \"NFC\"}",
            "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}, {\"type\": \"Lowercase\"}]}",
            "normalizer.normalizers.1.type", "\"Lowercase\""
        ),
        (
            "{\"type\": \"NFC\"}",
            "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"x+\"}, \"content\": \"\"}",
            "normalizer.pattern", "{\"Regex\": \"x+\"}"
        ),
        (
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true}",
            "{\"type\": \"UnicodeScripts\"}", "pre_tokenizer.type", "\"UnicodeScripts\""
        ),
        (
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true}",
            "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"[a-z]+\"}, \"behavior\": \"Isolated\"}",
            "pre_tokenizer.pattern", "{\"Regex\": \"[a-z]+\"}"
        ),
        (
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true}",
            "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"ByteLevel\"}, {\"type\": \"Digits\"}]}",
            "pre_tokenizer.pretokenizers.1.type", "\"Digits\""
        ),
        (
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true}",
            "{\"type\": \"Metaspace\", \"replacement\": \"▁\", \"prepend_scheme\": \"often\"}",
            "pre_tokenizer.prepend_scheme", "\"often\""
        ),
        ("\"TemplateProcessing\"", "\"RobertaProcessing\"", "post_processor.type", "\"RobertaProcessing\""),
        (
            "\"decoder\": {\"type\": \"ByteLevel\"}", "\"decoder\": {\"type\": \"CTC\"}", "decoder.type",
            "\"CTC\""
        ),
    ]

    private func error(of text: String, configuration: String? = nil) throws -> (LanguageModelError?, String)
    {
        try error(of: Data(text.utf8), configuration: configuration)
    }

    private func error(of data: Data, configuration: String? = nil) throws -> (LanguageModelError?, String) {
        let scratch = try ScratchFolder()
        let url = try scratch.write(data, to: "tokenizer.json")
        if let configuration { try scratch.write(configuration, to: "tokenizer_config.json") }
        do {
            _ = try Tokenizer(folder: scratch.url)
            return (nil, url.path)
        } catch let error as LanguageModelError {
            return (error, url.path)
        }
    }

    private func changed(_ find: String, _ replacement: String) throws -> String {
        let place = try XCTUnwrap(sound.range(of: find), "\(find) is not in the sound file")
        return sound.replacingCharacters(in: place, with: replacement)
    }

    func testTheSoundFileWorks() throws {
        let tokenizer = try TokenFixtures.tokenizer(JSONValue(parsing: sound))
        XCTAssertEqual(tokenizer.encode(" ab<end>").ids, [5, 4, 5])
    }

    func testMalformedFilesAreNamed() throws {
        for (find, replacement, expected) in malformed {
            var reason = expected
            if expected.hasPrefix("@"), let colon = expected.firstIndex(of: ":") {
                let start = sound[..<(try XCTUnwrap(sound.range(of: find))).lowerBound].utf8.count
                let byte = start + (Int(expected[..<colon].dropFirst()) ?? 0)
                reason = "byte \(byte)\(expected[colon...])"
            }
            let (error, path) = try error(of: changed(find, replacement))
            XCTAssertEqual(error, .malformed(path: path, reason: reason), "\(find) → \(replacement)")
        }
    }

    func testUnsupportedSettingsAreNamed() throws {
        for (find, replacement, key, value) in unsupported {
            let (error, path) = try error(of: changed(find, replacement))
            XCTAssertEqual(
                error, .unsupportedSetting(key: key, value: value, path: path), "\(find) → \(replacement)")
        }
    }

    func testWhateverIsNoJSONObjectIsMalformed() throws {
        for text in ["", "{", "[]", "null", "\"x\"", "{}", "{\"model\": {}}", "{\"model\": 3}"] {
            guard case .malformed = try error(of: text).0 else {
                XCTFail("\(text) is taken")
                continue
            }
        }
        let latin1 = Data(sound.utf8.map { $0 == 0x62 ? 0xE9 : $0 })
        guard case .malformed(_, let reason) = try error(of: latin1).0,
            reason.hasSuffix("a string that is not UTF-8")
        else {
            return XCTFail("bytes that are not UTF-8 are taken")
        }
    }

    func testEveryTruncationIsMalformed() throws {
        let bytes = Data(sound.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            guard case .malformed = try error(of: bytes.prefix(length)).0 else {
                XCTFail("the first \(length) bytes are taken")
                continue
            }
        }
    }

    func testTheConfigurationIsReadStrictly() throws {
        XCTAssertNil(try error(of: sound, configuration: #"{"eos_token": {"content": "<end>"}}"#).0)
        for configuration in ["[]", "{", #"{"eos_token": 3}"#, #"{"eos_token": {"content": 3}}"#] {
            guard case .malformed(let path, _) = try error(of: sound, configuration: configuration).0 else {
                XCTFail("\(configuration) is taken")
                continue
            }
            XCTAssertTrue(path.hasSuffix("tokenizer_config.json"), configuration)
        }
    }

    func testBareVocabulariesAreReadStrictly() throws {
        let cases: [(vocab: String, merges: String?, config: String, reason: String)] = [
            (#"{"a": 0}"#, "a\n", "{}", "line 1 is not a pair of tokens"),
            (#"{"a": 0}"#, "#version: 0.2\na a\na  a\n", "{}", "line 3 is not a pair of tokens"),
            (#"{"a": 0}"#, "a b\n", "{}", "merge 0 needs \"b\", which is no token"),
            (#"["a"]"#, "", "{}", "byte 0: expected '{'"),
            (
                #"{"a": 0}"#, "", #"{"added_tokens_decoder": {"x": {}}}"#,
                "added_tokens_decoder is not a table of tokens by id"
            ),
            (#"{"a": 0}"#, "", #"{"added_tokens_decoder": []}"#, "added_tokens_decoder is not an object"),
            (
                #"{"a": 0}"#, "", #"{"add_bos_token": true, "bos_token": "<b>"}"#,
                "bos_token is not in the vocabulary: \"<b>\""
            ),
            (#"{"a": 0}"#, "", #"{"add_bos_token": 1}"#, "add_bos_token is not true or false"),
        ]
        for (vocab, merges, config, reason) in cases {
            let scratch = try ScratchFolder()
            try scratch.write(vocab, to: "vocab.json")
            if let merges { try scratch.write(merges, to: "merges.txt") }
            try scratch.write(config, to: "tokenizer_config.json")
            XCTAssertThrowsError(try Tokenizer(folder: scratch.url), reason) { error in
                guard case LanguageModelError.malformed(_, reason) = error else {
                    return XCTFail("\(error), expected \(reason)")
                }
            }
        }
        let scratch = try ScratchFolder()
        try scratch.write(#"{"a": 0}"#, to: "vocab.json")
        let merges = scratch.file("merges.txt").path
        XCTAssertThrowsError(try Tokenizer(folder: scratch.url)) {
            XCTAssertEqual($0 as? LanguageModelError, .fileMissing(path: merges))
        }
        try scratch.write("", to: "merges.txt")
        try scratch.write(#"{"tokenizer_class": "BertTokenizer"}"#, to: "tokenizer_config.json")
        let configuration = scratch.file("tokenizer_config.json").path
        XCTAssertThrowsError(try Tokenizer(folder: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unsupportedSetting(key: "tokenizer_class", value: "\"BertTokenizer\"", path: configuration))
        }
    }

    func testAFolderWithoutATokenizerIsMissingIt() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("tokenizer.json").path
        XCTAssertThrowsError(try Tokenizer(folder: scratch.url)) {
            XCTAssertEqual($0 as? LanguageModelError, .fileMissing(path: path))
        }
    }
}
