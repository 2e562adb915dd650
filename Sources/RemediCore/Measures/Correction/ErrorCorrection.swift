import Foundation
import LanguageModels

/// Bias in Bios error correction (Semantics.md §7.7): which occupation the model names first for a person, and what
/// it goes on to write.
struct ErrorCorrection {
    let setting: CorrectionSetting
    let options: ErrorCorrectionOptions
    let occupations: Occupations
    let references: BiographyReferences

    /// The name of its result files; the unedited model's are called `baseline`.
    static let name = "error_correction"

    /// One sample's question.
    private struct Question {
        let sample: Sample
        let target: String
        let text: String
        let prompt: ConditionedPrompt
        let targetTokens: [Int]
    }

    /// What the model says: the log-probability of each title's first token, and of the whole target.
    private struct ScoredAnswer: JournalValue {
        let titles: [Double]
        let fullTarget: Double

        init(_ scores: [WordScore]) {
            titles = scores.dropFirst().map(\.first)
            fullTarget = scores[0].full
        }

        init?(journalEntry: JSONValue) {
            guard let numbers = [Double](journalEntry: journalEntry), !numbers.isEmpty else { return nil }
            fullTarget = numbers[0]
            titles = Array(numbers.dropFirst())
        }

        var isFinite: Bool { fullTarget.isFinite && titles.allSatisfy(\.isFinite) }

        var journalEntry: JSONValue { .array(([fullTarget] + titles).map { .number($0) }) }
    }

    /// Asks about every sample of the subject; cases that the journal knows are not computed again.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError.interrupted`.
    func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> BenchmarkResult {
        let (questions, left) = try questions(of: subject)
        var skipped = left
        let answers = try answers(to: questions, of: subject, journal)
        let texts = try journal.texts(
            of: subject.continued(questions.map(\.prompt), streams: questions.map(\.sample.id)),
            part: "texts",
            settings: TextSettings(options: options.generation, seed: subject.bootstrap.seed),
            model: subject.model, stage: subject.stage("\(setting.rawValue) texts"),
            progress: subject.progress
        ).map { $0.map { subject.model.tokenizer.decode($0) } }
        let kept = questions.indices.filter { answers[$0].isFinite && texts[$0] != nil }
        for index in Set(questions.indices).subtracting(kept).sorted() {
            skipped.add(questions[index].sample.id, .notFinite)
        }
        var result = result(
            kept.map { questions[$0] }, kept.map { answers[$0] }, kept.compactMap { texts[$0] },
            subject.bootstrap)
        result.skipped = skipped
        return result
    }

    // MARK: Questions

    private func questions(of subject: EvaluationSubject) throws -> ([Question], SkippedSamples) {
        var skipped = SkippedSamples()
        var questions: [Question] = []
        for (index, sample) in subject.samples.enumerated() {
            do {
                questions.append(try question(about: sample, at: index, of: subject))
            } catch let reason as SkipReason {
                skipped.add(sample.id, reason)
            }
        }
        return (questions, skipped)
    }

    private func question(
        about sample: Sample, at index: Int, of subject: EvaluationSubject
    ) throws -> Question {
        guard let target = sample.targetMediated else { throw SkipReason.noTarget }
        let tokens = subject.model.tokenizer.tokens(ofWord: target)
        guard occupations.index(of: target) != nil, !tokens.isEmpty else { throw SkipReason.noTarget }
        try subject.model.check(tokens: tokens)
        let text = setting.text(of: sample)
        let prompt = try subject.prompt(
            text.prompt, of: index, lead: text.lead, occurrence: setting == .contextual ? 1 : 0)
        guard prompt.tokens.count + tokens.count - 1 <= subject.model.contextLength else {
            throw SkipReason.tooLong
        }
        return Question(
            sample: sample, target: target, text: text.text, prompt: prompt, targetTokens: tokens)
    }

