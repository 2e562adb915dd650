import Foundation
import LanguageModels

/// `<name>.json`, `<name>_metrics.json` and, while they are made, the journal of one result in one folder.
struct ResultFiles {
    let result: URL
    /// nil for results that have no such file in the reference.
    let metrics: URL?
    let journal: URL

    init(folder: URL, name: String, hasMetricsFile: Bool = true) {
        result = folder.appendingPathComponent("\(name).json")
        metrics = hasMetricsFile ? folder.appendingPathComponent("\(name)_metrics.json") : nil
        journal = folder.appendingPathComponent(name + CaseJournal.suffix)
    }

    var exist: Bool { Self.exists(result) }
    /// Whether there is a result, or the beginning of one.
    var hasBegun: Bool { exist || Self.exists(journal) }

    private static func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }

    /// Removes all of them where they exist.
    func remove() throws { try remove([result, metrics, journal]) }

    /// Removes all but the journal.
    func removeResult() throws { try remove([result, metrics]) }

    private func remove(_ files: [URL?]) throws {
        for file in files.compactMap({ $0 }) where Self.exists(file) {
            do {
                try FileManager.default.removeItem(at: file)
            } catch {
                throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
            }
        }
    }

    /// Writes result and metrics: each one line of JSON.
    func write(_ found: MeasureResult) throws {
        try AtomicFile.write(found.json.text(), to: result)
        if let metrics { try AtomicFile.write(found.metricsJSON.text(), to: metrics) }
    }

    /// The summary of a result that is there already.  A metrics file that a killed run did not get to is made
    /// good, and a journal that it left is removed.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError.unwritable`.
    func summary(_ condition: EvaluationCondition, title: String) throws -> EvaluationSummary {
        let data = try RegularFile.data(result)
        guard let file = try? JSONValue(parsing: data).object, let count = MeasureResult.sampleCount(of: file)
        else {
            throw RemediError.malformedData(path: result.path, reason: "this is no result file")
        }
        let found = MeasureResult.metrics(of: file)
        if let metrics, !Self.exists(metrics) { try AtomicFile.write(found.text(), to: metrics) }
        try remove([journal])
        var counts: [String: Int] = [:]
        for (key, value) in file.members { counts[key] = value.integer }
        return EvaluationSummary(
            condition: condition, benchmark: title, sampleCount: count,
            metrics: NamedMetric.all(in: found), skipped: SkippedSamples(json: file["skipped"]),
            counts: counts, file: result, isReused: true)
    }
}
