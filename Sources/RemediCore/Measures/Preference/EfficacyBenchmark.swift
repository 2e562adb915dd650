import Foundation
import LanguageModels

/// Does the edited model find target_mediated likelier than target_unmediated behind a prompt?
/// Score = mean of [p_t > p_c], magnitude = mean of p_t − p_c (Semantics.md §7.1).
package struct EfficacyBenchmark: Benchmark {
    package enum Prompt: String, Sendable {
        /// The sample's prompt.
        case efficacy
        /// CounterFact's `requested_rewrite.prompt` with the subject filled in, as ROME measures it.
        case rewrite
    }

    package let prompt: Prompt

    package init(_ prompt: Prompt) { self.prompt = prompt }

    package var name: String { prompt.rawValue }

    package func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> BenchmarkResult {
        var skipped = SkippedSamples()
        var asked: [(sample: Sample, text: String, prompt: ScoredPrompt)] = []
        for (index, sample) in subject.samples.enumerated() {
            do {
                let text = try text(for: sample)
                let prompt = try subject.scoredPrompt(
                    text, of: index, target: sample.targetMediated, comparator: sample.targetUnmediated)
                asked.append((sample, text, prompt))
            } catch let reason as SkipReason {
                skipped.add(sample.id, reason)
            }
        }
        let found = try subject.scores(of: asked.map(\.prompt), benchmark: name, journal)
        for (asked, score) in zip(asked, found) where !score.isFinite {
            skipped.add(asked.sample.id, .notFinite)
        }
        asked = zip(asked, found).filter { $1.isFinite }.map(\.0)
        let scores = found.filter(\.isFinite)
        let samples = zip(asked, scores).map { asked, score in
            score.json(
                id: asked.sample.id, prompt: asked.text, given: asked.prompt.given,
                showing: subject.options.rules.shownPrompt)
        }
        var result = BenchmarkResult(
            samples: samples,
            metrics: PreferenceMetrics(scores.map { [$0] }).named(subject.bootstrap, benchmark: name))
        result.skipped = skipped
        return result
    }

    private func text(for sample: Sample) throws -> String {
        switch prompt {
        case .efficacy: return sample.prompt
        case .rewrite:
            guard let text = CounterFact.rewritePrompt(of: sample) else { throw SkipReason.noSource }
            return text
        }
    }
}

/// How likely the two words are behind a prompt.
struct PromptScore: Sendable, Equatable, JournalValue {
    var target: WordScore
    var comparator: WordScore

    init(target: WordScore, comparator: WordScore) {
        self.target = target
        self.comparator = comparator
    }

    /// Reads what `journalEntry` wrote; nil if the entry is something else.
    init?(journalEntry: JSONValue) {
        guard let numbers = [Double](journalEntry: journalEntry), numbers.count == 4 else { return nil }
        self.init(
            target: WordScore(first: numbers[0], full: numbers[1]),
            comparator: WordScore(first: numbers[2], full: numbers[3]))
    }

    /// Whether all log-probabilities are finite numbers.
    var isFinite: Bool {
        [target.first, target.full, comparator.first, comparator.full].allSatisfy(\.isFinite)
    }

    var journalEntry: JSONValue {
        .array([target.first, target.full, comparator.first, comparator.full].map { .number($0) })
    }

    /// The entry of a result file; the reference's keys first.
    ///
    /// - Parameters:
    ///   - prompt: the sample's, by which conditions are compared.
    ///   - given: what was read in its place.
    ///   - shown: which of the two is called `prompt`.
    func json(
        id: String, prompt: String, given: String?, showing shown: EvaluationRules.ShownPrompt = .sample
    ) -> JSONValue {
        let isSample = shown == .sample
        var object: JSONObject = [
            "id": .string(id), "prompt": .string(isSample ? prompt : given ?? prompt),
            "target_score": .number(target.first),
            "comparator_score": .number(comparator.first), "target_full_score": .number(target.full),
            "comparator_full_score": .number(comparator.full),
        ]
        if let given {
            object[isSample ? "given_prompt" : "sample_prompt"] = .string(isSample ? given : prompt)
        }
        return .object(object)
    }
}

/// Efficacy scores and magnitudes of samples with one or more prompts each: averaged first inside a sample,
/// then over samples.
struct PreferenceMetrics {
    /// One value a sample.
    let scores: [Double]
    let magnitudes: [Double]
    /// The same by the words' full log-probabilities.
    let fullScores: [Double]
    let fullMagnitudes: [Double]

    /// - Parameter samples: the scores of each sample's prompts, none empty.
    init(_ samples: [[PromptScore]]) {
        func mean(_ value: (PromptScore) -> Double) -> [Double] {
            samples.map { $0.map(value).reduce(0, +) / Double($0.count) }
        }
        scores = mean { $0.target.first > $0.comparator.first ? 1 : 0 }
        magnitudes = mean { exp($0.target.first) - exp($0.comparator.first) }
        fullScores = mean { $0.target.full > $0.comparator.full ? 1 : 0 }
        fullMagnitudes = mean { exp($0.target.full) - exp($0.comparator.full) }
    }

    /// The metrics of a result file; the reference's two first.
    func named(_ bootstrap: Bootstrap, benchmark: String) -> [NamedMetric] {
        [
            ("score", scores), ("magnitude", magnitudes), ("full_score", fullScores),
            ("full_magnitude", fullMagnitudes),
        ].map { name, values in
            NamedMetric(
                name: name, metric: Metric(values: values, bootstrap: bootstrap, key: "\(benchmark).\(name)"))
        }
    }
}
