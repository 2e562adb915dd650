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
        XCTAssertEqual(try checkpoint.tensor("b", shape: [2]).floats(), [2, 3])
        XCTAssertThrowsError(try checkpoint.tensor("c", shape: [2])) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .tensorMissing(name: "c", path: scratch.url.path))
        }
        XCTAssertThrowsError(try checkpoint.tensor("b", shape: [2, 1])) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .tensorShape(name: "b", expected: [2, 1], found: [2]))
        }
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

    func testIndexesThatLie() throws {
        let one = "model-00001-of-00002.safetensors"
        var scratch = try sharded(#"{"a": "\#(one)", "d": "\#(one)"}"#)
        XCTAssertEqual(failure(scratch), .tensorMissing(name: "d", path: scratch.file(one).path))
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
            scratch = try sharded(map)
            let index = scratch.file("model.safetensors.index.json").path
            XCTAssertEqual(failure(scratch), .malformed(path: index, reason: reason), map)
        }
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
        XCTAssertEqual(try Checkpoint(folder: scratch.url).tensorNames, ["plain"])
    }

    // MARK: - Fingerprint

    func testTheFingerprintTellsModelsApartAndNothingElse() throws {
        let torch = FixtureFolder.url.appendingPathComponent("torch")
        func fingerprint(_ config: String, _ weights: Data, _ name: String) throws -> String {
            let scratch = try ScratchFolder()
            try scratch.write(config, to: "config.json")
            try scratch.write(weights, to: name)
            return try Checkpoint(folder: scratch.url).fingerprint
        }
        let config = #"{"a": 1, "b": {"x": 2, "y": 3}}"#
        let weights = try Data(contentsOf: torch.appendingPathComponent("twin.safetensors"))
        let first = try fingerprint(config, weights, "model.safetensors")
        XCTAssertEqual(first.count, 64)
        let same = [
            try fingerprint(#"{ "b":{"y":3,"x":2},"a":1}"#, weights, "model.safetensors"),
            try fingerprint(
                config, Data(contentsOf: torch.appendingPathComponent("twin.pth")), "pytorch_model.bin"),
        ]
        XCTAssertEqual(Set(same), [first])
        var changed = weights
        let tensor = try XCTUnwrap(
            SafeTensors.read(torch.appendingPathComponent("twin.safetensors")).tensors.first)
        changed[tensor.byteOffset] ^= 1
        let others = [
            try fingerprint(config, changed, "model.safetensors"),
            try fingerprint(#"{"a": 2, "b": {"x": 2, "y": 3}}"#, weights, "model.safetensors"),
        ]
        XCTAssertFalse(others.contains(first))
        XCTAssertNotEqual(others[0], others[1])
    }
}
