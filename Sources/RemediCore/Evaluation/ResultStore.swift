import Foundation
import LanguageModels

/// The results in one experiment's folder.  What is there and fits is used again, what was begun is
/// continued, and what does not fit is refused or, if asked for, replaced.
package final class ResultStore {
    package let directory: URL
    private let replaces: Bool
    private let device: String
    private let progress: any ProgressReporter
    private let model: LanguageModel?
    private let lock: FolderLock
    /// Whether the manifest was damaged, now or in an earlier run: results that no manifest tells of are ours.
    private let lostManifest: Bool
    /// Whether it was told that results name the fingerprint of version 0.1.0.
    private var hasWarned = false

    /// Locks the folder for as long as the store lives.
    ///
    /// - Parameters:
    ///   - replaces: computes results again that are there already.
    ///   - device: where results are computed, for the manifest.
    ///   - model: results that name its former fingerprint are its own.
    ///   - progress: hears of damaged journals.
    /// - Throws: `LanguageModelError.locked`, `.unwritable`.
    package init(
        directory: URL, replaces: Bool, device: String, model: LanguageModel? = nil,
        progress: any ProgressReporter = SilentProgress()
    ) throws {
        self.model = model
        self.directory = directory
        self.replaces = replaces
        self.device = device
        self.progress = progress
        lock = try FolderLock(folder: directory)
        lostManifest = try EvaluationManifest.setAsideIfDamaged(in: directory, progress: progress)
    }

    /// Opens a folder of results that share their inputs.
    ///
    /// - Parameters:
    ///   - folder: below the experiment's folder, such as `linear/1`; empty for the folder itself.
    ///   - kind: the member of the manifest: `evaluations`, `classifications`, …
    ///   - names: every result that runs of this kind may write there.
    ///   - inputs: everything that decides the results, one flat object.
    ///   - circumstances: what is good to know but changes no result.
    /// - Throws: `RemediError.resultsDiffer`, `.malformedData`; `LanguageModelError.unwritable`.
    package func section(
        _ folder: String, kind: String, names: [String], inputs: JSONObject, circumstances: JSONObject
    ) throws -> ResultSection {
        let place = folder.isEmpty ? directory : directory.appendingPathComponent(folder)
        var manifest = try EvaluationManifest(directory: directory, member: kind)
        let files = names.map { ResultFiles(folder: place, name: $0) }
        let differences =
            manifest.differences(of: inputs, folder: folder) { self.model?.upToDate($0) ?? $0 } ?? [
                "no manifest says how it was made"
            ]
        if !differences.isEmpty {
            guard replaces || lostManifest || !files.contains(where: \.hasBegun) else {
                throw RemediError.resultsDiffer(path: place.path, differences: differences)
            }
            for file in files { try file.remove() }
            try manifest.start(folder, inputs: inputs, circumstances: circumstances)
        } else if let model = manifest.model(of: folder), ModelFingerprint.isFormer(model), !hasWarned {
            hasWarned = true
            progress.report(
                .warning(
                    "\(directory.path): results of version 0.1.0 are used, which knew the model by the first and"
                        + " last 4 KiB of every tensor; --overwrite computes them again"))
        }
        return ResultSection(
            folder: folder, place: place, inputs: inputs, replaces: replaces, device: device,
            directory: directory, kind: kind, progress: progress)
    }
}

/// A folder of results that share their inputs; see `ResultStore.section`.
package struct ResultSection {
    let folder: String
    /// Where the files lie.
    package let place: URL
    let inputs: JSONObject
    let replaces: Bool
    let device: String
    let directory: URL
    let kind: String
    let progress: any ProgressReporter

    /// The result `name`: read if it is there, else made by `compute` from where its journal ends.
    ///
    /// - Parameters:
    ///   - title: what tables call it; nil: its name.
    ///   - inputs: what decides this result besides the section's inputs.
    ///   - hasMetricsFile: whether the reference writes `…_metrics.json` beside it.
    /// - Throws: `RemediError.resultsDiffer`, `.malformedData`; `LanguageModelError.unwritable`; what
    ///   `compute` throws.
    package func result(
        _ name: String, title: String? = nil, condition: EvaluationCondition, inputs own: JSONObject = [:],
        hasMetricsFile: Bool = true, _ compute: (CaseJournal) throws -> MeasureResult
    ) throws -> EvaluationSummary {
        let files = ResultFiles(folder: place, name: name, hasMetricsFile: hasMetricsFile)
        var manifest = try EvaluationManifest(directory: directory, member: kind)
        var all = inputs
        for (key, value) in own.members { all[key] = value }
        if files.exist, !manifest.isFinished(name, in: folder),
            try CaseJournal.exists(files.journal, inputs: all)
        {
            // A run was killed between its last two steps; the journal says it all.
            try files.removeResult()
        }
        if files.exist {
            let differences = manifest.differences(of: own, result: name, in: folder)
            if differences.isEmpty, !replaces {
                do {
                    return try files.summary(condition, title: title ?? name)
                } catch RemediError.malformedData(let path, let reason) {
                    progress.report(.warning("\(path) is damaged (\(reason)); it is computed again"))
                }
            }
            guard replaces || differences.isEmpty else {
                throw RemediError.resultsDiffer(path: files.result.path, differences: differences)
            }
            try files.remove()
        }
        let start = Date()
        let journal = try CaseJournal(file: files.journal, inputs: all, progress: progress)
        let found = try compute(journal)
        try files.write(found)
        try manifest.finish(name, in: folder, inputs: own, device: device, start: start)
        try journal.remove()
        return EvaluationSummary(
            condition: condition, benchmark: title ?? name,
            sampleCount: MeasureResult.sampleCount(of: found.body) ?? 0,
            metrics: NamedMetric.all(in: found.metricsJSON), skipped: found.skipped, counts: found.counts,
            file: files.result, isReused: false)
    }
}
