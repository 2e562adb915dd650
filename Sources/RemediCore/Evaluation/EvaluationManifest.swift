import Foundation
import LanguageModels

/// `manifest.json` in an experiment's folder: under `evaluations`, and under other names for other kinds of
/// results, what the results in each folder were made of.  They are reused only by a run with the same inputs.
/// Other members of the file are left alone.
struct EvaluationManifest {
    private let member: String
    private let file: URL
    private var content: JSONObject

    /// Reads the manifest of `directory`, if there is one.
    ///
    /// - Throws: `RemediError.malformedData`.
    init(directory: URL, member: String) throws {
        self.member = member
        file = Self.file(in: directory)
        content = try Self.content(of: file)
    }

    private static func file(in directory: URL) -> URL { directory.appendingPathComponent("manifest.json") }

    private static func content(of file: URL) throws -> JSONObject {
        guard FileManager.default.fileExists(atPath: file.path) else { return JSONObject() }
        let data = try RegularFile.data(file)
        guard let object = try? JSONValue(parsing: data).object else {
            throw RemediError.malformedData(path: file.path, reason: "the manifest is not a JSON object")
        }
        return object
    }

    /// Renames a manifest that cannot be read, so that the results that it told of are computed again.
    ///
    /// - Returns: whether that happened, now or in an earlier run.
    /// - Throws: `RemediError.unwritable`.
    static func setAsideIfDamaged(in directory: URL, progress: any ProgressReporter) throws -> Bool {
        let file = file(in: directory)
        let damaged = file.appendingPathExtension("damaged")
        do {
            _ = try content(of: file)
        } catch RemediError.malformedData(let path, _) {
            guard rename(path, damaged.path) == 0 else {
                throw RemediError.unwritable(path: damaged.path, reason: String(cString: strerror(errno)))
            }
            progress.report(
                .warning(
                    "\(path) is damaged; it is now \(damaged.lastPathComponent), and its results are computed again"
                ))
        }
        return SystemCall.status(damaged.path) != nil
    }

    /// The results that the manifest of `directory` says are complete: `linear/8/efficacy`.
    ///
    /// - Throws: `RemediError.malformedData`.
    static func finished(in directory: URL) throws -> [String] {
        let content = try EvaluationManifest(directory: directory, member: "").content
        return content.members.flatMap { _, kind -> [String] in
            kind.object?.members.flatMap { folder, entry in
                (entry["results"]?.object?.keys ?? []).map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
            } ?? []
        }
    }

    private var entries: JSONObject {
        get { content[member]?.object ?? JSONObject() }
        set { content[member] = .object(newValue) }
    }

    /// Where `inputs` differ from those of the results in `folder`, once `upToDate` has seen to them, a
    /// phrase each; nil without an entry.
    func differences(
        of inputs: JSONObject, folder: String, _ upToDate: (JSONObject) -> JSONObject
    ) -> [String]? {
        guard let there = entries[folder]?["inputs"]?.object else { return nil }
        return Self.differences(inputs, upToDate(there))
    }

    /// The model's fingerprint in the inputs of the results in `folder`.
    func model(of folder: String) -> String? { entries[folder]?["inputs"]?["model"]?.string }

    /// The same for what decides one result beside its folder's inputs.
    func differences(of inputs: JSONObject, result name: String, in folder: String) -> [String] {
        Self.differences(inputs, entries[folder]?["results"]?[name]?["inputs"]?.object ?? JSONObject())
    }

    /// Whether it says that a result is complete.
    func isFinished(_ name: String, in folder: String) -> Bool {
        entries[folder]?["results"]?[name] != nil
    }

    /// Inputs that older manifests do not record: results made without it are used again.
    private static let recordedLater: Set<String> = [
        "tokenizer", "replacement_texts", "document_frequencies", "vocabulary",
    ]

    private static func differences(_ inputs: JSONObject, _ there: JSONObject) -> [String] {
        let keys = inputs.keys + there.keys.filter { inputs[$0] == nil }
        func text(_ value: JSONValue?) -> String { value?.text() ?? "not recorded" }
        return keys.filter { key in
            inputs[key] != there[key] && !(there[key] == nil && recordedLater.contains(key))
        }.map {
            "\($0): \(text(there[$0])) there, \(text(inputs[$0])) now"
        }
    }

    /// Begins an entry anew.
    mutating func start(_ folder: String, inputs: JSONObject, circumstances: JSONObject) throws {
        var entry: JSONObject = ["inputs": .object(inputs)]
        for (key, value) in circumstances.members { entry[key] = value }
        entry["results"] = [:]
        entries[folder] = .object(entry)
        try write()
    }

    /// Notes that a benchmark's files are complete.
    mutating func finish(
        _ benchmark: String, in folder: String, inputs: JSONObject, device: String, start: Date
    ) throws {
        guard var entry = entries[folder]?.object else { preconditionFailure("an entry is started first") }
        var results = entry["results"]?.object ?? JSONObject()
        let now = Date()
        var result: JSONObject = [
            "finished": .string(ISO8601DateFormatter().string(from: now)),
            "seconds": .number((now.timeIntervalSince(start) * 1_000).rounded() / 1_000),
            "device": .string(device),
        ]
        if !inputs.members.isEmpty { result["inputs"] = .object(inputs) }
        results[benchmark] = .object(result)
        entry["results"] = .object(results)
        entries[folder] = .object(entry)
        try write()
    }

    private func write() throws {
        try AtomicFile.write(JSONValue.object(content).text(pretty: true) + "\n", to: file)
    }
}
