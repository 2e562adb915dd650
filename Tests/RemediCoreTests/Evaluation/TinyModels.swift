import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// The tiny random checkpoints with a tokenizer, and the cases that their results are known of.
enum TinyModels {
    static func open(
        _ family: String, on backend: any ComputeBackend = CPUBackend(threads: 2)
    ) throws -> LanguageModel {
        try LanguageModel(folder: FixtureFiles.own("training/\(family)"), name: family, backend: backend)
    }

    /// The GPT-2 checkpoint, copied to `folder`, with one token more in its tokenizer than it has embeddings.
    static func withUnknownToken(spelled text: String, in folder: URL) throws -> LanguageModel {
        let source = FixtureFiles.own("training/gpt2")
        for name in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
        var tokenizer = try String(
            contentsOf: source.appendingPathComponent("tokenizer.json"), encoding: .utf8)
        let added = try XCTUnwrap(tokenizer.range(of: #""added_tokens":"#))
        let list = try XCTUnwrap(tokenizer[added.upperBound...].firstIndex(of: "["))
        tokenizer.insert(
            contentsOf: #"""
                {"id": 400, "content": "\#(text)", "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": false},
                """#, at: tokenizer.index(after: list))
        try AtomicFile.write(tokenizer, to: folder.appendingPathComponent("tokenizer.json"))
        return try LanguageModel(folder: folder, name: "gpt2", backend: CPUBackend(threads: 1))
    }

    /// The Llama checkpoint, which has rotary positions and can read any length, with room for 256 tokens.
    static func withLongContext(in folder: URL) throws -> LanguageModel {
        let source = FixtureFiles.own("training/llama")
        for name in ["model.safetensors", "tokenizer.json"] {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
        let file = source.appendingPathComponent("config.json")
        var configuration = try XCTUnwrap(try JSONValue(parsing: Data(contentsOf: file)).object)
        configuration["max_position_embeddings"] = 256
        try AtomicFile.write(
            JSONValue.object(configuration).text(), to: folder.appendingPathComponent("config.json"))
        return try LanguageModel(folder: folder, name: "llama", backend: CPUBackend(threads: 2))
    }

    /// The GPT-2 checkpoint, copied to `folder`, with a NaN in some of its weights.
    ///
    /// - Parameter rows: of a matrix `tensor` [·, D], those that are spoiled.
    static func withNaN(in tensor: String, rows: Range<Int>, folder: URL) throws -> LanguageModel {
        let source = FixtureFiles.own("training/gpt2")
        for name in ["config.json", "tokenizer.json"] {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
        let (tensors, metadata) = try SafeTensors.read(source.appendingPathComponent("model.safetensors"))
        var isFound = false
        let outputs = tensors.map { stored -> SafeTensors.Output in
            var values = stored.floats()
            if stored.name.hasSuffix(tensor), let width = stored.shape.last {
                isFound = true
                for row in rows { values[row * width] = .nan }
            }
            return SafeTensors.Output(name: stored.name, shape: stored.shape, values: values)
        }
        XCTAssertTrue(isFound, tensor)
        try SafeTensors.write(
            outputs, metadata: metadata, to: folder.appendingPathComponent("model.safetensors"))
        return try LanguageModel(folder: folder, name: "gpt2", backend: CPUBackend(threads: 1))
    }

    /// The cases, with the one whose prompt lacks its entity, which the reader leaves out: benchmarks leave it
    /// out themselves.
    static func cases() throws -> Dataset {
        let read = try Dataset.load(.counterfact, file: FixtureFiles.own("evaluation/cases.json"))
        return Dataset(name: .counterfact, samples: read.all, fileHash: read.fileHash)
    }

    static let editors = FixtureFiles.own("evaluation")
}

/// Keeps every event.
final class RecordedProgress: ProgressReporter, @unchecked Sendable {
    private let lock = NSLock()
    private var recorded: [ProgressEvent] = []
    private let stopsAfter: Int?

    /// - Parameter stopsAfter: asks to stop after that many `advanced` events.
    init(stopsAfter: Int? = nil) { self.stopsAfter = stopsAfter }

    func report(_ event: ProgressEvent) { lock.withLock { recorded.append(event) } }

    var stopRequested: Int32? {
        guard let stopsAfter else { return nil }
        return advances >= stopsAfter ? 15 : nil
    }

    var advances: Int {
        lock.withLock { recorded.count { if case .advanced = $0 { true } else { false } } }
    }

    var messages: [String] {
        lock.withLock { recorded.compactMap { if case .message(let text) = $0 { text } else { nil } } }
    }

    var warnings: [String] {
        lock.withLock { recorded.compactMap { if case .warning(let text) = $0 { text } else { nil } } }
    }

    var stages: [String] {
        lock.withLock { recorded.compactMap { if case .started(let stage, _) = $0 { stage } else { nil } } }
    }
}
