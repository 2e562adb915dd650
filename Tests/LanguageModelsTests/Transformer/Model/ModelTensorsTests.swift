import Compute
import Foundation
import XCTest

@testable import LanguageModels

/// The tensors of one model under all the names that programs store them by.
final class ModelTensorsTests: XCTestCase {
    private typealias Outputs = [SafeTensors.Output]
    private let folder = FixtureFolder.url.appendingPathComponent("names")
    private let embedding = "transformer.wte.weight"
    private let head = "lm_head.weight"

    private func tensors(_ name: String) throws -> Outputs {
        try SafeTensors.read(folder.appendingPathComponent("\(name)/model.safetensors")).tensors.map {
            SafeTensors.Output(name: $0.name, shape: $0.shape, values: $0.floats())
        }
    }

    private func checkpoint(
        _ name: String, _ tensors: Outputs, _ scratch: ScratchFolder, metadata: [String: String] = [:]
    ) throws -> Checkpoint {
        let configuration = folder.appendingPathComponent("\(name)/config.json")
        try scratch.write(Data(contentsOf: configuration), to: "config.json")
        try SafeTensors.write(tensors, metadata: metadata, to: scratch.file("model.safetensors"))
        return try Checkpoint(folder: scratch.url)
    }

    /// Compares the logits with those that transformers computed of a variant.
    private func check(
        _ checkpoint: Checkpoint, _ name: String, _ variant: String, _ title: String, line: UInt = #line
    ) throws {
        let file = folder.appendingPathComponent("expected.json")
        let expected = try JSONValue(parsing: Data(contentsOf: file))
        let tokens = try XCTUnwrap(expected["tokens"]?.array).compactMap(\.integer)
        let values = try XCTUnwrap(expected[name]?[variant]?.array).compactMap(\.double).map(Float.init)
        let model = try ModelFixture.model(checkpoint, threads: 1)
        let found = try model.backend.read(
            model.logits(of: [tokens], at: [Position(sequence: 0, token: tokens.count - 1)]))
        XCTAssertEqual(values.count, 24)
        XCTAssertLessThan(largestDifference(found, values), 1e-5, title, line: line)
        XCTAssertEqual(try ModelTensors(checkpoint).notes, model.notes, title)
    }

    private func notes(_ checkpoint: Checkpoint) throws -> [WeightNote] { try ModelTensors(checkpoint).notes }

    // MARK: - Head and embedding

    func testAStoredHeadThatDiffersIsUsed() throws {
        let all = try tensors("gpt2")
        let scratch = try ScratchFolder()
        let checkpoint = try checkpoint("gpt2", all, scratch)
        try check(checkpoint, "gpt2", "head differs", "as it is")
        XCTAssertEqual(try notes(checkpoint), [.headDiffers(head: head, embedding: embedding)])
        let summary = try ModelSummary(checkpoint)
        XCTAssertFalse(summary.configuration.head.isTied)
        XCTAssertTrue(summary.parts.contains { $0.part == .head })
        XCTAssertEqual(summary.notes, try notes(checkpoint))
        // The last element alone makes the difference.
        let words = try XCTUnwrap(all.first { $0.name == embedding })
        for (place, differs) in [(nil, false), (words.values.count - 1, true), (0, true)] {
            var other = all
            for index in other.indices where other[index].name == head {
                other[index].values = words.values
                if let place { other[index].values[place] += 1 }
            }
            let scratch = try ScratchFolder()
            let found = try notes(self.checkpoint("gpt2", other, scratch))
            XCTAssertEqual(found.isEmpty, !differs, "\(place ?? -1)")
        }
    }

