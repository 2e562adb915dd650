import LanguageModels

/// What an evaluation puts in an editor's place.
package enum BaselineChoice: String, Sendable, CaseIterable {
    /// The context stands in front of every prompt; nothing is edited.
    case prefix
    /// The entity is replaced by another that truly has the attribute.
    case replace
}

/// A named evaluation: `eval.gen.<name>.json`.
package struct EvaluationPlan: Sendable, Equatable {
    package var summary = ""
    package var dataset: DatasetName = .counterfact
    /// The model where the command line names none.
    package var model = "gptj"
    /// What the names of results folders, and of the folder with the editors, start with.
    package var prefix = ""
    package var compatibility: Compatibility = .remedi
    package var layers = LayerPlan()
    package var editorType: EditorType = .linear
    /// Baselines that run after the editors.
    package var baselines: [BaselineChoice] = []
    package var small = false
    package var seed: UInt64 = 123456

    package static var settings: [Setting<EvaluationPlan>] {
        [
            Setting("summary", \.summary, .text("TEXT")),
            Setting("dataset", \.dataset, .choice()),
            Setting("model", \.model, .text("NAME")),
            Setting("prefix", \.prefix, .text("TEXT")),
            Setting("compat", \.compatibility, .choice()),
            Setting("layers", \.layers, .layerPlan),
            Setting("editor-type", \.editorType, .choice()),
            Setting("baselines", \.baselines, .list(.choice())),
            Setting("small", \.small, .flag),
            Setting("seed", \.seed, .seed),
        ]
    }

    /// Reads the members of a configuration file over the defaults.
    ///
    /// - Throws: `ExperimentError`.
    init(_ object: JSONObject, path: String) throws {
        let strict = StrictObject(object: object, path: path)
        try strict.require("summary", "dataset")
        try strict.apply(Self.settings, to: &self, refusingOthers: true)
    }

    package func resultsName(for model: ModelName) -> String {
        ResultsFolder.name(prefix: prefix, key: "eval_gen", dataset: dataset, model: model)
    }

    /// Where the training experiment of the same prefix stored its editors.
    package func editorsName(for model: ModelName) -> String {
        ResultsFolder.name(prefix: prefix, key: "editors", dataset: dataset, model: model)
    }
}
