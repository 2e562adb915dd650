import Foundation
import LanguageModels

/// How the training of one editor went.
package struct StoredTraining: Sendable {
    package struct Epoch: Sendable, Equatable {
        package var number: Int
        /// Means by term, `loss` among them.
        package var train: [(name: String, value: Double)]
        package var validation: [(name: String, value: Double)]
        package var seconds: Double?

        package static func == (a: Epoch, b: Epoch) -> Bool {
            a.number == b.number && a.seconds == b.seconds
                && a.train.elementsEqual(b.train, by: ==) && a.validation.elementsEqual(b.validation, by: ==)
        }
    }

    package let type: String
    package let layer: Int
    package let epochs: [Epoch]
    /// The manifest; empty for an editor that is still trained, or of the reference.
    package let manifest: JSONObject

    /// Reads an editor's folder; nil if it holds nothing about a training.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError`.
    init?(folder: URL, type: String, layer: Int) throws {
        self.type = type
        self.layer = layer
        let log = folder.appendingPathComponent("metrics.jsonl")
        let manifest = folder.appendingPathComponent("manifest.json")
        func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
        guard exists(log) || exists(manifest) else { return nil }
        self.manifest = exists(manifest) ? try StoredResult.read(manifest).object ?? [:] : [:]
        epochs = exists(log) ? try JSONLines.read(log).compactMap(Self.epoch) : []
        if epochs.isEmpty, self.manifest["result"] == nil { return nil }
    }

    private static func epoch(_ line: JSONValue) -> Epoch? {
        func terms(_ json: JSONValue?) -> [(name: String, value: Double)] {
            (json?.object?.members ?? []).compactMap { key, value in value.double.map { (key, $0) } }
        }
        guard let number = line["epoch"]?.integer, (0..<1_000_000_000).contains(number) else { return nil }
        return Epoch(
            number: number, train: terms(line["train"]), validation: terms(line["validation"]),
            seconds: line["seconds"]?.double)
    }

    /// Epochs after the first measurement, which comes before any step.
    package var epochCount: Int { result("epochs")?.integer ?? epochs.map(\.number).max() ?? 0 }

    package var bestEpoch: Int? { result("best_epoch")?.integer ?? best?.number }

    package var bestValidationLoss: Double? {
        result("best_validation_loss")?.double ?? best?.validation.first { $0.name == "loss" }?.value
    }

    package var seconds: Double? {
        result("seconds")?.double ?? (epochs.isEmpty ? nil : epochs.reduce(0) { $0 + ($1.seconds ?? 0) })
    }

    package var isFinished: Bool { manifest["result"] != nil }
    package var trainingSamples: Int? { manifest["data"]?["training_samples"]?.integer }
    package var validationSamples: Int? { manifest["data"]?["validation_samples"]?.integer }

    private func result(_ key: String) -> JSONValue? { manifest["result"]?[key] }

    private var best: Epoch? {
        func loss(_ epoch: Epoch) -> Double {
            epoch.validation.first { $0.name == "loss" }?.value ?? .infinity
        }
        return epochs.filter { loss($0).isFinite }.min { loss($0) < loss($1) }
    }

    package var json: JSONValue {
        [
            "type": .string(type), "layer": .integer(layer), "epochs": .integer(epochCount),
            "best_epoch": bestEpoch.map { .integer($0) } ?? .null,
            "best_validation_loss": bestValidationLoss.map { .number($0) } ?? .null,
            "seconds": seconds.map { .number($0) } ?? .null, "finished": .bool(isFinished),
        ]
    }
}
