import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class DirectionDumpTests: XCTestCase {
    private func dump(
        _ editor: (LanguageModel) throws -> Editor, samples: [Sample], batchSize: Int = 3
    ) throws -> (tensors: [String: [Float]], shapes: [String: [Int]], metadata: [String: String], Data) {
        let model = try TinyModels.open("llama")
        let file = try temporaryFolder().appendingPathComponent("dump.safetensors")
        let dump = DirectionDump(
            model: model, editor: try editor(model), alpha: 2, beta: 0.5, batchSize: batchSize)
        let written = try dump.write(
            samples, to: DumpFiles(safetensors: file), progress: SilentProgress())
        XCTAssertEqual(written.ids.count + written.skipped.count, samples.count)
        XCTAssertEqual(written.norms.count, written.ids.count)
        let (tensors, metadata) = try SafeTensors.read(file)
        return (
            Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.floats()) }),
            Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.shape) }), metadata,
            try Data(contentsOf: file)
        )
    }

    func testTensorsAndMetadata() throws {
        let samples = try TinyModels.cases().samples
        let found = try dump(
            { try Editor.load(type: .linear, block: 1, directory: TinyModels.editors, model: $0) },
            samples: samples)
        let (count, blocks, size) = (8, 3, 16)
        XCTAssertEqual(
            found.shapes,
            [
                "direction": [count, size], "h_attr": [count, size], "h_entity_pre": [count, blocks, size],
                "h_entity_post": [count, blocks, size],
            ])
        let (pre, post) = (found.tensors["h_entity_pre"]!, found.tensors["h_entity_post"]!)
        let direction = found.tensors["direction"]!
        for sample in 0..<count {
            for dimension in 0..<size {
                let place = { (block: Int) in (sample * blocks + block) * size + dimension }
                XCTAssertEqual(pre[place(0)], post[place(0)], "below the edit, sample \(sample)")
                XCTAssertEqual(
                    0.5 * pre[place(1)] + 2 * direction[sample * size + dimension], post[place(1)],
                    accuracy: 1e-5, "at the edit, sample \(sample)")
            }
            let above = (sample * blocks + 2) * size..<(sample * blocks + 3) * size
            XCTAssertNotEqual(pre[above], post[above], "above the edit, sample \(sample)")
        }
        let ids = try JSONValue(parsing: found.metadata["ids"]!).array?.map(\.string)
        XCTAssertEqual(ids, (samples[..<3] + samples[5...]).map(\.id))
        XCTAssertEqual(try JSONValue(parsing: found.metadata["entity_ranges"]!).array?.count, count)
        XCTAssertEqual(found.metadata["layer"], "1")
    }

    /// As in the reference: an empty attribute is read at the first token.
    func testSamplesWithoutAnAttributeAreKeptWhereMentionsArePlainTexts() throws {
        let model = try TinyModels.open("gpt2")
        let editor = try Editor.parameterless(.identity, block: 1, model: model)
        var sample = try TinyModels.cases().samples[0]
        sample.attribute = ""
        for (mentions, count) in [(MentionRule.word, 0), (.text, 1)] {
            let file = try temporaryFolder().appendingPathComponent("dump.safetensors")
            func write() throws -> DirectionDump.Outcome {
                try DirectionDump(model: model, editor: editor, mentions: mentions).write(
                    [sample], to: DumpFiles(safetensors: file), progress: SilentProgress())
            }
            guard count > 0 else {
                XCTAssertThrowsError(try write())
                continue
            }
            XCTAssertEqual(try write().ids, [sample.id])
            let tokens = model.tokenizer.encode(sample.context).ids
            let first = try model.backend.read(
                model.states(of: [tokens], reading: [StateReading(sequence: 0, block: 1, tokens: 0..<1)]))
            let (tensors, _) = try SafeTensors.read(file)
            XCTAssertEqual(tensors.first { $0.name == "h_attr" }?.floats(), first)
        }
    }

    /// Numbers that are none are no directions: nothing is written, and the samples are named.
    func testAModelThatGivesNaNIsRefused() throws {
        let samples = try TinyModels.cases().samples
        let folder = try temporaryFolder()
        for rows in [0..<1, 14..<15] {
            let model = try TinyModels.withNaN(in: "wpe.weight", rows: rows, folder: try temporaryFolder())
            let file = folder.appendingPathComponent("dump.safetensors")
            XCTAssertThrowsError(
                try DirectionDump(
                    model: model, editor: Editor.parameterless(.identity, block: 1, model: model)
                ).write(
                    samples, to: DumpFiles(safetensors: file), progress: SilentProgress()), "\(rows)"
            ) { error in
                guard case RemediError.notFinite(let named)? = error as? RemediError else {
                    return XCTFail("\(error)")
                }
                XCTAssertFalse(named.isEmpty)
                XCTAssertTrue(Set(named).isSubset(of: samples.map(\.id)))
            }
            XCTAssertFalse(FileManager.default.fileExists(atPath: file.path))
        }
    }

    func testASignalLeavesNothingOfTheLayer() throws {
        let model = try TinyModels.open("llama")
        let file = try temporaryFolder().appendingPathComponent("dump.safetensors")
        XCTAssertThrowsError(
            try DirectionDump(
                model: model, editor: Editor.parameterless(.identity, block: 1, model: model), batchSize: 2
            ).write(
                TinyModels.cases().samples, to: DumpFiles(safetensors: file),
                progress: RecordedProgress(stopsAfter: 2))
        ) { XCTAssertEqual($0 as? RemediError, .abandoned(signal: 15, part: "layer 1")) }
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: file.deletingLastPathComponent().path), [])
    }

    func testIdentityAndBatches() throws {
        let samples = try TinyModels.cases().samples
        let identity: (LanguageModel) throws -> Editor = {
            try Editor.parameterless(.identity, block: 0, model: $0)
        }
        let found = try dump(identity, samples: samples)
        XCTAssertEqual(found.tensors["direction"], found.tensors["h_attr"])
        XCTAssertEqual(try dump(identity, samples: samples, batchSize: 16).3, found.3, "same bytes")
    }

    /// The reference's form holds the same bits, its layers under whole numbers.
    func testTorchFile() throws {
        let model = try TinyModels.open("llama")
        let samples = try TinyModels.cases().samples
        let folder = try temporaryFolder()
        let files = DumpFiles(
            safetensors: folder.appendingPathComponent("dump.safetensors"),
            torch: folder.appendingPathComponent("dump.pth"))
        let dump = DirectionDump(
            model: model,
            editor: try Editor.load(type: .linear, block: 1, directory: TinyModels.editors, model: model),
            batchSize: 3)
        let written = try dump.write(samples, to: files, progress: SilentProgress())
        let (tensors, metadata) = try SafeTensors.read(XCTUnwrap(files.safetensors))
        let values = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.floats()) })
        let content = try TorchFile.open(XCTUnwrap(files.torch))
        let entries = try XCTUnwrap(content.root.items)
        XCTAssertEqual(entries.count, written.ids.count)
        func floats(_ value: PickleValue?) throws -> [Float]? {
            try content.tensor(XCTUnwrap(value), name: "")?.stored?.floats()
        }
        let (blocks, size) = (model.blocks, model.hiddenSize)
        for (sample, entry) in entries.enumerated() {
            let entry = try XCTUnwrap(entry.dictionary)
            XCTAssertEqual(
                entry.items.map(\.key.string),
                [
                    "direction", "h_entity_pre", "h_entity_post", "h_attr", "id", "entity", "prompt",
                    "context", "attribute",
                ])
            for name in ["direction", "h_attr"] {
                XCTAssertEqual(
                    try floats(entry[name]), Array(values[name]![sample * size..<(sample + 1) * size]),
                    "\(name) \(sample)")
            }
            for name in ["h_entity_pre", "h_entity_post"] {
                let layers = try XCTUnwrap(entry[name]?.dictionary)
                XCTAssertEqual(layers.items.map(\.key.integer), Array(0..<blocks), name)
                for (block, item) in layers.items.enumerated() {
                    let start = (sample * blocks + block) * size
                    XCTAssertEqual(
                        try floats(item.value), Array(values[name]![start..<start + size]),
                        "\(name) \(sample) \(block)")
                }
            }
            for (key, list) in [("id", "ids"), ("prompt", "prompts"), ("attribute", "attributes")] {
                let texts = try JSONValue(parsing: XCTUnwrap(metadata[list])).array
                XCTAssertEqual(entry[key]?.string, texts?[sample].string, "\(key) \(sample)")
            }
        }
    }
}
