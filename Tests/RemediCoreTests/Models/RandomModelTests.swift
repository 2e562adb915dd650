import Compute
import Foundation
import LanguageModels
import RemediCore
import XCTest

final class RandomModelTests: XCTestCase {
    private let source = FixtureFiles.own("training/gpt2")

    private func write(_ model: RandomModel, to folder: URL, replaces: Bool = false) throws -> Checkpoint {
        try model.write(to: folder, replaces: replaces, progress: SilentProgress())
        return try Checkpoint(folder: folder)
    }

    func testTheShapeIsTheSourcesAndTheWeightsAreNot() throws {
        let folder = try temporaryFolder().appendingPathComponent("gpt2_random")
        let checkpoint = try write(RandomModel(source: source), to: folder)
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted(),
            ["config.json", "model.safetensors", "tokenizer.json"])
        let summary = try ModelSummary(checkpoint)
        let original = try ModelSummary(Checkpoint(folder: source))
        XCTAssertEqual(summary.configuration, original.configuration)
        XCTAssertEqual(summary.parts, original.parts)
        XCTAssertEqual(summary.parametersByType, [.float32: summary.parameterCount])
        let model = try LanguageModel(folder: folder, name: "control", backend: CPUBackend(threads: 1))
        XCTAssertFalse(model.tokenizer.encode("hello").ids.isEmpty)
    }

    func testStatistics() throws {
        let checkpoint = try write(
            RandomModel(source: source), to: try temporaryFolder().appendingPathComponent("x"))
        let range = try XCTUnwrap(checkpoint.configuration["initializer_range"]?.double)
        let blocks = try XCTUnwrap(checkpoint.configuration["n_layer"]?.double)
        for name in checkpoint.tensorNames {
            let values = try XCTUnwrap(checkpoint.tensor(name)).floats().map(Double.init)
            let count = Double(values.count)
            if values.count == values.filter({ $0 == values[0] }).count {
                let isGain = name.contains("ln_") && name.hasSuffix(".weight")
                XCTAssertEqual(values[0], isGain ? 1 : 0, name)
                continue
            }
            let expected = range / (name.contains("c_proj") ? (2 * blocks).squareRoot() : 1)
            let mean = values.reduce(0, +) / count
            let deviation = (values.reduce(0) { $0 + $1 * $1 } / count - mean * mean).squareRoot()
            XCTAssertEqual(mean, 0, accuracy: 5 * expected / count.squareRoot(), name)
            XCTAssertEqual(deviation, expected, accuracy: 5 * expected / (2 * count).squareRoot(), name)
            XCTAssertEqual(Set(values).count, values.count, accuracy: values.count / 50, name)
        }
    }

    func testTheSameSeedGivesTheSameBytes() throws {
        let folder = try temporaryFolder()
        var files: [Data] = []
        for (name, seed) in [("a", 1), ("b", 1), ("c", 2)] as [(String, UInt64)] {
            var model = RandomModel(source: source)
            model.seed = seed
            _ = try write(model, to: folder.appendingPathComponent(name))
            files.append(try Data(contentsOf: folder.appendingPathComponent(name + "/model.safetensors")))
        }
        XCTAssertEqual(files[0], files[1])
        XCTAssertNotEqual(files[0], files[2])
    }

    /// What was drawn once stays what is drawn: control models must not change under those who use them.
    func testKnownNumbers() throws {
        let checkpoint = try write(
            RandomModel(source: source), to: try temporaryFolder().appendingPathComponent("x"))
        let values = try XCTUnwrap(checkpoint.tensor("transformer.wte.weight")).floats()
        var stream = RandomStream(
            seed: 123_456, purpose: "random model", sample: "transformer.wte.weight 0")
        let range = try XCTUnwrap(checkpoint.configuration["initializer_range"]?.double)
        let radius = range * (-2 * log(1 - stream.uniform())).squareRoot()
        let angle = 2 * Double.pi * stream.uniform()
        XCTAssertEqual(values[0], Float(radius * cos(angle)))
        XCTAssertEqual(values[1], Float(radius * sin(angle)))
    }

    func testHalfPrecisionIsTheSameRounded() throws {
        let folder = try temporaryFolder()
        let whole = try write(RandomModel(source: source), to: folder.appendingPathComponent("a"))
        for type in [ElementType.float16, .bfloat16] {
            var model = RandomModel(source: source)
            model.elementType = type
            let half = try write(model, to: folder.appendingPathComponent(type.rawValue))
            XCTAssertEqual(
                half.configuration["torch_dtype"] ?? half.configuration["dtype"],
                type == .float16 ? "float16" : "bfloat16")
            for name in whole.tensorNames {
                let tensor = try XCTUnwrap(half.tensor(name))
                XCTAssertEqual(tensor.elementType, type)
                let rounded = try XCTUnwrap(whole.tensor(name)).rounded(to: type)
                XCTAssertEqual(
                    memcmp(tensor.bytes.baseAddress!, rounded.address, tensor.byteCount), 0, name)
            }
        }
    }

    func testAConfigurationAloneIsEnough() throws {
        let folder = try temporaryFolder()
        let shape: JSONObject = [
            "model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 12, "vocab_size": 10, "pad_token_id": 4, "tie_word_embeddings": true,
        ]
        try AtomicFile.write(
            JSONValue.object(shape).text(), to: folder.appendingPathComponent("a/config.json"))
        let checkpoint = try write(
            RandomModel(source: folder.appendingPathComponent("a")), to: folder.appendingPathComponent("b"))
        XCTAssertNil(checkpoint.record("lm_head.weight"))
        let values = try XCTUnwrap(checkpoint.tensor("model.embed_tokens.weight")).floats()
        for row in 0..<10 {
            let zeros = values[row * 8..<row * 8 + 8].filter { $0 == 0 }.count
            XCTAssertEqual(zeros, row == 4 ? 8 : 0, "\(row)")
        }
    }

    func testAModelIsNotReplacedUnasked() throws {
        let folder = try temporaryFolder().appendingPathComponent("x")
        _ = try write(RandomModel(source: source), to: folder)
        XCTAssertThrowsError(try write(RandomModel(source: source), to: folder)) {
            XCTAssertEqual($0 as? ModelError, .exists(path: folder.path))
        }
        try Data().write(to: folder.appendingPathComponent("model-00001-of-00009.safetensors"))
        try Data().write(to: folder.appendingPathComponent("notes.txt"))
        _ = try write(RandomModel(source: source), to: folder, replaces: true)
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted(),
            ["config.json", "model.safetensors", "notes.txt", "tokenizer.json"])
    }

    func testASignalLeavesNoModel() throws {
        let folder = try temporaryFolder().appendingPathComponent("x")
        XCTAssertThrowsError(
            try RandomModel(source: source).write(
                to: folder, replaces: false, progress: RecordedProgress(stopsAfter: 2))
        ) { XCTAssertEqual($0 as? RemediError, .abandoned(signal: 15)) }
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path))
    }

    /// A signal after the last weights, before they have their names.
    func testALateSignalLeavesNoModel() throws {
        let folder = try temporaryFolder().appendingPathComponent("x")
        let whole = RecordedProgress()
        try RandomModel(source: source).write(
            to: try temporaryFolder().appendingPathComponent("y"), replaces: false, progress: whole)
        XCTAssertThrowsError(
            try RandomModel(source: source).write(
                to: folder, replaces: false, progress: RecordedProgress(stopsAfter: whole.advances))
        ) { XCTAssertEqual($0 as? RemediError, .abandoned(signal: 15)) }
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path))
    }

    func testWhatAKilledRunLeftIsMadeAgain() throws {
        let folder = try temporaryFolder()
        // No process has so high a number.
        for name in [
            ".remedi-unfinished", "model.safetensors", "model-00001-of-00002.safetensors.incomplete",
            ".model.safetensors.incomplete.4194304-abc.tmp", ".lock",
        ] {
            try Data().write(to: folder.appendingPathComponent(name))
        }
        _ = try write(RandomModel(source: source), to: folder)
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted(),
            ["config.json", "model.safetensors", "tokenizer.json"])
    }

    func testOtherWeightsAreNotReplacedUnasked() throws {
        for name in ["model.safetensors", "pytorch_model.bin", "model-00001-of-00002.safetensors", "x.pth"] {
            let folder = try temporaryFolder()
            try Data("mine".utf8).write(to: folder.appendingPathComponent(name))
            XCTAssertThrowsError(try write(RandomModel(source: source), to: folder), name) {
                XCTAssertEqual($0 as? ModelError, .foreignWeights(path: folder.path, file: name))
            }
            XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [name])
            _ = try write(RandomModel(source: source), to: folder, replaces: true)
        }
    }

    /// Another process makes the same model: it is waited for, until a signal comes.
    func testAnotherRunIsWaitedFor() throws {
        let folder = try temporaryFolder()
        let lock = try FolderLock(folder: folder)
        let progress = RecordedProgress(stopsAfter: 0)
        XCTAssertThrowsError(
            try RandomModel(source: source).write(to: folder, replaces: false, progress: progress)
        ) { XCTAssertEqual($0 as? RemediError, .abandoned(signal: 15)) }
        XCTAssertEqual(progress.messages.count, 1)
        XCTAssertTrue(
            progress.messages[0].hasPrefix("waiting for process \(getpid()) on "), progress.messages[0])
        withExtendedLifetime(lock) {}
    }
}
