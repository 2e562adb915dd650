import LanguageModels

/// What error correction asks and how it lets the model write.
package struct ErrorCorrectionOptions: Sendable, Equatable {
    /// In the order in which they run.
    package var settings = CorrectionSetting.allCases
    /// How many titles count as the model's predictions.
    package var topKLabels = 3
    package var generation = GenerationOptions(sampling: .topK(5, temperature: 1), limit: .total(150))

    /// How texts are split into words for their fluency.
    package var wordRules: WordTokenizer.Rules = .current

    package init() {}

    /// What decides a result, for the manifest.
    fileprivate func inputs(_ setting: CorrectionSetting) -> JSONObject {
        var inputs: JSONObject = [
            "setting": .string(setting.rawValue), "top_k_labels": .integer(topKLabels),
        ]
        for (key, value) in generation.inputs.members { inputs[key] = value }
        return inputs.with(wordRules)
    }
}

extension GenerationOptions {
    /// What decides a text besides its prompt, for the manifest.
    var inputs: JSONObject {
        var inputs = JSONObject()
        switch sampling {
        case .greedy: inputs["sampling"] = "greedy"
        case .topK(let count, let temperature):
            inputs["top_k"] = .integer(count)
            inputs["temperature"] = .number(temperature)
        }
        switch limit {
        case .total(let count): inputs["max_length"] = .integer(count)
        case .new(let count): inputs["max_new_tokens"] = .integer(count)
        }
        return inputs
    }
}

/// `eval gen biosbias`: error correction of the unedited model, then of every edited one.
package struct ErrorCorrectionRun {
    /// The model, the data, the editors and where results go; of its conditions only `edited` says anything,
    /// for the unedited model is always asked.
    package let evaluation: EvaluationRun
    package let options: ErrorCorrectionOptions

    package init(_ evaluation: EvaluationRun, options: ErrorCorrectionOptions) {
        self.evaluation = evaluation
        self.options = options
    }

    private static let baseline = "baseline"

    /// Refuses a run that would find no samples or no fitting editors, before anything gives way to it.
    ///
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.editorMismatch`; `LanguageModelError`.
    package func check() throws { try evaluation.check() }

    /// Runs what is not there yet.
    ///
    /// - Returns: one summary for each condition and setting: `contextual/baseline.json`,
    ///   `contextual/linear/1/error_correction.json`, …
    /// - Throws: as `EvaluationRun.run`.
    package func run() throws -> [EvaluationSummary] {
        let samples = try evaluation.samples()
        evaluation.reportCut(of: samples)
        let conditions = [.unedited] + (try evaluation.conditions()).filter { $0.block != nil }
        let store = try ResultStore(
            directory: evaluation.directory, replaces: evaluation.options.overwrite,
            device: evaluation.model.backend.deviceDescription, model: evaluation.model,
            progress: evaluation.progress)
        let occupations = try Occupations(of: samples, model: evaluation.model)
        let editors = try conditions.map { try $0.block.map(evaluation.editor(at:)) }
        let directions = SharedDirections(
            model: evaluation.model, samples: samples, editors: editors.compactMap { $0 },
            mentions: evaluation.options.tokens.mentions, progress: evaluation.progress)
        var references: BiographyReferences?
        return try zip(conditions, editors).flatMap { condition, editor in
            var made: EvaluationSubject?
            return try options.settings.map { setting in
                try result(of: condition, setting, in: store, sampleCount: samples.count) { journal in
                    let known =
                        references ?? BiographyReferences(all: evaluation.dataset.all, samples: samples)
                    references = known
                    let subject = try made ?? subject(condition, editor, directions, samples)
                    made = subject
                    return try ErrorCorrection(
                        setting: setting, options: options, occupations: occupations, references: known
                    ).run(on: subject, journal: journal)
                }
            }
        }
    }

    private func subject(
        _ condition: EvaluationCondition, _ editor: Editor?, _ directions: SharedDirections,
        _ samples: [Sample]
    ) throws -> EvaluationSubject {
        try EvaluationSubject(
            model: evaluation.model, samples: samples, condition: condition,
            editor: editor.map { ($0, directions) }, options: evaluation.options,
            unedited: KnownScores(), progress: evaluation.progress)
    }

    private func result(
        of condition: EvaluationCondition, _ setting: CorrectionSetting, in store: ResultStore,
        sampleCount: Int, _ compute: (CaseJournal) throws -> BenchmarkResult
    ) throws -> EvaluationSummary {
        let isBaseline = condition.block == nil
        let name = isBaseline ? Self.baseline : ErrorCorrection.name
        var inputs = try evaluation.inputs(of: condition)
        for (key, value) in options.inputs(setting).members { inputs[key] = value }
        let section = try store.section(
            isBaseline ? setting.rawValue : "\(setting.rawValue)/\(condition.folder)", kind: "corrections",
            names: [name], inputs: inputs,
            circumstances: evaluation.circumstances(sampleCount: sampleCount))
        return try section.result(
            name, title: setting.rawValue, condition: condition, hasMetricsFile: !isBaseline, compute)
    }
}
