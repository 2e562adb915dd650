import Compute
import Foundation
import XCTest

@testable import LanguageModels

/// Tiny checkpoints as GGUF files (Scripts/oracle/gguf_models.py) against what `transformers` computes with them.
final class GGUFModelTests: XCTestCase {
    static let folder = FixtureFolder.url.appendingPathComponent("gguf")
    private let names = [
        "llama", "qwen3", "gemma", "phi", "phi3", "olmo2", "stablelm", "stablelm-parallel", "gpt2",
        "gptj", "gpt_neox",
    ]

    private func checkpoint(_ name: String) throws -> Checkpoint {
        try Checkpoint.open(Self.folder.appendingPathComponent(name + ".gguf"))
    }

    func testLogitsOfEveryArchitecture() throws {
        for name in names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(checkpoint(name))
            for (number, tokens) in fixture.sequences.enumerated() {
                XCTAssertLessThanOrEqual(
                    largestDifference(try logits(model, tokens), try fixture.logits(number)), 2e-5,
                    "\(name), \(number)")
            }
        }
    }

    private func expected(_ name: String) throws -> (tokens: [Int], logits: [Float]) {
        let json = try JSONValue(
            parsing: Data(contentsOf: Self.folder.appendingPathComponent(name + ".json")))
        let rows = try XCTUnwrap(json["logits"]?.array).map { try XCTUnwrap($0.array).compactMap(\.double) }
        return (
            try XCTUnwrap(json["tokens"]?.array).compactMap(\.integer), rows.flatMap { $0 }.map(Float.init)
        )
    }

    private func logits(_ model: LanguageModel, _ tokens: [Int]) throws -> [Float] {
        let positions = tokens.indices.map { Position(sequence: 0, token: $0) }
        return try model.backend.read(model.logits(of: [tokens], at: positions))
    }

    /// Windows in five of six blocks with a rotary base of their own, the rotary factors of Llama 3, biases.
    func testLogitsOfDrawnModels() throws {
        for name in ["qwen2", "starcoder2", "gemma3_text", "llama3"] {
            let (tokens, expected) = try expected(name)
            let found = try logits(ModelFixture.model(checkpoint(name)), tokens)
            XCTAssertLessThanOrEqual(largestDifference(found, expected), 2e-5, name)
        }
    }

    /// Weights of six formats, whose values `gguf` and `transformers` computed with.
    func testLogitsOfWeightsInBlocks() throws {
        let (tokens, expected) = try expected("llama-blocks")
        let checkpoint = try checkpoint("llama-blocks")
        let logits = try logits(ModelFixture.model(checkpoint, threads: 1), tokens)
        XCTAssertLessThanOrEqual(largestDifference(logits, expected), 2e-5)
        let second = try ModelFixture.model(checkpoint, threads: 2)
        XCTAssertEqual(try self.logits(second, tokens), logits)
        let summary = try ModelSummary(checkpoint)
        XCTAssertEqual(
            summary.storedTypes.map(\.name), ["F32", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "TQ2_0"])
        XCTAssertEqual(
            summary.precision(as: nil).blocks.map(\.rawValue),
            ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "TQ2_0"])
    }

    /// Metadata that nothing here honors are refused by name.
    func testUnknownMetadataAreRefused() throws {
        let scratch = try ScratchFolder()
        let bytes = try Data(contentsOf: Self.folder.appendingPathComponent("llama.gguf"))
        for (key, other) in [
            ("llama.rope.dimension_count", "llama.attn_logit_softcappi"),
            ("llama.attention.head_count_kv", "llama.attention.sliding_windo"),
        ] {
            XCTAssertEqual(key.utf8.count, other.utf8.count)
            var changed = bytes
            changed.replaceSubrange(try XCTUnwrap(bytes.range(of: Data(key.utf8))), with: Data(other.utf8))
            let file = try scratch.write(changed, to: "x.gguf")
            XCTAssertThrowsError(try Checkpoint.open(file), key) { error in
                guard
                    case LanguageModelError.unsupportedSetting(let found, _, _)? = error
                        as? LanguageModelError
                else {
                    return XCTFail("\(error)")
                }
                XCTAssertEqual(found, other)
            }
        }
    }

    /// Rotary factors of no published setting are refused, though the largest is one.
    func testOtherRotaryFactorsAreRefused() throws {
        let scratch = try ScratchFolder()
        let url = Self.folder.appendingPathComponent("llama3.gguf")
        let record = try XCTUnwrap(GGUFFile(url).tensors.first { $0.name == "rope_freqs.weight" })
        XCTAssertEqual(record.typeName, "F32")
        var bytes = try Data(contentsOf: url)
        let start = record.byteOffset + 4
        withUnsafeBytes(of: Float(1.5).bitPattern.littleEndian) {
            bytes.replaceSubrange(start..<start + 4, with: $0)
        }
        let file = try scratch.write(bytes, to: "x.gguf")
        XCTAssertThrowsError(try Checkpoint.open(file)) { error in
            guard case LanguageModelError.unsupportedSetting("rope_freqs.weight", _, _) = error else {
                return XCTFail("\(error)")
            }
        }
    }

    /// A tensor that the model would not read is refused by name.
    func testUnknownTensorsAreRefused() throws {
        let scratch = try ScratchFolder()
        var bytes = try Data(contentsOf: Self.folder.appendingPathComponent("qwen3.gguf"))
        let place = try XCTUnwrap(bytes.range(of: Data("blk.0.ffn_norm.weight".utf8)))
        bytes.replaceSubrange(place, with: Data("blk.0.ffn_nose.weight".utf8))
        let file = try scratch.write(bytes, to: "x.gguf")
        XCTAssertThrowsError(try Checkpoint.open(file)) { error in
            guard case LanguageModelError.unsupportedSetting("tensor blk.0.ffn_nose.weight", _, _) = error
            else {
                return XCTFail("\(error)")
            }
        }
    }

    func testFingerprintsTellFilesApart() throws {
        let checkpoints = try ["llama", "llama-blocks"].map(checkpoint)
        let found = try checkpoints.map { try ModelFingerprint($0).value }
        XCTAssertNotEqual(found[0], found[1])
        XCTAssertEqual(found[0], try ModelFingerprint(checkpoint("llama")).value)
    }
}
