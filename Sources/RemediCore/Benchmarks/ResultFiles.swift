import Foundation
import LanguageModels

/// `<name>.json` and `<name>_metrics.json` of one benchmark in one folder.
struct ResultFiles {
    let result: URL
    let metrics: URL

    init(folder: URL, name: String) {
        result = folder.appendingPathComponent("\(name).json")
        metrics = folder.appendingPathComponent("\(name)_metrics.json")
    }

    var exist: Bool { FileManager.default.fileExists(atPath: result.path) }

    /// Removes both where they exist.
    func remove() throws {
        for file in [result, metrics] where FileManager.default.fileExists(atPath: file.path) {
            do {
                try FileManager.default.removeItem(at: file)
            } catch {
                throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
            }
        }
    }

    /// Writes both: each one line of JSON.
    func write(_ found: BenchmarkResult) throws {
        try AtomicFile.write(found.json.text(), to: result)
        try AtomicFile.write(found.metricsJSON.text(), to: metrics)
    }

    /// The summary of a result that is there already; nil if there is none.  A metrics file that a killed
    /// run did not get to is made good.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError.unwritable`.
    func summary(_ condition: EvaluationCondition) throws -> EvaluationSummary? {
        guard exist else { return nil }
        guard let data = try? Data(contentsOf: result), let json = try? JSONValue(parsing: data),
            let samples = json["samples"]?.array, let members = json["metrics"]?.object?.members
        else {
            throw RemediError.malformedData(path: result.path, reason: "this is no result file")
        }
        if !FileManager.default.fileExists(atPath: metrics.path) {
            try AtomicFile.write(json["metrics"]!.text(), to: metrics)
        }
        let known = ["samples", "metrics", "skipped"]
        var counts: [String: Int] = [:]
        for (key, value) in json.object!.members where !known.contains(key) { counts[key] = value.integer }
        return EvaluationSummary(
            condition: condition,
            benchmark: result.deletingPathExtension().lastPathComponent, sampleCount: samples.count,
            metrics: members.compactMap { key, value in
                Metric(json: value).map { .init(name: key, metric: $0) }
            },
            skipped: SkippedSamples(json: json["skipped"]), counts: counts, file: result, isReused: true)
    }
}
