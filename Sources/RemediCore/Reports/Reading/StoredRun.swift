import Foundation
import LanguageModels

/// A folder of results, ours or the reference's, as it lies on disk.
package struct StoredRun: Sendable {
    package let folder: URL
    /// The experiment's folder's name; of an editor's or baseline's folder `RUN/linear/8`.
    package let name: String
    package private(set) var trainings: [StoredTraining] = []
    package private(set) var results: [StoredResult] = []
    package let facts: RunFacts
    /// nil of a run that is no sweep.
    package let sweep: StoredSweep?

    var isEmpty: Bool { trainings.isEmpty && results.isEmpty }

    /// Reads an experiment's folder, or the folder of one of its editors or baselines.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError`.
    package init(_ folder: URL) throws {
        self.folder = folder
        let found = try Self.scan(folder)
        let below = folder.pathComponents.dropFirst(found.root.pathComponents.count)
        name = ([found.root.lastPathComponent] + below).joined(separator: "/")
        facts = try RunFacts(folder: found.root, editors: found.editors.map(\.folder))
        sweep = try StoredSweep(folder: folder)
        trainings = try found.editors.compactMap {
            try StoredTraining(folder: $0.folder, type: $0.type, layer: $0.layer)
        }
        for file in found.files {
            for part in try StoredResult.parts(of: file.url, place: file.place) {
                let result = StoredResult(part, file: file.url)
                if !result.metrics.isEmpty { results.append(result) }
            }
        }
        try Measures.all.forEach { try addChanges(of: $0) }
        results.sort { ResultPlace.precedes($0.place, $1.place) }
        trainings.sort { ($0.type, $0.layer) < ($1.type, $1.layer) }
    }

    /// Reads a folder that must hold results.
    ///
    /// - Throws: `RemediError.noResults`, `.malformedData`; `LanguageModelError`.
    package init(existing folder: URL) throws {
        try Self.requireFolder(folder)
        try self.init(folder)
        if isEmpty { throw RemediError.noResults(path: folder.path) }
    }

    /// The runs in `folder`: itself, or the folders in it, up to three deep.
    ///
    /// - Throws: `RemediError.noResults`, `.malformedData`; `LanguageModelError`.
    package static func runs(in folder: URL) throws -> [StoredRun] {
        try requireFolder(folder)
        let found = try runs(in: folder, depth: 3)
        if found.isEmpty { throw RemediError.noResults(path: folder.path) }
        return found
    }

    private static func requireFolder(_ folder: URL) throws {
        guard Self.isFolder(folder) else {
            throw LanguageModelError.unreadable(path: folder.path, reason: "there is no such folder")
        }
    }

    private static func runs(in folder: URL, depth: Int) throws -> [StoredRun] {
        let run = try StoredRun(folder)
        if !run.isEmpty { return [run] }
        guard depth > 0 else { return [] }
        return try entries(of: folder).filter(Self.isFolder).flatMap {
            try runs(in: $0, depth: depth - 1)
        }
    }

    static func isFolder(_ url: URL) -> Bool {
        (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
    }

    /// The entries of a folder by name, without hidden files.
    static func entries(of folder: URL) throws -> [URL] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { folder.appendingPathComponent($0) }
        } catch {
            throw LanguageModelError.unreadable(path: folder.path, reason: error.localizedDescription)
        }
    }

    /// Adds derived metrics that a baseline's samples give only beside those of another condition.
    private mutating func addChanges(of measure: any Measure) throws {
        let prefix = EvaluationCondition.prefix.label
        let mine = results.indices.filter { results[$0].place.benchmark == measure.name }
        let names = SampleReader.derivedMetrics(of: measure.name)
        guard let first = names.first,
            let index = mine.first(where: {
                results[$0].place.condition == prefix && results[$0][first] == nil
            }), let other = mine.first(where: { results[$0].place.condition != prefix }),
            let merged = measure.merged(
                baseline: try results[index].samples(), other: try results[other].samples())
        else { return }
        let reader = SampleReader(benchmark: measure.name)
        let bootstrap = Bootstrap(seed: StoredResult.bootstrapSeed)
        for name in names {
            let values = reader.values(of: name, in: merged).map(\.mean)
            guard !values.isEmpty else { continue }
            let found = Metric(values: values, bootstrap: bootstrap, key: "\(measure.name).\(name)")
            results[index].metrics.append(StoredMetric(name, found))
        }
    }

    package var json: JSONValue {
        [
            "name": .string(name), "folder": .string(folder.path), "facts": facts.json,
            "sweep": sweep?.json ?? .null, "training": .array(trainings.map(\.json)),
            "results": .array(results.map(\.json)),
        ]
    }
}
