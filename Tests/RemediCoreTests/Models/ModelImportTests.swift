import Compute
import Foundation
import LanguageModels
import RemediCore
import XCTest

final class ModelImportTests: XCTestCase {
    private let gptj = FixtureFiles.own("../../LanguageModelsTests/Fixtures/models/gptj-bin")

    private func copy(_ folder: URL) throws -> URL {
        let target = try temporaryFolder().appendingPathComponent("model")
        try FileManager.default.copyItem(at: folder, to: target)
        return target
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func write(
        _ job: ModelImport, to folder: URL, replaces: Bool = false,
        shardLimit: Int = CheckpointWriter.usualShardLimit
    ) throws -> ModelImport.Outcome {
        try job.write(to: folder, replaces: replaces, progress: SilentProgress(), shardLimit: shardLimit)
    }

    private func compare(_ folder: URL, with original: URL, _ place: StaticString = #filePath) throws {
        let (ours, theirs) = (try Checkpoint(folder: folder), try Checkpoint(folder: original))
        XCTAssertEqual(Set(ours.tensorNames), Set(theirs.tensorNames))
        for name in theirs.tensorNames {
            let (a, b) = (try XCTUnwrap(ours.record(name)), try XCTUnwrap(theirs.record(name)))
            XCTAssertEqual(a.typeName, b.typeName, name)
            XCTAssertEqual(a.shape, b.shape, name)
            XCTAssertTrue(a.bytes.elementsEqual(b.bytes), name)
        }
    }

    func testTensorsStayAsTheyAre() throws {
        let folder = try temporaryFolder().appendingPathComponent("out")
        let outcome = try write(ModelImport(source: gptj), to: folder)
        XCTAssertEqual(try names(folder), ["config.json", "model.safetensors"])
        XCTAssertEqual(outcome.shared, [])
        XCTAssertEqual(outcome.tensors, try Checkpoint(folder: gptj).tensorNames.count)
        try compare(folder, with: gptj)
        XCTAssertEqual(
            try Checkpoint(folder: folder).fingerprint, try Checkpoint(folder: gptj).fingerprint)
    }

    func testBesideTheTorchFiles() throws {
        let folder = try copy(gptj)
        _ = try write(ModelImport(source: folder), to: folder)
        XCTAssertEqual(try names(folder), ["config.json", "model.safetensors", "pytorch_model.bin"])
        try compare(folder, with: gptj)
        XCTAssertThrowsError(try write(ModelImport(source: folder), to: folder)) {
            XCTAssertEqual($0 as? ModelError, .nothingToImport(path: folder.path))
        }
        var rounded = ModelImport(source: folder)
        rounded.elementType = .bfloat16
        XCTAssertThrowsError(try write(rounded, to: folder)) {
            XCTAssertEqual($0 as? ModelError, .exists(path: folder.path))
        }
        _ = try write(rounded, to: folder, replaces: true)
        XCTAssertEqual(
            try ModelSummary(Checkpoint(folder: folder)).parametersByType.keys.map(\.self), [.bfloat16])
    }

    func testShards() throws {
        let folder = try temporaryFolder().appendingPathComponent("out")
        _ = try write(ModelImport(source: gptj), to: folder, shardLimit: 20_000)
        let files = try names(folder)
        XCTAssertGreaterThan(files.count, 3)
        XCTAssertTrue(files.contains("model.safetensors.index.json"))
        try compare(folder, with: gptj)
    }

    func testAnotherType() throws {
        let folder = try temporaryFolder().appendingPathComponent("out")
        var job = ModelImport(source: gptj)
        job.elementType = .float16
        _ = try write(job, to: folder)
        let (ours, theirs) = (try Checkpoint(folder: folder), try Checkpoint(folder: gptj))
        for name in theirs.tensorNames {
            guard let original = theirs.tensor(name) else { continue }
            let tensor = try XCTUnwrap(ours.tensor(name))
            XCTAssertEqual(tensor.elementType, .float16)
            let rounded = try original.rounded(to: .float16, allowsInfinity: name.hasSuffix("masked_bias"))
            XCTAssertEqual(memcmp(tensor.bytes.baseAddress!, rounded.address, tensor.byteCount), 0, name)
        }
    }

    /// A value beyond float16 is told by its tensor's name, and the checkpoint that was there stays.
    func testValuesThatDoNotFit() throws {
        let source = try temporaryFolder()
        let configuration =
            #"{"model_type": "gpt2", "n_embd": 4, "n_layer": 1, "n_head": 2, "vocab_size": 5}"#
        try AtomicFile.write(configuration, to: source.appendingPathComponent("config.json"))
        for (value, fits) in [(65519, true), (65520, false), (-1e30, false), (.infinity, true)]
            as [(Float, Bool)]
        {
            try SafeTensors.write(
                [SafeTensors.Output(name: "wide", shape: [1, 2], values: [1, value])], metadata: [:],
                to: source.appendingPathComponent("model.safetensors"))
            let folder = try temporaryFolder().appendingPathComponent("out")
            try AtomicFile.write("{}", to: folder.appendingPathComponent("config.json"))
            var job = ModelImport(source: source)
            job.elementType = .float16
            if fits {
                _ = try job.write(to: folder, replaces: true, progress: SilentProgress())
                continue
            }
            XCTAssertThrowsError(
                try job.write(to: folder, replaces: true, progress: SilentProgress()), "\(value)"
            ) {
                XCTAssertEqual(
                    $0 as? LanguageModelError, .doesNotFit(name: "wide", value: value, type: "F16"))
            }
            XCTAssertEqual(
                try String(contentsOf: folder.appendingPathComponent("config.json"), encoding: .utf8), "{}")
        }
    }

    /// A head that is the embedding under a second name is written once, under the name that the family reads.
    func testSharedTensors() throws {
        let source = try temporaryFolder()
        let file = FixtureFiles.own("models/tied.bin")
        try FileManager.default.copyItem(at: file, to: source.appendingPathComponent("pytorch_model.bin"))
        try AtomicFile.write(
            #"{"model_type": "gpt2", "n_embd": 4, "n_layer": 1, "n_head": 2, "vocab_size": 5}"#,
            to: source.appendingPathComponent("config.json"))
        let folder = try temporaryFolder().appendingPathComponent("out")
        let outcome = try write(ModelImport(source: source), to: folder)
        XCTAssertEqual(outcome.shared, ["lm_head.weight"])
        let checkpoint = try Checkpoint(folder: folder)
        XCTAssertEqual(Set(checkpoint.tensorNames), ["transformer.wte.weight", "steps", "mask"])
        XCTAssertEqual(
            try XCTUnwrap(checkpoint.tensor("transformer.wte.weight")).floats(), (0..<20).map(Float.init))
        XCTAssertEqual(checkpoint.record("steps")?.typeName, "I64")
        XCTAssertEqual(checkpoint.record("mask").map { Array($0.bytes) }, [1, 0, 1])
    }
}
