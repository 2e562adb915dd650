import Compute
import Foundation
import XCTest

@testable import LanguageModels

final class ModelFingerprintTests: XCTestCase {
    private let source = FixtureFolder.url.appendingPathComponent("names/gpt2")

    private func copy(_ scratch: ScratchFolder, _ change: (inout Data) -> Void = { _ in }) throws {
        try scratch.write(Data(contentsOf: source.appendingPathComponent("config.json")), to: "config.json")
        var data = try Data(contentsOf: source.appendingPathComponent("model.safetensors"))
        change(&data)
        try scratch.write(data, to: "model.safetensors")
    }

    private func fingerprint(
        _ scratch: ScratchFolder, _ memory: FingerprintMemory? = nil, now: Date = .distantFuture
    ) throws -> ModelFingerprint {
        let checkpoint = try Checkpoint(folder: scratch.url)
        return try ModelFingerprint(checkpoint, ModelTensors(checkpoint), memory: memory, now: { now })
    }

    // MARK: - What counts

    func testEveryByteOfEveryTensorCounts() throws {
        let plain = try ScratchFolder()
        try copy(plain)
        let first = try fingerprint(plain).value
        XCTAssertTrue(first.hasPrefix("2-"))
        XCTAssertEqual(first.count, 66)
        for tensor in try SafeTensors.read(source.appendingPathComponent("model.safetensors")).tensors {
            for place in [0, tensor.byteCount / 2, tensor.byteCount - 1] {
                let scratch = try ScratchFolder()
                try copy(scratch) { $0[tensor.byteOffset + place] ^= 1 }
                XCTAssertNotEqual(try fingerprint(scratch).value, first, "\(tensor.name), byte \(place)")
            }
        }
    }

    /// A tensor of several pieces: its middle, and its end, which the former fingerprint saw.
    func testTheMiddleOfALargeTensor() throws {
        let configuration =
            #"{"model_type": "gpt2", "n_embd": 8, "n_head": 2, "n_layer": 1, "vocab_size": 150000}"#
        let scratch = try ScratchFolder()
        try scratch.write(configuration, to: "config.json")
        let object = try Checkpoint.object(of: scratch.file("config.json"))
        let needs = try ModelFamilies.initialTensors(ConfigurationReader(object, path: "")).map(\.tensor)
        try SafeTensors.write(
            needs.map {
                SafeTensors.Output(
                    name: $0.name, shape: $0.shape,
                    values: [Float](repeating: 0.5, count: $0.shape.reduce(1, *)))
            }, metadata: [:], to: scratch.file("model.safetensors"))
        let first = try fingerprint(scratch)
        let (value, former) = (first.value, first.former)
        let words = try XCTUnwrap(Checkpoint(folder: scratch.url).tensor("transformer.wte.weight"))
        for (place, isSeenByTheFormer) in [(0.5, false), (0.9, false), (1.0, true)] {
            let data = try Data(contentsOf: scratch.file("model.safetensors"))
            var changed = data
            changed[words.byteOffset + Int(Double(words.byteCount - 1) * place)] ^= 1
            try scratch.write(changed, to: "model.safetensors")
            let other = try fingerprint(scratch)
            XCTAssertNotEqual(other.value, value, "\(place)")
            XCTAssertEqual(other.former != former, isSeenByTheFormer, "\(place)")
            try scratch.write(data, to: "model.safetensors")
        }
    }

    func testTheConfigurationCountsAndItsLayoutDoesNot() throws {
        let scratch = try ScratchFolder()
        try copy(scratch)
        let first = try fingerprint(scratch).value
        let text = try String(contentsOf: scratch.file("config.json"), encoding: .utf8)
        try scratch.write(text.replacingOccurrences(of: "\n", with: " "), to: "config.json")
        XCTAssertEqual(try fingerprint(scratch).value, first)
        try scratch.write(
            text.replacingOccurrences(of: "\"n_positions\"", with: "\"x\": 1, \"n_positions\""),
            to: "config.json")
        XCTAssertNotEqual(try fingerprint(scratch).value, first)
    }

