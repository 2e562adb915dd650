import Compute
import Foundation
import LanguageModels

/// `manifest.json` beside a finished editor: what it was made from, with what, when, and how it went.
struct TrainingManifest {
    static func file(in folder: URL) -> URL { folder.appendingPathComponent("manifest.json") }

    /// Everything that decides the editor's bytes, one flat object: options that change nothing numerically
    /// (memory, threads) are not in it.
    static func inputs(
        options: TrainingOptions, editor: PlannedEditor, data: TrainingData, model: LanguageModel,
        initialEditor: String?
    ) -> JSONObject {
        var inputs = options.hyperparameters(dataset: data.dataset)
        inputs["rank"] = editor.shape.rank.map { .integer($0) } ?? .null
        inputs["use_entity"] = .bool(editor.shape.useEntity)
        if options.randomStreams == .shared {
            // The shapes of earlier editors decide where in the stream this one begins.
            inputs["rank"] = options.rank.map { .integer($0) } ?? .null
            inputs["use_entity"] = .bool(options.useEntity)
            inputs["editor_types"] = .array(options.editorTypes.map { .string($0.rawValue) })
            inputs["layers"] = options.blocks.map { .array($0.map { .integer($0) }) } ?? .null
        }
        inputs["initial_editor"] = initialEditor.map { .string($0) } ?? .null
        inputs["dataset"] = .string(data.dataset.rawValue)
        inputs["samples"] = .string(data.samplesHash)
        inputs["model"] = .string(model.fingerprint)
        if let type = model.elementType { inputs["weights"] = .string(type.rawValue) }
        if options.isHalfPrecision { inputs["editor_precision"] = "float16" }
        return inputs
    }

    /// The inputs of the manifest in `folder`, nil if there is none.
    ///
    /// - Throws: `RemediError.malformedData`.
    static func inputs(in folder: URL) throws -> JSONObject? {
        let file = file(in: folder)
        guard let content = try read(file) else { return nil }
        guard let inputs = content["inputs"]?.object else {
            throw RemediError.malformedData(path: file.path, reason: "\"inputs\" is missing")
        }
        return inputs
    }

    /// The record of the finished training in the manifest of `folder`.
    ///
    /// - Throws: `RemediError.malformedData`.
    static func result(in folder: URL) throws -> JSONValue? { try read(file(in: folder))?["result"] }

    /// How many samples the training in `folder` was given, those it left out included.
    static func sampleCount(in folder: URL) throws -> Int? {
        guard let data = try read(file(in: folder))?["data"],
            let training = data["training_samples"]?.integer,
            let validation = data["validation_samples"]?.integer
        else { return nil }
        let dropped = data["dropped"]?.object?.members.map { $0.value.array?.count ?? 0 } ?? []
        return training + validation + dropped.reduce(0, +)
    }

    private static func read(_ file: URL) throws -> JSONValue? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try JSONValue(parsing: try RegularFile.data(file))
        } catch let error as JSONError {
            throw RemediError.malformedData(
                path: file.path, reason: "\(error.reason) at byte \(error.byte)")
        }
    }

    /// Where two sets of inputs differ, a phrase each: `learning_rate: 0.001 there, 0.01 now`.
    static func differences(stored: JSONObject, wanted: JSONObject) -> [String] {
        let keys = wanted.keys + stored.keys.filter { wanted[$0] == nil }
        return keys.compactMap { key in
            let (there, now) = (stored[key], wanted[key])
            guard there != now else { return nil }
            func text(_ value: JSONValue?) -> String { value?.text() ?? "not recorded" }
            return "\(key): \(text(there)) there, \(text(now)) now"
        }
    }

    /// Writes the manifest of a finished editor.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    static func write(
        to folder: URL, editor: Editor, inputs: JSONObject, data: TrainingData, model: LanguageModel,
        times: (start: Date, end: Date), result: JSONObject
    ) throws {
        let dates = ISO8601DateFormatter()
        var dropped = JSONObject()
        for group in data.dropped { dropped[group.reason] = .array(group.ids.map { .string($0) }) }
        let manifest: JSONObject = [
            "kind": "editor",
            "version": .string(RemediVersion.current),
            "type": .string(editor.type.rawValue),
            "layer": .integer(editor.block),
            "seed": inputs["seed"] ?? .null,
            "model": ["name": .string(model.name), "fingerprint": .string(model.fingerprint)],
            "data": [
                "dataset": .string(data.dataset.rawValue), "file_sha256": .string(data.fileHash),
                "training_samples": .integer(data.trainingCount),
                "validation_samples": .integer(data.examples.count - data.trainingCount),
                "dropped": .object(dropped),
            ],
            "device": .string(model.backend.deviceDescription),
            "started": .string(dates.string(from: times.start)),
            "finished": .string(dates.string(from: times.end)),
            "inputs": .object(inputs),
            "result": .object(result),
        ]
        try AtomicFile.write(JSONValue.object(manifest).text(pretty: true) + "\n", to: file(in: folder))
    }
}

extension TrainingOptions {
    /// The settings that decide the result besides model, data and the editor's shape, under the names of the
    /// options.
    func hyperparameters(dataset: DatasetName) -> JSONObject {
        func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        var result: JSONObject = [
            "seed": .string(String(seed)),
            "batch_size": .integer(batchSize),
            "max_epochs": .integer(maxEpochs),
            "patience": .integer(patience),
            "hold_out": .number(holdOut),
            "lr": number(optimizer.learningRate),
            "beta1": number(optimizer.beta1),
            "beta2": number(optimizer.beta2),
            "epsilon": number(optimizer.epsilon),
            "weight_decay": number(optimizer.weightDecay),
            "lam_m": .number(mediatedWeight),
            "lam_u": .number(unmediatedWeight(for: dataset)),
            "lam_kl": .number(divergenceWeight),
            "lam_norm": .number(normWeight ?? 0),
            "lam_ess": .number(essenceWeight ?? 0),
            "kl": .string(divergence.rawValue),
            "keep": .string(keep.rawValue),
            "shuffle": .bool(shuffle),
            "random_streams": .string(randomStreams.rawValue),
            "weighs_samples": .bool(weighsSamples),
            "alpha": .number(alpha),
            "beta": .number(beta),
            "use_all_entity_tokens": .bool(tokens.useAllEntityTokens),
            "first_byte_token": .bool(tokens.firstByteToken),
            "attribute_no_entity": .bool(tokens.attributeWithoutEntity),
        ]
        if let mentions = tokens.mentionInput { result["mentions"] = mentions }
        return result
    }
}
