import Foundation
import LanguageModels

/// Facts about a run from manifests, `experiment.json` and the files of arguments.
package struct RunFacts: Sendable, Equatable {
    package struct Fact: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    package private(set) var facts: [Fact] = []

    package subscript(name: String) -> String? { facts.first { $0.name == name }?.value }

    /// - Parameter editors: folders of editors that may have been trained here.
    /// - Throws: `RemediError.malformedData`, `LanguageModelError`.
    init(folder: URL, editors: [URL]) throws {
        let manager = FileManager.default
        func json(_ name: String) throws -> JSONValue? {
            let file = folder.appendingPathComponent(name)
            return manager.fileExists(atPath: file.path) ? try StoredResult.read(file) : nil
        }
        let experiment = try json("experiment.json")
        let manifest = try json("manifest.json")
        let evaluations = ["evaluations", "classifications"].flatMap {
            manifest?[$0]?.object?.members.map(\.value) ?? []
        }
        let runs = evaluations.flatMap { $0["results"]?.object?.members.map(\.value) ?? [] }
        let arguments = try Self.arguments(in: folder)
        let editor = try Self.manifest(of: editors)
        let settings = experiment?["settings"]
        func all(_ values: [JSONValue?]) -> String? { Self.joined(values.compactMap { $0 }) }
        add("experiment", all([experiment?["experiment"]]))
        add(
            "model",
            all(evaluations.map { $0["model_name"] } + [editor?["model"]?["name"]])
                ?? all([settings?["model"], arguments?["model"]]))
        add(
            "model fingerprint",
            Self.short(
                all(
                    (evaluations + runs).map { $0["inputs"]?["model"] } + [
                        editor?["model"]?["fingerprint"]
                    ])))
        add(
            "data set",
            all(
                evaluations.map { $0["inputs"]?["dataset"] } + [
                    settings?["dataset"], editor?["data"]?["dataset"],
                ]) ?? all([arguments?["dataset"]]))
        add(
            "data file SHA-256",
            Self.short(all(evaluations.map { $0["inputs"]?["data"] } + [editor?["data"]?["file_sha256"]])))
        add("split", all(evaluations.map { $0["inputs"]?["split"] }))
        add("samples", all(evaluations.map { $0["samples"] }))
        add("training samples", all([editor?["data"]?["training_samples"]]))
        add("validation samples", all([editor?["data"]?["validation_samples"]]))
        add("editors", all(evaluations.map { $0["editors"] }))
        add(
            "seed",
            all(evaluations.map { $0["inputs"]?["seed"] } + [experiment?["seed"]])
                ?? all([arguments?["seed"]]))
        add("remedi", all(evaluations.map { $0["inputs"]?["version"] } + [experiment?["version"]]))
        add("device", all(runs.map { $0["device"] } + [editor?["device"]]))
        add("finished", runs.compactMap { $0["finished"]?.string }.max() ?? editor?["finished"]?.string)
    }

    private mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { facts.append(Fact(name: name, value: value)) }
    }

    /// Distinct values in order of appearance.
    private static func joined(_ values: [JSONValue]) -> String? {
        var texts: [String] = []
        for value in values where !value.isNull {
            let text = value.string ?? value.text()
            // Python's word for what was not given.
            if text != "None", !texts.contains(text) { texts.append(text) }
        }
        return texts.isEmpty ? nil : texts.joined(separator: ", ")
    }

    /// The first digits of hashes, and what is said beside them.
    private static func short(_ hashes: String?) -> String? {
        guard let hashes else { return nil }
        return hashes.split(separator: " ").map { word in
            let digits = word.prefix { $0.isHexDigit }
            return digits.count >= 32 ? digits.prefix(12) + word.dropFirst(digits.count) : word
        }.joined(separator: " ")
    }

    /// The newest file of arguments, the only trace that the reference leaves.
    private static func arguments(in folder: URL) throws -> JSONValue? {
        let files = try StoredRun.entries(of: folder).filter {
            $0.lastPathComponent.hasPrefix("args-") && $0.pathExtension == "json"
        }
        return try files.last.map(StoredResult.read)
    }

    /// The manifest of the first editor that has one.
    private static func manifest(of editors: [URL]) throws -> JSONValue? {
        try editors.map { $0.appendingPathComponent("manifest.json") }
            .first { FileManager.default.fileExists(atPath: $0.path) }.map(StoredResult.read)
    }

    package var json: JSONValue {
        var object = JSONObject()
        for fact in facts { object[fact.name] = .string(fact.value) }
        return .object(object)
    }
}
