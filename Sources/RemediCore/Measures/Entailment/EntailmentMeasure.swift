import Compute
import Foundation
import LanguageModels

/// Does an edit that gives a concept one feature make the model believe in others that go with it?
/// Log-probabilities of the full targets of all of a sample's features before and after the edit, and how
/// they correlate with what people say (Semantics.md §7.9).
///
/// The unedited model's answers are the same for all layers and runs: they are computed once, and kept as the
/// result in `unedited/`.
package struct EntailmentMeasure: Measure {
    package let name = "entailment"
    package let question = "How the model's features agree with people's"
    package let metrics =
        [EntailmentList.original, .coOccurring].flatMap { list in
            [
                Self.correlation(of: list, "logp_pre", "pre").with(\.role, .before),
                Self.correlation(of: list, "logp_post", "post").with(\.before, "\(list.prefix)_corr_pre"),
            ]
        } + Self.changed.map(Self.change)
    package let headings = [
        MeasureHeading(metric: "co_corr_post", "r, co-occurring", .picture),
        MeasureHeading(metric: "orig_corr_post", "r, original", .picture),
        MeasureHeading(metric: "co_delta_p", "Δp, co-occurring"),
    ]
    package let layerCriterion: String? = "co_corr_post"
    package let isChoice = false
    package let manifestKey = "entailments"

    package func preparations(of evaluation: Evaluation) throws -> [MeasureOutput] {
        try outputs(under: .unedited, of: evaluation)
    }

    package func outputs(
        under condition: EvaluationCondition, of evaluation: Evaluation
    ) throws -> [MeasureOutput] {
        var output = MeasureOutput(name, under: condition) { journal, subject in
            let subject = try subject()
            let scores = try condition == .unedited ? nil : unedited(of: subject)
            return try EntailmentQuestions(
                measure: self, subject: subject, batchSize: evaluation.options.batchSize
            ).run(after: scores, journal: journal)
        }
        output.inputs = try evaluation.inputs(of: condition)
        output.inputs["reference_probabilities"] = .string(
            evaluation.options.referenceProbabilities.rawValue)
        return [output]
    }

    private func unedited(of subject: EvaluationSubject) throws -> EntailmentScores {
        let folder = subject.directory.appendingPathComponent(EvaluationCondition.unedited.folder)
        return try EntailmentScores(
            file: folder.appendingPathComponent("\(name).json"), samples: subject.samples)
    }
}

/// The questions about a subject's samples under its condition.
struct EntailmentQuestions {
    let measure: EntailmentMeasure
    let subject: EvaluationSubject
    /// Texts in one packed pass; a sample's are not parted.
    let batchSize: Int

    private var model: LanguageModel { subject.model }
    private var samples: [Sample] { subject.samples }
    private var condition: EvaluationCondition { subject.condition }

    /// - Parameter unedited: what the unedited model says of the samples; nil for the unedited model itself.
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError.interrupted`.
    func run(after unedited: EntailmentScores?, journal: CaseJournal) throws -> MeasureResult {
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
        let isEdited = condition.isEdited
        func entries(_ before: (Int, [Double]) -> [Double], hasAfter: Bool) -> [JSONValue] {
            zip(asked, found).map { asked, found in
                JudgedSample(
                    id: samples[asked.index].id, features: asked.features,
                    before: before(asked.index, found), after: hasAfter ? found : nil
                ).json
            }
        }
        let changes = unedited.map { known in
            entries({ index, _ in known.scores[index] ?? [] }, hasAfter: true)
        }
        let judged = isEdited ? changes ?? [] : entries({ $1 }, hasAfter: false)
        let metrics = EntailmentMetrics(
            measure, judged, changes: changes, hasAfter: isEdited, subject.bootstrap)
        var result = MeasureResult(samples: judged, metrics: metrics.json)
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
        let reader = EntailmentReader(
            model: model, tokenOptions: subject.tokenOptions, isPrefixed: condition == .prefix,
            rules: subject.options.rules)
        return try samples.enumerated().compactMap { index, sample in
            do {
                let features = try EntailmentCase(
                    sample, probabilities: subject.options.referenceProbabilities)
                let direction = try condition.block.map { _ in try subject.directions[index].get() }
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
        let scorer = EndingScorer(
            model: model, block: condition.block, alpha: subject.options.alpha,
            beta: subject.options.beta)
        return try journal.map(
            asked, part: measure.name, batchSize: max(1, batchSize / max(mean, 1)),
            stage: subject.stage(measure.name), progress: subject.progress,
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

/// The unedited model's log-probabilities of all features of samples.
struct EntailmentScores {
    /// By the samples' numbers.
    private(set) var scores: [Int: [Double]] = [:]

    /// Reads the result of the unedited model.
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
