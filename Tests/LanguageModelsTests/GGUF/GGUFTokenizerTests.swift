import Foundation
import XCTest

@testable import LanguageModels

/// Tokenizers inside GGUF files against independent programs.
final class GGUFTokenizerTests: XCTestCase {
    private static let pieces = GGUFModelTests.folder.appendingPathComponent("pieces.gguf")

    /// Small byte-level tokenizers in a GGUF file, against `tokenizers` (`Fixtures/tokens/kinds.json`).
    func testBytePairs() throws {
        let texts = try TokenFixtures.hostileTexts()
        for (name, pre, start) in [("llama3", "llama-bpe", "<|begin|>"), ("qwen2", "qwen2", nil)] {
            let fixture = try XCTUnwrap(
                TokenFixtures.json("kinds.json").array?.first { $0["name"]?.string == name })
            let tokenizer = try tokenizer(try bytes(XCTUnwrap(fixture["tokenizer"]), pre, start: start))
            let original = try TokenFixtures.tokenizer(XCTUnwrap(fixture["tokenizer"]))
            let digests = try XCTUnwrap(fixture["digests"]?.array)
            for (text, digest) in zip(texts, digests) {
                XCTAssertEqual(
                    tokenizer.encode(text).ids, original.encode(text).ids, "\(name): \(text.debugDescription)"
                )
                XCTAssertEqual(EncodingDigest.text(of: original.encode(text)), digest.string)
                let ids = original.encode(text).ids
                XCTAssertEqual(tokenizer.decode(ids), original.decode(ids))
            }
        }
    }

    /// SentencePiece's own tokens (Scripts/oracle/make_gguf_pieces.py).
    func testSentencePieces() throws {
        let tokenizer = try Tokenizer.open(Self.pieces)
        let file = Self.pieces.deletingPathExtension().appendingPathExtension("json")
        let expected = try XCTUnwrap(JSONValue(parsing: Data(contentsOf: file))["tokens"]?.array)
        let texts = try TokenFixtures.hostileTexts()
        XCTAssertEqual(expected.count, texts.count)
        for (text, ids) in zip(texts, expected) where !ids.isNull {
            XCTAssertEqual(
                tokenizer.encode(text, asPrompt: false).ids, ids.array?.compactMap(\.integer),
                text.debugDescription)
        }
        XCTAssertEqual(tokenizer.encode("a").startTokens, 1)
        XCTAssertEqual(tokenizer.endToken, 2)
    }

    func testRefusals() throws {
        let fixture = try XCTUnwrap(
            TokenFixtures.json("kinds.json").array?.first { $0["name"]?.string == "qwen2" })
        let settings = try XCTUnwrap(fixture["tokenizer"])
        XCTAssertThrowsError(try tokenizer(bytes(settings, "gpt-4o", start: nil))) {
            guard case LanguageModelError.unsupportedSetting("tokenizer.ggml.pre", "gpt-4o", _) = $0 else {
                return XCTFail("\($0)")
            }
        }
        var bytes = try bytes(settings, "qwen2", start: nil)
        bytes.remove("tokenizer.ggml.merges")
        XCTAssertThrowsError(try tokenizer(bytes)) {
            guard case LanguageModelError.malformed = $0 else { return XCTFail("\($0)") }
        }
        bytes.add("tokenizer.ggml.merges", ["a"])
        XCTAssertThrowsError(try tokenizer(bytes)) {
            guard case LanguageModelError.malformed = $0 else { return XCTFail("\($0)") }
        }
    }

    func testMutationsNeverCrash() throws {
        let scratch = try ScratchFolder()
        let seed = try Data(contentsOf: Self.pieces)
        var stream = RandomStream(seed: 3, purpose: "GGUF tokenizer mutations")
        for round in 0..<RandomStream.rounds(100) {
            let file = try scratch.write(stream.mutated(seed), to: "x.gguf")
            do {
                let tokenizer = try Tokenizer.open(file)
                _ = tokenizer.decode(tokenizer.encode("Ada 🦊\n  é").ids)
            } catch {
                guard error is LanguageModelError else { return XCTFail("\(round): \(error)") }
            }
        }
    }

    private func tokenizer(_ bytes: GGUFMetadataBytes) throws -> Tokenizer {
        let scratch = try ScratchFolder()
        return try Tokenizer.open(scratch.write(bytes.data, to: "x.gguf"))
    }

    /// A GGUF file with the vocabulary and the merges of a `tokenizer.json`.
    private func bytes(_ json: JSONValue, _ pre: String, start: String?) throws -> GGUFMetadataBytes {
        var tokens: [Int: String] = [:]
        for (token, id) in try XCTUnwrap(json["model"]?["vocab"]?.object).members {
            tokens[try XCTUnwrap(id.integer)] = token
        }
        var kinds: [Int: UInt32] = [:]
        for token in try XCTUnwrap(json["added_tokens"]?.array) {
            let id = try XCTUnwrap(token["id"]?.integer)
            tokens[id] = token["content"]?.string
            kinds[id] = token["special"]?.bool == true ? 3 : 4
        }
        let merges = try XCTUnwrap(json["model"]?["merges"]?.array).map { merge in
            try merge.string ?? XCTUnwrap(merge.array).compactMap(\.string).joined(separator: " ")
        }
        var bytes = GGUFMetadataBytes()
        bytes.add("general.architecture", "llama")
        bytes.add("tokenizer.ggml.model", "gpt2")
        bytes.add("tokenizer.ggml.pre", pre)
        bytes.add("tokenizer.ggml.tokens", (0..<tokens.count).map { tokens[$0] ?? "" })
        bytes.add("tokenizer.ggml.token_type", (0..<tokens.count).map { kinds[$0] ?? 1 })
        bytes.add("tokenizer.ggml.merges", merges)
        if let start, let id = tokens.first(where: { $0.value == start })?.key {
            bytes.add("tokenizer.ggml.bos_token_id", UInt32(id))
        }
        return bytes
    }
}
