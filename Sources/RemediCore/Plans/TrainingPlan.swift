import LanguageModels

/// A named training experiment: `train.<name>.json`.
package struct TrainingPlan: Sendable, Equatable {
    package var summary = ""
    package var dataset: DatasetName = .counterfact
    /// The model where the command line names none.
    package var model = "gptj"
    /// The beginning of the names of results folders.
    package var prefix = ""
    package var compatibility: Compatibility = .remedi
    package var layers = LayerPlan()
    /// Only the first samples of the training split.
    package var size: Int?
    package var options = TrainingOptions()

    package init() {}

    package static var settings: [Setting<TrainingPlan>] {
        [
            Setting("summary", \.summary, .text("TEXT")),
            Setting("dataset", \.dataset, .choice()),
            Setting("model", \.model, .text("NAME")),
            Setting("prefix", \.prefix, .text("TEXT", mayBeEmpty: true)),
            Setting("compat", \.compatibility, .choice()),
            Setting("layers", \.layers, .layerPlan),
            Setting("size", \.size, .optional(.integer(minimum: 1))),
        ] + TrainingOptions.settings.map { $0.inside(\.options) }
    }

    /// Settings that a command line may give instead of an experiment's.
    static var overridable: [Setting<TrainingPlan>] {
        settings.compactMap { setting in
            switch setting.name {
            case "summary", "prefix": nil
            case "compat": Setting("compat", \.followed, .choice())
            default: setting
            }
        }
    }

    /// The compatibility with all that follows from it.
    package var followed: Compatibility {
        get { compatibility }
        set { follow(newValue) }
    }

    /// Reads the members of a configuration file over the defaults; `compat` comes before everything else,
    /// wherever it stands.
    ///
    /// - Throws: `ExperimentError`.
    init(_ object: JSONObject, path: String) throws {
        let strict = StrictObject(object: object, path: path)
        try strict.require("summary", "dataset")
        try strict.apply(Self.settings.filter { $0.key == "compat" }, to: &self)
        follow(compatibility)
        try strict.apply(Self.settings, to: &self, refusingOthers: true)
    }

    /// Every setting with its value, in the order of the table.
    package var settingsJSON: JSONObject {
        var object = JSONObject()
        for setting in Self.settings { object[setting.key] = setting.json(of: self) }
        return object
    }

    /// Sets everything in which the reference and this program differ.
    package mutating func follow(_ compatibility: Compatibility) {
        self.compatibility = compatibility
        options.undoReferenceCompatibility()
        if compatibility == .reference { options.applyReferenceCompatibility() }
    }

    package func resultsName(for model: ModelName) -> String {
        ResultsFolder.name(prefix: prefix, key: "editors", dataset: dataset, model: model)
    }
}
