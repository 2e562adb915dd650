import Foundation
import XCTest

@testable import LanguageModels

/// Tokenizers of GGUF files against the `tokenizer.json` of the same vocabulary, read by code that is tested against
/// `tokenizers`.
final class GGUFPiecesTests: XCTestCase {
    /// A file's head with a vocabulary of SentencePiece's kind: pieces, scores and kinds.
    private func pieces(
        _ tokens: [(text: String, score: Float, kind: Int32)], _ flags: [String: Bool] = [:]
    ) throws -> URL {
        var head = GGUFMetadataBytes()
        head.add("general.architecture", "llama")
        head.add("tokenizer.ggml.model", "llama")
        head.add("tokenizer.ggml.tokens", tokens.map(\.text))
        head.add("tokenizer.ggml.scores", tokens.map(\.score))
        head.add("tokenizer.ggml.token_type", tokens.map(\.kind))
        head.add("tokenizer.ggml.unknown_token_id", UInt32(0))
        head.add("tokenizer.ggml.bos_token_id", UInt32(1))
        head.add("tokenizer.ggml.eos_token_id", UInt32(2))
        for (key, flag) in flags { head.add("tokenizer.ggml." + key, flag) }
        scratch = try ScratchFolder()
        return try scratch.write(head.data, to: "x.gguf")
    }

    private var scratch: ScratchFolder!

    private let vocabulary: [(String, Float, Int32)] = [
        ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("<0x0A>", 0, 6), ("<0xC3>", 0, 6), ("<0xA9>", 0, 6),
        ("<mark>", 0, 4), ("▁", -1, 1), ("a", -2, 1), ("b", -3, 1), ("c", -4, 1), ("ab", -10, 1),
        ("bc", -5, 1),
        ("▁a", -7, 1), ("▁ab", -11, 1), ("abc", -12, 1),
    ]

    /// Of neighbors those are merged first that make the piece of the highest score: b and c before a and b.
    func testPiecesOfTheHighestScoreAreMadeFirst() throws {
        let tokenizer = try Tokenizer.open(pieces(vocabulary, ["add_space_prefix": false]))
        let cases: [(String, [Int])] = [
            ("abc", [1, 15]), ("ab", [1, 11]), (" ab", [1, 14]), ("a b", [1, 8, 7, 9]), ("cab", [1, 10, 11]),
            ("a<mark>b", [1, 8, 6, 9]), ("\n", [1, 3]), ("é", [1, 4, 5]), ("xa", [1, 0, 8]), ("", [1]),
        ]
        for (text, ids) in cases { XCTAssertEqual(tokenizer.encode(text).ids, ids, text) }
        XCTAssertEqual(tokenizer.endToken, 2)
        XCTAssertEqual(tokenizer.decode([8, 7, 9, 3, 4, 5]), "a b\né")
    }

    func testStartTokensAndSpacesInFront() throws {
        let with = try Tokenizer.open(pieces(vocabulary))
        XCTAssertEqual(with.encode("ab").ids, [1, 14])
        XCTAssertEqual(with.decode([14]), "ab")
        let without = try Tokenizer.open(
            pieces(vocabulary, ["add_space_prefix": false, "add_bos_token": false]))
        XCTAssertEqual(without.encode("ab").ids, [11])
        XCTAssertNotEqual(try with.fingerprint(), try without.fingerprint())
    }

    /// The text that is written for other programs reads back as the same tokenizer.
    func testWrittenTokenizers() throws {
        let file = try pieces(vocabulary)
        let json = try XCTUnwrap(Checkpoint.tokenizerJSON(of: file))
        let folder = try ScratchFolder()
        try folder.write(json, to: "tokenizer.json")
        let (read, own) = (try Tokenizer(folder: folder.url), try Tokenizer.open(file))
        for text in ["abc", " ab  c", "é\n<mark>a", "<s>x", ""] {
            XCTAssertEqual(read.encode(text).ids, own.encode(text).ids, text)
        }
        XCTAssertNil(try Checkpoint.tokenizerJSON(of: folder.url))
    }

    func testWhatIsNotReadIsRefusedByName() throws {
        func refused(_ change: (inout GGUFMetadataBytes) -> Void) throws -> String {
            var head = GGUFMetadataBytes()
            head.add("general.architecture", "qwen2")
            head.add("tokenizer.ggml.tokens", ["a", "b", "ab"])
            head.add("tokenizer.ggml.merges", ["a b"])
            change(&head)
            let folder = try ScratchFolder()
            let file = try folder.write(head.data, to: "x.gguf")
            do {
                _ = try Tokenizer.open(file)
            } catch LanguageModelError.unsupportedSetting(let key, let value, _) {
                return "\(key) \(value)"
            } catch LanguageModelError.malformed(_, let reason) {
                return reason
            }
            return "read"
        }
        XCTAssertEqual(try refused { $0.add("tokenizer.ggml.model", "bert") }, "tokenizer.ggml.model bert")
        XCTAssertEqual(try refused { $0.add("tokenizer.ggml.model", "gpt2") }, "tokenizer.ggml.pre none")
        XCTAssertEqual(
            try refused {
                $0.add("tokenizer.ggml.model", "gpt2")
                $0.add("tokenizer.ggml.pre", "viking")
            }, "tokenizer.ggml.pre viking")
        XCTAssertEqual(
            try refused {
                $0.add("tokenizer.ggml.model", "gpt2")
                $0.add("tokenizer.ggml.pre", "qwen2")
                $0.add("tokenizer.ggml.add_eos_token", true)
            }, "tokenizer.ggml.add_eos_token true")
        XCTAssertTrue(
            try refused { $0.add("tokenizer.ggml.model", "llama") }.contains("does not have a score"))
        XCTAssertEqual(
            try refused {
                $0.add("tokenizer.ggml.model", "gpt2")
                $0.add("tokenizer.ggml.pre", "qwen2")
            }, "read")
    }
}
