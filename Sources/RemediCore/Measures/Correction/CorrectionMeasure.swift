import Foundation
import LanguageModels

/// Bias in Bios error correction (Semantics.md §7.7): which occupation the model names first for a person, and what
/// it continues to write.
package struct CorrectionMeasure: Measure {
    package let name = "error_correction"
    /// The unedited model's file.
    package let aliases = ["baseline"]
    package let question = "How often the model names the right occupation"
    package let metrics = [
        Self.accuracy("top1_accuracy", "top-1 accuracy") { $0.first == $1 },
        Self.accuracy("topk_accuracy", "top-k accuracy") { $0.contains($1) },
        MetricForm.setting("k"),
        MetricForm("fluency", unit: GenerationMeasure.fluencyUnit).with(\.isBetterIfHigher, false),
        MetricForm("consistency", unit: MetricForm.similarity, bounds: MetricForm.share),
    ]
    package let headings = [
        MeasureHeading(
            metric: "top1_accuracy", "Top 1, contextual", setting: CorrectionSetting.contextual.rawValue,
            .picture, notes: ["biography in front"]),
        MeasureHeading(
            metric: "top1_accuracy", "Top 1, decontextual", setting: CorrectionSetting.decontextual.rawValue,
            .picture, notes: ["without it"]),
    ]
    package let layerCriterion: String? = "top1_accuracy"
    package let examples: ExampleForm? = ExampleForm(metric: "consistency", card: .text)
    package var showcase: [ShowcaseForm] {
        GenerationMeasure().showcase + [ShowcaseForm("top1_accuracy", "top1 accuracy")]
    }
    package var weighed: [(metric: String, title: String)] {
        [("top1_accuracy", "top-1 accuracy"), ("fluency", "fluency")]
    }
    package let resultTitles = CorrectionSetting.allCases.map(\.rawValue)
    package let isChoice = false
    package let manifestKey = "corrections"

    private static func accuracy(
        _ key: String, _ words: String, _ isHit: @escaping @Sendable ([String], String) -> Bool
    ) -> MetricForm {
        .share(key, words) { sample in
            guard let target = sample["target"]?.string, let found = sample["predictions"]?.array else {
                return nil
            }
            return isHit(found.compactMap(\.string), target)
        }
    }

    /// The unedited model is always asked, and no baseline.
    package func conditions(of evaluation: Evaluation) throws -> [EvaluationCondition] {
        [.unedited] + (try evaluation.chosenConditions()).filter { $0.block != nil }
    }

    /// `contextual/baseline.json`, `contextual/linear/1/error_correction.json`, …
    package func outputs(
        under condition: EvaluationCondition, of evaluation: Evaluation
    ) throws -> [MeasureOutput] {
        let isBaseline = condition.block == nil
        return try evaluation.options.contexts.map { setting in
            var output = MeasureOutput(
                isBaseline ? aliases[0] : name, under: condition,
                folder: isBaseline ? setting.rawValue : "\(setting.rawValue)/\(condition.folder)"
            ) { journal, subject in
                let samples = try evaluation.samples()
                return try ErrorCorrection(
                    measure: self, setting: setting, options: evaluation.options,
                    occupations: evaluation.shared { try Occupations(of: samples, model: evaluation.model) },
                    references: evaluation.shared {
                        BiographyReferences(all: evaluation.dataset.all, samples: samples)
                    }
                ).run(on: subject(), journal: journal)
            }
            output.title = setting.rawValue
            output.inputs = try evaluation.inputs(of: condition)
            output.inputs["setting"] = .string(setting.rawValue)
            output.inputs["top_k_labels"] = .integer(evaluation.options.topKLabels)
            for (key, value) in evaluation.options.textInputs.members { output.inputs[key] = value }
            output.hasMetricsFile = !isBaseline
            return output
        }
    }
}

/// The questions of one setting.
private struct ErrorCorrection {
    let measure: CorrectionMeasure
    let setting: CorrectionSetting
    let options: EvaluationOptions
    let occupations: Occupations
    let references: BiographyReferences

    /// One sample's question.
    private struct Question {
        let sample: Sample
        let target: String
        let text: String
        let prompt: ConditionedPrompt
        let targetTokens: [Int]
    }

    /// The model's answer: the log-probability of each title's first token, and of the whole target.
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
    func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> MeasureResult {
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
        let entries = entries(
            kept.map { questions[$0] }, kept.map { answers[$0] }, kept.compactMap { texts[$0] })
        var result = MeasureResult(
            samples: entries,
            metrics: measure.numbers(
                of: entries, subject.bootstrap,
                settings: ["k": min(options.topKLabels, occupations.count)]))
        result.skipped = skipped
        result.counts = ["without_biographies": entries.count { $0["consistency"]?.double == nil }]
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

    private func entries(
        _ questions: [Question], _ answers: [ScoredAnswer], _ texts: [String]
    ) -> [JSONValue] {
        let entropy = NGramEntropy(tokenizer: WordTokenizer(rules: options.wordRules))
        return questions.indices.map { index in
            let question = questions[index]
            let ranking = occupations.ranking(by: answers[index].titles, top: options.topKLabels)
            let consistency = references.consistency(of: texts[index], with: question.target)
            let target = answers[index].titles[occupations.index(of: question.target)!]
            return [
                "id": .string(question.sample.id), "prompt": .string(question.text),
                "generation": .string(texts[index]),
                "predictions": .array(ranking.map { .string($0.title) }),
                "target": .string(question.target),
                "logp_predictions": .array(ranking.map { .number($0.value) }),
                "logp_target": .number(target), "fluency": .number(entropy.fluency(of: texts[index])),
                "consistency": consistency.map { .number($0) } ?? .null,
                "full_logp_target": .number(answers[index].fullTarget),
            ]
        }
    }
}
