import Compute
import Foundation
import LanguageModels

/// Does an edit that gives a concept one feature make the model believe in others that go with it?
/// Log-probabilities of the full targets of all of a sample's features before and after the edit, and how
/// they correlate with what people say (Semantics.md §7.9).
struct EntailmentBenchmark {
    let model: LanguageModel
    let samples: [Sample]
    let condition: EvaluationCondition
    /// Given exactly if the condition is `.edited`.
    let editor: Editor?
    let alpha: Double
    let beta: Double
    let probabilities: ReferenceProbabilities
    let mentions: MentionRule
    let rules: EvaluationRules
    /// Texts in one packed pass; a sample's are not parted.
    let batchSize: Int
    let bootstrap: Bootstrap
    let progress: any ProgressReporter

    /// - Parameter unedited: what the unedited model says of the samples; nil for the unedited model itself.
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError.interrupted`.
    func run(after unedited: EntailmentScores?, journal: CaseJournal) throws -> BenchmarkResult {
        var skipped = SkippedSamples()
        let all = try self.asked(&skipped)
        let scored = try scores(of: all, journal)
        // A sample that the unedited model has no finite numbers for has nothing to be compared with.
        let usable = all.indices.filter { place in
            scored[place].allSatisfy(\.isFinite)
                && (unedited == nil || unedited?.scores[all[place].index]?.count == scored[place].count)
        }
        for place in Set(all.indices).subtracting(usable).sorted() {
            skipped.add(samples[all[place].index].id, .notFinite)
        }
        let (asked, found) = (usable.map { all[$0] }, usable.map { scored[$0] })
        let isEdited = condition.block != nil
        let judged = zip(asked, found).map { asked, found -> JudgedSample in
            let before = unedited?.scores[asked.index]
            return JudgedSample(
                id: samples[asked.index].id, features: asked.features,
                before: isEdited ? before ?? [] : found, after: isEdited ? found : nil,
                change: before.map { ($0, found) })
        }
        let metrics = EntailmentMetrics(
            judged, hasAfter: isEdited, hasChange: unedited != nil, bootstrap: bootstrap)
        var result = BenchmarkResult(samples: judged.map(\.json), metrics: metrics.json)
        result.skipped = skipped
        result.counts = metrics.counts
        return result
    }

    /// A sample that can be asked about.
    private struct Asked {
        let index: Int
        let features: EntailmentCase
        let endings: [ScoredEnding]
    }

    private func asked(_ skipped: inout SkippedSamples) throws -> [Asked] {
        let directions = try editor.map {
            try SharedDirections(
                model: model, samples: samples, editors: [$0], mentions: mentions, progress: progress
            ).directions(of: $0)
        }
        let tokenOptions = (editor?.tokenOptions ?? TokenOptions()).taking(mentions: mentions)
        let reader = EntailmentReader(
            model: model, tokenOptions: tokenOptions, isPrefixed: condition == .prefix, rules: rules)
        return try samples.enumerated().compactMap { index, sample in
            do {
                let features = try EntailmentCase(sample, probabilities: probabilities)
                let direction = try directions?[index].get()
                return Asked(
                    index: index, features: features,
                    endings: try reader.endings(
                        of: sample, features.features, edit: direction.map { (index, $0) }))
            } catch let reason as SkipReason {
                skipped.add(sample.id, reason)
                return nil
            }
        }
    }

    /// The full log-probability of every feature of every sample.
    private func scores(of asked: [Asked], _ journal: CaseJournal) throws -> [[Double]] {
        let mean = asked.reduce(0) { $0 + $1.endings.count } / max(asked.count, 1)
        let scorer = EndingScorer(model: model, block: condition.block, alpha: alpha, beta: beta)
        return try journal.map(
            asked, part: "entailment", batchSize: max(1, batchSize / max(mean, 1)),
            stage: condition.block.map { "entailment, \(condition.label), layer \($0)" }
                ?? "entailment, \(condition.label)", progress: progress,
            fits: { $0.endings.count == $1.count }
        ) { batch in
            let found = try scorer.scores(of: batch.flatMap(\.endings)).map(\.full)
            var first = 0
            return batch.map { asked in
                defer { first += asked.endings.count }
                return Array(found[first..<first + asked.endings.count])
            }
        }
    }
}

/// What the unedited model says of samples: the log-probabilities of all their features.
struct EntailmentScores {
    /// By the samples' numbers.
    private(set) var scores: [Int: [Double]] = [:]

    /// Reads the result that `EntailmentBenchmark` wrote of the unedited model.
    ///
    /// - Throws: `RemediError.malformedData` if it does not fit the samples.
    init(file: URL, samples: [Sample]) throws {
        guard let data = try? RegularFile.data(file), let json = try? JSONValue(parsing: data),
            let found = json["samples"]?.array
        else { throw RemediError.malformedData(path: file.path, reason: "this is no result file") }
        var index = 0
        for entry in found {
            while index < samples.count, entry["id"]?.string != samples[index].id { index += 1 }
            guard index < samples.count else {
                throw RemediError.malformedData(path: file.path, reason: "it is about other samples")
            }
            scores[index] = EntailmentList.allCases.flatMap { list in
                (entry[list.rawValue]?.array ?? []).map { $0["logp_pre"]?.double ?? .nan }
            }
            index += 1
        }
    }
}
