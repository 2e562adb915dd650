import LanguageModels

/// Which part of a data set an evaluation takes.
package enum SplitChoice: String, Sendable, CaseIterable { case evaluation, training, all }

/// A named evaluation: `eval.gen.<name>.json`.
package struct EvaluationPlan: Sendable, Equatable {
    package var summary = ""
    package var dataset: DatasetName = .counterfact
    /// The model where the command line names none.
    package var model = "gptj"
    /// What the names of results folders, and of the folder with the editors, start with.
    package var prefix = ""
    /// nil: those that are saved.
    package var layers = LayerPlan()
    package var splitChoice: SplitChoice = .evaluation
    /// Only the first 1,000 samples of the evaluation split.
    package var small = false
    package var options = EvaluationOptions()

    package init() {}

    /// What decides an evaluation's numbers, except which blocks.
    package static var optionSettings: [Setting<EvaluationPlan>] {
        [
            Setting("benchmarks", \.options.benchmarks, .list(.choice("NAME"))),
            Setting("conditions", \.options.conditions, .list(.choice("NAME"))),
            Setting("editor-type", \.options.editorType, .choice("TYPE")),
            Setting("split", \.splitChoice, .choice()),
            Setting("small", \.small, .flag),
            Setting("alpha", \.options.alpha, .number()),
            Setting("beta", \.options.beta, .number()),
            Setting("attribute-no-entity", \.options.tokens.attributeWithoutEntity, .flag),
            Setting("use-all-entity-tokens", \.options.tokens.useAllEntityTokens, .flag),
            Setting("byte-token", \.options.tokens.firstByteToken, .either("first", "last")),
            Setting("batch-size", \.options.batchSize, .integer(minimum: 1)),
            Setting("seed", \.options.seed, .seed),
        ]
    }

    package static var settings: [Setting<EvaluationPlan>] {
        [
            Setting("summary", \.summary, .text("TEXT")),
            Setting("dataset", \.dataset, .choice()),
            Setting("model", \.model, .text("NAME")),
            Setting("prefix", \.prefix, .text("TEXT", mayBeEmpty: true)),
            Setting("layers", \.layers, .layerPlan),
        ] + optionSettings
    }

    /// Reads the members of a configuration file over the defaults.
    ///
    /// - Throws: `ExperimentError`.
    init(_ object: JSONObject, path: String) throws {
        let strict = StrictObject(object: object, path: path)
        try strict.require("summary", "dataset")
        try strict.apply(Self.settings, to: &self, refusingOthers: true)
    }

    package var split: Split {
        switch splitChoice {
        case .evaluation: .evaluation(small: small)
        case .training: .training
        case .all: .all
        }
    }

    package func resultsName(for model: ModelName) -> String {
        ResultsFolder.name(prefix: prefix, key: "eval_gen", dataset: dataset, model: model)
    }

    /// Where the training experiment of the same prefix stored its editors.
    package func editorsName(for model: ModelName) -> String {
        ResultsFolder.name(prefix: prefix, key: "editors", dataset: dataset, model: model)
    }
}