    /// The target goes first: its sequence serves the titles' first tokens as well.
    private func answers(
        to questions: [Question], of subject: EvaluationSubject, _ journal: CaseJournal
    ) throws -> [ScoredAnswer] {
        let titles = occupations.firstTokens.map { [$0] }
        let shifts = subject.padding(of: questions.map(\.prompt), subject.options.rules.positions)
        return try journal.map(
            Array(zip(questions, shifts)), part: "titles", batchSize: subject.scorer.batchSize,
            stage: subject.stage("\(setting.rawValue) titles"), progress: subject.progress,
            fits: { $1.titles.count == titles.count }
        ) { batch in
            let prompts = batch.map { question, shift in
                ScoredPrompt(
                    tokens: question.prompt.tokens, words: [question.targetTokens] + titles,
                    edit: question.prompt.edit, shift: shift)
            }
            return try subject.scorer.scores(of: prompts).map { ScoredAnswer($0) }
        }
    }

    // MARK: Result

    private func result(
        _ questions: [Question], _ answers: [ScoredAnswer], _ texts: [String], _ bootstrap: Bootstrap
    ) -> BenchmarkResult {
        let entropy = NGramEntropy(tokenizer: WordTokenizer(rules: options.wordRules))
        var measures = Measures()
        let entries = questions.indices.map { index in
            let question = questions[index]
            let ranking = occupations.ranking(by: answers[index].titles, top: options.topKLabels)
            let fluency = entropy.fluency(of: texts[index])
            let consistency = references.consistency(of: texts[index], with: question.target)
            measures.add(ranking.map(\.title), question.target, fluency: fluency, consistency: consistency)
            let target = answers[index].titles[occupations.index(of: question.target)!]
            return JSONValue.object([
                "id": .string(question.sample.id), "prompt": .string(question.text),
                "generation": .string(texts[index]),
                "predictions": .array(ranking.map { .string($0.title) }),
                "target": .string(question.target),
                "logp_predictions": .array(ranking.map { .number($0.value) }),
                "logp_target": .number(target), "fluency": .number(fluency),
                "consistency": consistency.map { .number($0) } ?? .null,
                "full_logp_target": .number(answers[index].fullTarget),
            ])
        }
        var result = BenchmarkResult(
            samples: entries,
            metrics: measures.metrics(k: min(options.topKLabels, occupations.count), bootstrap))
        result.counts = ["without_biographies": entries.count - measures.consistency.count]
        return result
    }

    /// What is averaged over samples.
    private struct Measures {
        var top1: [Double] = []
        var topK: [Double] = []
        var fluency: [Double] = []
        /// Fewer than the others where a title has no biographies.
        var consistency: [Double] = []

        mutating func add(
            _ predictions: [String], _ target: String, fluency: Double, consistency: Double?
        ) {
            top1.append(predictions.first == target ? 1 : 0)
            topK.append(predictions.contains(target) ? 1 : 0)
            self.fluency.append(fluency)
            if let consistency { self.consistency.append(consistency) }
        }

        func metrics(k: Int, _ bootstrap: Bootstrap) -> JSONObject {
            func metric(_ name: String, _ values: [Double]) -> Metric {
                Metric(values: values, bootstrap: bootstrap, key: "\(ErrorCorrection.name).\(name)")
            }
            let top1 = metric("top1_accuracy", top1)
            let topK = metric("topk_accuracy", topK)
            return [
                "top1_accuracy": .number(top1.mean), "topk_accuracy": .number(topK.mean), "k": .integer(k),
                "fluency": metric("fluency", fluency).json,
                "consistency": metric("consistency", consistency).json,
                "top1_accuracy_interval": top1.interval?.json ?? .null,
                "topk_accuracy_interval": topK.interval?.json ?? .null,
            ]
        }
    }
}

/// Whether a person's biography stands in front of the prompt.
package enum CorrectionSetting: String, Sendable, CaseIterable {
    /// It does, and the mention in the prompt is edited.
    case contextual
    case decontextual

    /// The text that the model reads.
    func text(of sample: Sample) -> PromptInContext {
        switch self {
        case .contextual: sample.inContext(sample.prompt, suffix: ".\n\n")
        case .decontextual: PromptInContext(text: sample.prompt, promptStart: 0)
        }
    }
}
