import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// One of the tiny checkpoints that Scripts/oracle/torch_remedi.py trained on.
struct TrainingFixture {
    static let families = ["gpt2", "llama"]
    let family: String
    let model: LanguageModel

    init(_ family: String, threads: Int = 1) throws {
        try self.init(family, on: CPUBackend(threads: threads))
    }

    init(
        _ family: String, on backend: any ComputeBackend, batchBytes: Int? = nil,
        notice: @escaping @Sendable (MemoryShortage) -> Void = { _ in }
    ) throws {
        try self.init(
            family, in: Self.file(family), on: backend, batchBytes: batchBytes, notice: notice)
    }

    /// A checkpoint from anywhere.
    init(
        _ family: String, in folder: URL, on backend: any ComputeBackend, batchBytes: Int? = nil,
        notice: @escaping @Sendable (MemoryShortage) -> Void = { _ in }
    ) throws {
        self.family = family
        model = try LanguageModel(
            checkpoint: Checkpoint(folder: folder), tokenizer: Tokenizer(folder: folder), name: family,
            backend: backend, batchBytes: batchBytes, notice: notice)
    }

    static func file(_ name: String) -> URL { FixtureFiles.own("training/\(name)") }

    /// The samples of a JSON Lines fixture.
    static func samples(_ name: String = "samples.jsonl") throws -> [Sample] {
        try Dataset.load(.counterfact, file: file(name)).samples
    }

    /// The 64 + 8 cases' run with a linear editor at block 1.
    func run(
        _ options: TrainingOptions, directory: URL, samples: [Sample]? = nil, overwrite: Bool = false,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> TrainingRun {
        try TrainingRun(
            model: model, samples: try samples ?? Self.samples(), options: options, directory: directory,
            datasetName: .counterfact, dataHash: "none", overwrite: overwrite, progress: progress)
    }

    /// Few epochs of a linear editor at block 1.
    static func options(epochs: Int = 3) -> TrainingOptions {
        var options = TrainingOptions()
        options.blocks = [1]
        options.maxEpochs = epochs
        options.optimizer.learningRate = 5e-2
        return options
    }

    /// Tensors by name, and what the losses were.
    func gradients() throws -> (tensors: [String: StoredTensor], losses: JSONValue) {
        let (tensors, metadata) = try SafeTensors.read(Self.file("\(family)/gradients.safetensors"))
        return (
            Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) }),
            try JSONValue(parsing: metadata["losses"] ?? "")
        )
    }
}

/// Editors as the oracle names them.
struct EditorVariant {
    let name: String
    let type: EditorType
    let rank: Int?
    let useEntity: Bool

    static let all = [
        EditorVariant(name: "linear", type: .linear, rank: nil, useEntity: false),
        EditorVariant(name: "linear-rank", type: .linear, rank: 4, useEntity: false),
        EditorVariant(name: "linear-entity", type: .linear, rank: nil, useEntity: true),
        EditorVariant(name: "linear-rank-entity", type: .linear, rank: 4, useEntity: true),
        EditorVariant(name: "biaffine", type: .biaffine, rank: nil, useEntity: false),
        EditorVariant(name: "mlp", type: .mlp, rank: nil, useEntity: false),
        EditorVariant(name: "mlp-entity", type: .mlp, rank: nil, useEntity: true),
        EditorVariant(name: "scalar", type: .scalar, rank: nil, useEntity: false),
    ]

    /// The editor with the oracle's initial parameters.
    func editor(of fixture: TrainingFixture, _ tensors: [String: StoredTensor]) throws -> Editor {
        let shape = EditorShape(hiddenSize: fixture.model.hiddenSize, rank: rank, useEntity: useEntity)
        return try Editor(
            type: type, block: 1, shape: shape,
            values: type.parameters(shape).map {
                try XCTUnwrap(tensors["\(name)/initial/\($0.name)"], name).floats()
            },
            metadata: EditorMetadata(
                model: fixture.model.name, modelFingerprint: fixture.model.fingerprint),
            backend: fixture.model.backend)
    }
}

/// ‖a − b‖₂ / ‖b‖₂.
func relativeDistance(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var difference = 0.0
    var norm = 0.0
    for (x, y) in zip(a, b) {
        difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
        norm += Double(y) * Double(y)
    }
    return norm == 0 ? difference.squareRoot() : (difference / norm).squareRoot()
}