    func testAStoredHeadOfAnotherTypeIsComparedByValue() throws {
        let all = try tensors("gpt2")
        let words = try XCTUnwrap(all.first { $0.name == embedding })
        for (change, differs) in [(Float(0), false), (1, true)] {
            let scratch = try ScratchFolder()
            _ = try checkpoint("gpt2", all.filter { $0.name != head }, scratch)
            var values = words.values.map(Double.init)
            values[5] += Double(change)
            let outline = TensorOutline(
                name: head, typeName: "F64", shape: words.shape, byteCount: 8 * values.count)
            let data = values.withUnsafeBytes { Data($0) }
            try FileManager.default.moveItem(
                at: scratch.file("model.safetensors"), to: scratch.file("model-1-of-2.safetensors"))
            try scratch.write(
                SafeTensors.header(of: [outline], metadata: [:]) + data, to: "model-2-of-2.safetensors")
            let found = try notes(Checkpoint(folder: scratch.url))
            XCTAssertEqual(found.contains(.headDiffers(head: head, embedding: embedding)), differs)
        }
        let scratch = try ScratchFolder()
        var short = all
        for index in short.indices where short[index].name == head {
            short[index].shape = [23, 8]
            short[index].values.removeLast(8)
        }
        XCTAssertThrowsError(try ModelTensors(checkpoint("gpt2", short, scratch))) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .tensorShape(name: head, expected: [24, 8], found: [23, 8]))
        }
    }

    func testEitherOfATiedPairIsEnough() throws {
        let all = try tensors("gpt2")
        let words = try XCTUnwrap(all.first { $0.name == embedding })
        let rest = all.filter { $0.name != head && $0.name != embedding }
        let only = rest + [SafeTensors.Output(name: head, shape: words.shape, values: words.values)]
        let variants: [(String, Outputs, [String: String])] = [
            ("no head", rest + [words], [:]), ("no embedding", only, [:]),
            ("no embedding, noted", only, [embedding: head, "format": "pt"]),
            ("a note that is not true", rest + [words], [head: "nothing"]),
        ]
        var prints: Set<String> = []
        for (title, tensors, metadata) in variants {
            let scratch = try ScratchFolder()
            let checkpoint = try checkpoint("gpt2", tensors, scratch, metadata: metadata)
            try check(checkpoint, "gpt2", "only the head", title)
            XCTAssertEqual(try notes(checkpoint), [], title)
            prints.insert(try ModelFingerprint(checkpoint).value)
        }
        XCTAssertEqual(prints.count, 1, "all are one model")
        let scratch = try ScratchFolder()
        XCTAssertThrowsError(try ModelTensors(checkpoint("gpt2", rest, scratch)).all()) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .tensorMissing(name: embedding, path: scratch.url.path))
        }
    }

    /// `save_model` keeps one name of any tensors that are one.
    func testEveryNotedDuplicateIsFound() throws {
        let all = try tensors("gpt2").filter { $0.name != head }
        let (kept, dropped) = ("transformer.h.0.ln_1.weight", "transformer.h.0.ln_2.weight")
        let scratch = try ScratchFolder()
        let checkpoint = try checkpoint(
            "gpt2", all.filter { $0.name != dropped }, scratch, metadata: [dropped: kept])
        let found = try ModelTensors(checkpoint).all()
        XCTAssertEqual(found.first { $0.need.name == dropped }?.record.name, kept)
        let bare = try ScratchFolder()
        let other = try self.checkpoint("gpt2", all.filter { $0.name != dropped }, bare)
        XCTAssertThrowsError(try ModelTensors(other).all()) {
            XCTAssertEqual($0 as? LanguageModelError, .tensorMissing(name: dropped, path: bare.url.path))
        }
    }

    func testBothNamesOfNeoXsHead() throws {
        let all = try tensors("gpt_neox")
        for name in ["lm_head.weight", "embed_out.weight", "module.lm_head.weight"] {
            let scratch = try ScratchFolder()
            let renamed = all.map { tensor in
                var tensor = tensor
                if tensor.name == head { tensor.name = name }
                return tensor
            }
            let checkpoint = try checkpoint("gpt_neox", renamed, scratch)
            try check(checkpoint, "gpt_neox", "embed_out", name)
            XCTAssertEqual(try notes(checkpoint), [], name)
        }
        let scratch = try ScratchFolder()
        XCTAssertThrowsError(
            try ModelTensors(checkpoint("gpt_neox", all.filter { $0.name != head }, scratch)).all()
        ) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .tensorMissing(name: "embed_out.weight", path: scratch.url.path))
        }
    }

    // MARK: - Wrappers

    func testNamesOfWrappersAndOuterModels() throws {
        let all = try tensors("gpt2")
        let wrappers: [(String, (String) -> String)] = [
            ("module.", { "module." + $0 }), ("_orig_mod.", { "_orig_mod." + $0 }),
            ("base_model.model.", { "base_model.model." + $0 }), ("model.", { "model." + $0 }),
            ("all", { "module._orig_mod.base_model.model." + $0 }),
            ("other way round", { "_orig_mod.module." + $0 }),
            ("inner modules", { $0.replacingOccurrences(of: "h.0.", with: "h.0._orig_mod.") }),
            (
                "sharded",
                { "_fsdp_wrapped_module." + $0.replacingOccurrences(of: "attn.", with: "attn.module.") }
            ),
            ("student", { "student." + $0 }),
            ("bare", { $0.replacingOccurrences(of: "transformer.", with: "") }),
            ("bare and wrapped", { "module." + $0.replacingOccurrences(of: "transformer.", with: "") }),
        ]
        var prints: Set<String> = []
        for (title, wrap) in wrappers {
            let scratch = try ScratchFolder()
            let wrapped = all.map { tensor in
                var tensor = tensor
                tensor.name = wrap(tensor.name)
                return tensor
            }
            let checkpoint = try checkpoint("gpt2", wrapped, scratch)
            try check(checkpoint, "gpt2", "head differs", title)
            let expected = WeightNote.headDiffers(head: wrap(head), embedding: wrap(embedding))
            XCTAssertEqual(try notes(checkpoint), [expected], title)
            prints.insert(try ModelFingerprint(checkpoint).value)
        }
        XCTAssertEqual(prints.count, 1, "all are one model")
    }

    func testTwoModelsInOneCheckpoint() throws {
        let all = try tensors("gpt2").filter { $0.name != head }
        func prefixed(_ prefix: String) -> Outputs {
            all.map { SafeTensors.Output(name: prefix + $0.name, shape: $0.shape, values: $0.values) }
        }
        let scratch = try ScratchFolder()
        XCTAssertThrowsError(
            try ModelTensors(checkpoint("gpt2", prefixed("student.") + prefixed("teacher."), scratch))
        ) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .malformed(
                    path: scratch.url.path,
                    reason: "it holds several models: student.transformer., teacher.transformer."))
        }
        let usual = try ScratchFolder()
        XCTAssertEqual(
            try notes(checkpoint("gpt2", all + prefixed("ema."), usual)),
            [.unused(names: prefixed("ema.").map(\.name))])
    }

    // MARK: - What is not used, and what is rounded

    func testUnusedTensorsAreToldAndKnownBuffersAreNot() throws {
        let all = try tensors("gpt2").filter { $0.name != head }
        let buffers = [
            "transformer.h.0.attn.bias", "transformer.h.0.attn.masked_bias", "h.0.attn.attention.bias",
            "gpt_neox.layers.0.attention.rotary_emb.inv_freq", "module.transformer.position_ids",
        ]
        let foreign = [
            "transformer.h.1.ln_1.weight", "v_head.weight", "transformer.h.0.attn.c_attn.lora_A.weight",
            "module.transformer.wte.weight", "empty",
        ]
        let scratch = try ScratchFolder()
        let others = (buffers + foreign).map {
            SafeTensors.Output(name: $0, shape: [$0 == "empty" ? 0 : 1], values: $0 == "empty" ? [] : [1])
        }
        let checkpoint = try checkpoint("gpt2", all + others, scratch)
        XCTAssertEqual(try notes(checkpoint).count, 1)
        guard case .unused(let names) = try notes(checkpoint).first else { return XCTFail("no note") }
        XCTAssertEqual(Set(names), Set(foreign))
        try check(checkpoint, "gpt2", "head is left out", "with others beside")
    }

    func testOtherTypesAreRefusedByName() throws {
        let all = try tensors("gpt2").filter { $0.name != head }
        let name = "transformer.h.0.mlp.c_fc.bias"
        let scratch = try ScratchFolder()
        _ = try checkpoint("gpt2", all.filter { $0.name != name }, scratch)
        try FileManager.default.moveItem(
            at: scratch.file("model.safetensors"), to: scratch.file("model-1-of-2.safetensors"))
        let outline = TensorOutline(name: name, typeName: "I8", shape: [32], byteCount: 32)
        try scratch.write(
            SafeTensors.header(of: [outline], metadata: [:]) + Data(count: 32), to: "model-2-of-2.safetensors"
        )
        XCTAssertThrowsError(try ModelSummary(Checkpoint(folder: scratch.url))) {
            XCTAssertEqual($0 as? LanguageModelError, .elementType(name: name, found: "I8"))
        }
    }

    func testDoublesAreRoundedToNearest() throws {
        let all = try tensors("gpt2")
        let scratch = try ScratchFolder()
        _ = try checkpoint("gpt2", [], scratch)
        let outlines = all.map {
            TensorOutline(name: $0.name, typeName: "F64", shape: $0.shape, byteCount: 8 * $0.values.count)
        }
        var data = SafeTensors.header(of: outlines, metadata: [:])
        for tensor in all {
            // The oracle's script stores these: 1.000000001 is no float32.
            tensor.values.map { Double($0) * 1.000000001 }.withUnsafeBytes { data.append(contentsOf: $0) }
        }
        try scratch.write(data, to: "model.safetensors")
        let checkpoint = try Checkpoint(folder: scratch.url)
        try check(checkpoint, "gpt2", "F64", "F64")
        XCTAssertEqual(
            try notes(checkpoint),
            [.headDiffers(head: head, embedding: embedding), .rounded(count: all.count)])
        let summary = try ModelSummary(checkpoint)
        XCTAssertEqual(summary.storedTypes.map(\.name), ["F64"])
        XCTAssertEqual(summary.storedBytes, 8 * summary.parameterCount)
        XCTAssertEqual(summary.weightBytes(), 4 * summary.parameterCount)
        XCTAssertTrue(summary.holdsSinglePrecision(as: nil))
    }

    // MARK: - Hostile files

    /// Weights and an index after random changes: read and fingerprinted, or refused in words.
    func testMutationsNeverCrash() throws {
        let scratch = try ScratchFolder()
        let all = try tensors("gpt2")
        let rest = all.filter { $0.name != head }
        _ = try checkpoint("gpt2", rest, scratch, metadata: [embedding: head, "format": "pt"])
        let weights = try Data(contentsOf: scratch.file("model.safetensors"))
        let header = 8 + Int(weights.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
        let index = #"{"weight_map": {"\#(embedding)": "a.safetensors", "\#(head)": "b.safetensors"}}"#
        try FileManager.default.removeItem(at: scratch.file("model.safetensors"))
        try SafeTensors.write(
            all.filter { $0.name == head }, metadata: [:], to: scratch.file("b.safetensors"))
        var stream = RandomStream(seed: 5, purpose: "checkpoint mutations")
        var accepted = 0
        for round in 0..<RandomStream.rounds(400) {
            // Mostly the header, which is what is read.
            let changed = round % 4 == 0 ? Data(index.utf8) : weights.prefix(header)
            let mutated = stream.mutated(changed)
            let isIndex = round % 4 == 0
            try scratch.write(isIndex ? mutated : Data(index.utf8), to: "model.safetensors.index.json")
            try scratch.write(isIndex ? weights : mutated + weights.dropFirst(header), to: "a.safetensors")
            do {
                let checkpoint = try Checkpoint(folder: scratch.url)
                let tensors = try ModelTensors(checkpoint)
                _ = try ModelSummary(tensors)
                XCTAssertEqual(try ModelFingerprint(checkpoint, tensors).value.count, 66)
                accepted += 1
            } catch {
                XCTAssertTrue(error is LanguageModelError, "\(round): \(error)")
            }
        }
        XCTAssertGreaterThan(accepted, 0)
    }
}
