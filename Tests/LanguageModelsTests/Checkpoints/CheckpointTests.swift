import Compute
import Foundation
import XCTest

@testable import LanguageModels

final class CheckpointTests: XCTestCase {
    private func output(_ name: String, _ values: [Float]) -> SafeTensors.Output {
        SafeTensors.Output(name: name, shape: [values.count], values: values)
    }

    func testASingleFile() throws {
        let scratch = try ScratchFolder()
        try scratch.write(#"{"model_type": "gpt2"}"#, to: "config.json")
        try SafeTensors.write(
            [output("a", [1]), output("b", [2, 3])], metadata: [:], to: scratch.file("model.safetensors"))
        let checkpoint = try Checkpoint(folder: scratch.url)
        XCTAssertEqual(checkpoint.configuration["model_type"], "gpt2")
        XCTAssertEqual(checkpoint.tensorNames, ["a", "b"])
        XCTAssertEqual(checkpoint.tensor("b")?.floats(), [2, 3])
        XCTAssertNil(checkpoint.tensor("c"))
    }

    func testMissingFiles() throws {
        let scratch = try ScratchFolder()
        XCTAssertThrowsError(try Checkpoint(folder: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .fileMissing(path: scratch.file("config.json").path))
        }
        try scratch.write("{}", to: "config.json")
        XCTAssertThrowsError(try Checkpoint(folder: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .fileMissing(path: scratch.file("model.safetensors").path))
        }
    }

    // MARK: - Several files

    /// A folder of two shards: "a" and "b" in the first, "c" in the second.
    private func sharded(_ map: String? = nil) throws -> ScratchFolder {
        let scratch = try ScratchFolder()
        try scratch.write("{}", to: "config.json")
        let (one, two) = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
        try SafeTensors.write([output("a", [1]), output("b", [2])], metadata: [:], to: scratch.file(one))
        try SafeTensors.write([output("c", [3])], metadata: [:], to: scratch.file(two))
        let whole = #"{"a": "\#(one)", "b": "\#(one)", "c": "\#(two)"}"#
        try scratch.write(
            #"{"metadata": {"total_size": 12}, "weight_map": \#(map ?? whole)}"#,
            to: "model.safetensors.index.json")
        return scratch
    }

    private func failure(_ scratch: ScratchFolder) -> LanguageModelError? {
        do {
            _ = try Checkpoint(folder: scratch.url)
            return nil
        } catch {
            return error as? LanguageModelError
        }
    }

    func testShardsByTheirIndex() throws {
        let scratch = try sharded()
        let checkpoint = try Checkpoint(folder: scratch.url)
        XCTAssertEqual(checkpoint.tensorNames, ["a", "b", "c"])
        XCTAssertEqual(
            checkpoint.tensorNames.compactMap { checkpoint.tensor($0)?.floats() }, [[1], [2], [3]])
    }

    func testShardsWithoutAnIndex() throws {
        let scratch = try sharded()
        try FileManager.default.removeItem(at: scratch.file("model.safetensors.index.json"))
        XCTAssertEqual(try Checkpoint(folder: scratch.url).tensorNames, ["a", "b", "c"])
        try SafeTensors.write([output("b", [9])], metadata: [:], to: scratch.file("z.safetensors"))
        XCTAssertEqual(
            failure(scratch),
            .malformed(
                path: scratch.file("z.safetensors").path, reason: "tensor \"b\" is in another file too"))
    }

    /// Shards of which some are missing give way to a whole file; all of them come before it.
    func testIncompleteShardsBesideAWholeFile() throws {
        let torch = try Data(contentsOf: FixtureFolder.url.appendingPathComponent("torch/twin.pth"))
        let sets: [(names: [String], isComplete: Bool)] = [
            (["model-00001-of-00002.safetensors"], false), (["model-00002-of-00002.safetensors"], false),
            (["model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors"], false),
            (["model-00001-of-00002.safetensors", "model-00002-of-00003.safetensors"], false),
            (["model-00000-of-00001.safetensors"], false), (["model-x-of-00001.safetensors"], false),
            (["model-00001-of-00001.safetensors"], true),
            (["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"], true),
        ]
        for (names, isComplete) in sets {
            let scratch = try ScratchFolder()
            try scratch.write("{}", to: "config.json")
            try scratch.write(torch, to: "pytorch_model.bin")
            for (index, name) in names.enumerated() {
                try SafeTensors.write([output("s\(index)", [1])], metadata: [:], to: scratch.file(name))
            }
            let found = try Checkpoint(folder: scratch.url).tensorNames
            XCTAssertEqual(found.contains("s0"), isComplete, "\(names)")
            XCTAssertEqual(found.contains("plain"), !isComplete, "\(names)")
        }
    }

    func testASingleFileComesBeforeAnIndex() throws {
        let scratch = try sharded()
        try SafeTensors.write([output("x", [1])], metadata: [:], to: scratch.file("model.safetensors"))
        XCTAssertEqual(try Checkpoint(folder: scratch.url).tensorNames, ["x"])
    }

    func testAMissingShardIsNamed() throws {
        let scratch = try sharded()
        let shard = scratch.file("model-00002-of-00002.safetensors")
        try FileManager.default.removeItem(at: shard)
        XCTAssertEqual(failure(scratch), .fileMissing(path: shard.path))
    }

    /// It lists what was never stored and lacks what was; of two files that hold a tensor it names one.
    func testAnIndexIsAListOfFiles() throws {
        let (one, two) = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
        let maps = [
            #"{"a": "\#(one)", "head": "\#(one)", "c": "\#(two)"}"#, #"{"b": "\#(one)", "x": "\#(two)"}"#,
            #"{"a": "\#(two)", "b": "\#(two)", "c": "\#(one)"}"#,
        ]
        for map in maps {
            let scratch = try sharded(map)
            XCTAssertEqual(try Checkpoint(folder: scratch.url).tensorNames, ["a", "b", "c"], map)
        }
        for (file, value) in [(one, Float(1)), (two, 9)] {
            let scratch = try sharded(#"{"a": "\#(file)", "b": "\#(one)", "c": "\#(two)"}"#)
            try SafeTensors.write(
                [output("a", [9]), output("c", [3])], metadata: [:], to: scratch.file(two))
            let checkpoint = try Checkpoint(folder: scratch.url)
            XCTAssertEqual(checkpoint.tensorNames, ["a", "b", "c"], file)
            XCTAssertEqual(checkpoint.tensor("a")?.floats(), [value], file)
        }
        let scratch = try sharded(#"{"b": "\#(one)", "c": "\#(two)"}"#)
        try SafeTensors.write([output("a", [9])], metadata: [:], to: scratch.file(two))
        XCTAssertEqual(
            failure(scratch),
            .malformed(path: scratch.file(two).path, reason: "tensor \"a\" is in another file too"))
    }

    /// What programs leave beside the weights is not read.
    func testStrayFiles() throws {
        let strays = [
            "adapter_model.safetensors", "optimizer.safetensors", "random_states_0.pth", "rng_state.pth",
            "optimizer.bin", "training_args.bin", "scheduler.pth", "pytorch_lora_weights.safetensors",
        ]
        let torch = FixtureFolder.url.appendingPathComponent("torch/twin.pth")
        let weights: [(name: String, isTorch: Bool)] = [
            ("model.safetensors", false), ("model-00001-of-00001.safetensors", false),
            ("other.safetensors", false), ("pytorch_model.bin", true), ("weights.pth", true),
        ]
        for stray in strays {
            for (name, isTorch) in weights {
                let scratch = try ScratchFolder()
                try scratch.write("{}", to: "config.json")
                try scratch.write("not weights", to: stray)
                if isTorch {
                    try scratch.write(try Data(contentsOf: torch), to: name)
                } else {
                    try SafeTensors.write([output("a", [1])], metadata: [:], to: scratch.file(name))
                }
                let names = try Checkpoint(folder: scratch.url).tensorNames
                XCTAssertEqual(names.contains("a"), !isTorch, "\(stray) beside \(name)")
                try FileManager.default.removeItem(at: scratch.file(name))
                XCTAssertEqual(
                    failure(scratch), .fileMissing(path: scratch.file("model.safetensors").path), stray)
            }
        }
        // Safetensors of any name give way to torch's usual file, as transformers prefers it.
        let scratch = try ScratchFolder()
        try scratch.write("{}", to: "config.json")
        try scratch.write(try Data(contentsOf: torch), to: "pytorch_model.bin")
        try SafeTensors.write([output("a", [1])], metadata: [:], to: scratch.file("value_head.safetensors"))
        XCTAssertFalse(try Checkpoint(folder: scratch.url).tensorNames.contains("a"))
    }

    func testIndexesThatLie() throws {
        let cases = [
            ("[]", "no weight_map"), ("{}", "no weight_map"),
            (#"{"a": 1}"#, "no file name for tensor \"a\""),
            (
                #"{"a": "../other/model.safetensors"}"#,
                "tensor \"a\" is said to be in \"../other/model.safetensors\", not a file of the folder"
            ),
            (#"{"a": ".."}"#, "tensor \"a\" is said to be in \"..\", not a file of the folder"),
        ]
        for (map, reason) in cases {
            let scratch = try sharded(map)
            let index = scratch.file("model.safetensors.index.json").path
            XCTAssertEqual(failure(scratch), .malformed(path: index, reason: reason), map)
        }
        let scratch = try sharded()
        try scratch.write("{", to: "model.safetensors.index.json")
        XCTAssertEqual(
            failure(scratch),
            .malformed(
                path: scratch.file("model.safetensors.index.json").path,
                reason: "byte 1: the text ends too early"))
        try scratch.write("[]", to: "config.json")
        XCTAssertEqual(
            failure(scratch),
            .malformed(path: scratch.file("config.json").path, reason: "not a JSON object"))
    }

    func testTorchFilesAreReadWhereThereIsNothingElse() throws {
        let torch = FixtureFolder.url.appendingPathComponent("torch")
        let names = ["w"]
        for name in ["pytorch_model.bin", "pytorch_model-00001-of-00001.bin", "weights.pth"] {
            let scratch = try ScratchFolder()
            try scratch.write("{}", to: "config.json")
            try scratch.write(try Data(contentsOf: torch.appendingPathComponent("wrapped.pth")), to: name)
            // What programs leave beside the weights.
            try scratch.write("not weights", to: "training_args.bin")
            XCTAssertEqual(try Checkpoint(folder: scratch.url).tensorNames, names, name)
            try SafeTensors.write([output("x", [1])], metadata: [:], to: scratch.file("model.safetensors"))
            XCTAssertEqual(try Checkpoint(folder: scratch.url).tensorNames, ["x"], name)
        }
        let scratch = try ScratchFolder()
        try scratch.write("{}", to: "config.json")
        try scratch.write(try Data(contentsOf: torch.appendingPathComponent("twin.pth")), to: "part-1.bin")
        try scratch.write(
            #"{"weight_map": {"plain": "part-1.bin"}}"#, to: "pytorch_model.bin.index.json")
        XCTAssertEqual(try Checkpoint(folder: scratch.url).tensorNames.first, "plain")
    }
}