    /// What version 0.1.0 called the fixture, by its `inspect model`.
    func testTheFormerFingerprint() throws {
        let scratch = try ScratchFolder()
        try scratch.write(#"{"a": 1, "b": {"x": 2, "y": 3}}"#, to: "config.json")
        let twin = FixtureFolder.url.appendingPathComponent("torch/twin.safetensors")
        try scratch.write(Data(contentsOf: twin), to: "model.safetensors")
        let former = try Checkpoint(folder: scratch.url).formerFingerprint
        let model = try ModelFixture.model(Checkpoint(folder: source), threads: 1)
        let own = try Checkpoint(folder: source).formerFingerprint
        XCTAssertEqual(own, "92831994d6d2ba60b9765d6be443251e6d6f2f70e723effa3051cc0c1d13b4c4")
        XCTAssertTrue(model.isMeant(by: own))
        XCTAssertTrue(model.isMeant(by: model.fingerprint))
        XCTAssertFalse(model.isMeant(by: former))
        XCTAssertEqual(
            model.upToDate(["model": .string(own), "seed": "1"]),
            ["model": .string(model.fingerprint), "seed": "1"])
        for inputs: JSONObject in [["model": .string(former)], ["seed": "1"], ["model": 5]] {
            XCTAssertEqual(model.upToDate(inputs), inputs)
        }
    }

    // MARK: - What is remembered

    func testWhatWasHashedOnceIsRemembered() throws {
        let (scratch, cache) = (try ScratchFolder(), try ScratchFolder())
        let memory = FingerprintMemory(folder: cache.file("fingerprints"))
        try copy(scratch)
        let value = try fingerprint(scratch).value
        // A file that was written to a moment ago is not remembered: its next change need not show.
        XCTAssertEqual(try fingerprint(scratch, memory, now: .distantPast).value, value)
        XCTAssertFalse(FileManager.default.fileExists(atPath: cache.file("fingerprints").path))
        XCTAssertEqual(try fingerprint(scratch, memory).value, value)
        let entries = try FileManager.default.contentsOfDirectory(atPath: cache.file("fingerprints").path)
        XCTAssertEqual(entries.count, 1)
        // An entry is believed: an altered one that is sound gives another fingerprint.
        let file = cache.file("fingerprints/\(entries[0])")
        let text = try String(contentsOf: file, encoding: .utf8)
        let body = String(text.dropLast(65))
        var altered = body
        altered.removeLast()
        altered.append(body.last == "0" ? "1" : "0")
        try AtomicFile.write(altered + SHA256.hash(Data(altered.utf8)) + "\n", to: file)
        XCTAssertNotEqual(try fingerprint(scratch, memory).value, value)
        // A damaged one is not.
        for damage in [
            altered, altered + String(repeating: "0", count: 64) + "\n", "", "x", String(text.dropLast()),
        ] {
            try AtomicFile.write(damage, to: file)
            XCTAssertEqual(try fingerprint(scratch, memory).value, value, damage)
            XCTAssertEqual(try String(contentsOf: file, encoding: .utf8), text, "it is written anew")
        }
        // A changed file is another one, also of the same size.
        try copy(scratch) { $0[$0.count - 1] ^= 1 }
        XCTAssertNotEqual(try fingerprint(scratch, memory).value, value)
        // Where nothing can be written, all is computed again.
        let blocked = FingerprintMemory(folder: file.appendingPathComponent("below a file"))
        try copy(scratch)
        XCTAssertEqual(try fingerprint(scratch, blocked).value, value)
    }

    /// A pipe in an entry's place is neither waited for nor believed.
    func testPipesInTheMemory() throws {
        let cache = try ScratchFolder()
        let memory = FingerprintMemory(folder: cache.url)
        memory.remember("digest", of: "key")
        let entry = cache.file(try XCTUnwrap(cache.entries.first))
        XCTAssertEqual(unlink(entry.path), 0)
        XCTAssertEqual(mkfifo(entry.path, 0o600), 0)
        XCTAssertNil(memory.digest(of: "key"))
        memory.remember("digest", of: "key")
        XCTAssertNil(memory.digest(of: "key"))
    }

    func testTheMemoryStaysSmall() throws {
        let cache = try ScratchFolder()
        let memory = FingerprintMemory(folder: cache.url)
        for number in 0..<1001 { memory.remember("digest", of: "key \(number)") }
        XCTAssertEqual(try cache.entries.count, 1)
        XCTAssertEqual(memory.digest(of: "key 1000"), "digest")
        XCTAssertNil(memory.digest(of: "key 1"))
    }

    func testManyWritersAtOnce() throws {
        let cache = try ScratchFolder()
        let memory = FingerprintMemory(folder: cache.url)
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            memory.remember("digest of \(index % 4)", of: "key \(index % 4)")
            let found = memory.digest(of: "key \(index % 4)")
            XCTAssertEqual(found, "digest of \(index % 4)")
        }
        XCTAssertEqual(try cache.entries.count, 4)
    }

    func testWhenAFileIsSettled() throws {
        let scratch = try ScratchFolder()
        let file = try scratch.write("x", to: "x")
        let identity = try XCTUnwrap(FileIdentity(path: file.path))
        XCTAssertTrue(identity.isSettled(at: .distantFuture))
        XCTAssertFalse(identity.isSettled(at: .distantPast))
        XCTAssertNil(FileIdentity(path: scratch.file("none").path))
        try scratch.write("y", to: "y")
        XCTAssertNotEqual(FileIdentity(path: scratch.file("y").path), identity)
    }
}
