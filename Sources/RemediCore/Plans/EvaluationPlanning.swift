import Foundation
import LanguageModels

/// A named evaluation: `<kind>.<name>.json`.
@dynamicMemberLookup
package protocol EvaluationPlanning: Sendable {
    /// The beginning of the names of its experiments: `eval.gen`.
    static var kind: String { get }
    /// The part of the names of its results folders: `eval_gen`.
    static var resultsKey: String { get }
    /// The settings besides those of the scope; each is an option as well.
    static var optionSettings: [Setting<Self>] { get }

    init()
    var scope: EvaluationScope { get set }

    /// Whether it cannot run without a folder of saved editors.
    var needsEditors: Bool { get }

    /// The things that have to be made before it can run, in order.
    func dependencies(for model: ModelName) -> [ExperimentDependency]

    /// The results of a run by the names that `ExperimentStatus` gives them, as far as they are known.
    ///
    /// - Parameter editors: the folder of the model's editors.
    func expectedResults(for model: ModelName, editors: URL) -> [String]

    /// Refuses settings that contradict each other.
    ///
    /// - Throws: `SettingError.exclusiveSettings`.
    func checkSettings() throws

    /// The evaluation, resolved against the model and the data that it runs on.
    ///
    /// - Throws: `ExperimentError`, `PlaceError`.
    func evaluation(in context: EvaluationContext) throws -> Evaluation

    /// Validates samples and editors before anything is deleted or computed.
    ///
    /// - Throws: `RemediError`, `LanguageModelError`.
    func check(_ context: EvaluationContext) throws

    /// Computes what is not there yet; one summary for each result.
    ///
    /// - Throws: `RemediError`, `LanguageModelError`, `ComputeError`.
    func run(_ context: EvaluationContext) throws -> [EvaluationSummary]

    /// The table that people are shown.
    func table(of summaries: [EvaluationSummary], format: TextTable.Format) -> TextTable
}

extension EvaluationPlanning {
    package subscript<Value>(dynamicMember path: WritableKeyPath<EvaluationOptions, Value>) -> Value {
        get { scope.options[keyPath: path] }
        set { scope.options[keyPath: path] = newValue }
    }

    package func check(_ context: EvaluationContext) throws { try evaluation(in: context).check() }

    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        try evaluation(in: context).run()
    }

    /// Every setting of a configuration file.
    package static var settings: [Setting<Self>] {
        (EvaluationScope.headSettings + EvaluationScope.optionSettings).map { $0.inside(\.scope) }
            + optionSettings
    }

    /// Reads the members of a configuration file over the defaults; `compat` comes before everything else,
    /// wherever it stands.
    ///
    /// - Throws: `ExperimentError`.
    init(_ object: JSONObject, path: String) throws {
        self.init()
        let strict = StrictObject(object: object, path: path)
        try strict.require("summary", "dataset")
        try strict.apply(Self.settings.filter { $0.key == "compat" }, to: &self)
        try strict.apply(Self.settings, to: &self, refusingOthers: true)
    }

    package func table(of summaries: [EvaluationSummary], format: TextTable.Format) -> TextTable {
        EvaluationTable(summaries).table(format: format)
    }

    /// Every setting with its value, in the order of the tables.
    package var settingsJSON: JSONObject {
        var object = JSONObject()
        for setting in Self.settings { object[setting.key] = setting.json(of: self) }
        return object
    }

    package func dependencies(for model: ModelName) -> [ExperimentDependency] { editors(of: model) }

    package func checkSettings() throws {}

    package func expectedResults(for model: ModelName, editors: URL) -> [String] { [] }

    /// The layers that are edited, as far as editors are saved where all of them are taken.
    package func editedLayers(for model: ModelName, editors: URL) -> [Int] {
        switch scope.layers.layers(for: model) {
        case .only(let layers): layers
        case .all: Editor.savedBlocks(type: scope.editorType, directory: editors)
        }
    }

    /// The editors that the plan runs on, if any.
    package func editors(of model: ModelName) -> [ExperimentDependency] {
        guard needsEditors else { return [] }
        let layers = scope.layers.layers(for: model)
        return [.editors(type: scope.editorType, layers: layers == .all ? nil : layers, model: model)]
    }

    package func resultsName(for model: ModelName) -> String {
        ResultsFolder.name(
            prefix: scope.prefix, key: Self.resultsKey, dataset: scope.dataset, model: model)
    }

    /// Where the training experiment of the same prefix stored its editors.
    package func editorsName(for model: ModelName) -> String {
        ResultsFolder.name(prefix: scope.prefix, key: "editors", dataset: scope.dataset, model: model)
    }
}

/// The ground that an evaluation runs on: everything opened, every place known.
package struct EvaluationContext: Sendable {
    package var model: LanguageModel
    package var modelName: ModelName
    package var dataset: Dataset
    /// The whole that `dataset` is a part of, whose training split gives statistics; nil: `dataset` itself.
    package var wholeDataset: Dataset?
    /// The experiment's folder.
    package var directory: URL
    /// Holds `<type>/<block>/weights.*`.
    package var editorsDirectory: URL?
    /// The blocks to edit; nil: those saved in `editorsDirectory`, or every block of the model for identity
    /// and null.
    package var blocks: [Int]?
    /// The element type that the weights were rounded to when the model was opened; nil: as stored.
    package var elementType: String?
    /// Computes results again that are there already, whatever their manifest says.
    package var overwrite: Bool
    /// Where data, models and results lie.
    package var workplace: Workplace
    /// The folder with the texts that continuations are compared with.
    package var texts: URL
    /// The folder that holds those of all experiments.
    package var resultsRoot: URL
    /// Opens another model on the same device, such as a control model, by the name that a user would give.
    package var openModel: @Sendable (String) throws -> LanguageModel
    package var progress: any ProgressReporter

    package init(
        model: LanguageModel, modelName: ModelName, dataset: Dataset, directory: URL,
        editorsDirectory: URL? = nil, blocks: [Int]? = nil, elementType: String? = nil,
        overwrite: Bool = false, workplace: Workplace, texts: URL? = nil, resultsRoot: URL,
        openModel: @escaping @Sendable (String) throws -> LanguageModel, progress: any ProgressReporter
    ) {
        self.model = model
        self.modelName = modelName
        self.dataset = dataset
        self.directory = directory
        self.editorsDirectory = editorsDirectory
        self.blocks = blocks
        self.elementType = elementType
        self.overwrite = overwrite
        self.workplace = workplace
        self.texts = texts ?? workplace.data
        self.resultsRoot = resultsRoot
        self.openModel = openModel
        self.progress = progress
    }
}

extension EvaluationContext {
    /// The evaluation of some measures, or for nil of those that the options name, on the context's model, data
    /// and places.
    func evaluation(
        _ measures: [any Measure]?, _ scope: EvaluationScope, rules: EvaluationRules = EvaluationRules(),
        control: ControlModel? = nil, _ adjust: (inout EvaluationOptions) -> Void = { _ in }
    ) -> Evaluation {
        var options = scope.options
        options.split = scope.split
        options.rules = rules
        options.editorsDirectory = editorsDirectory
        options.blocks = blocks
        options.elementType = elementType
        options.overwrite = overwrite
        adjust(&options)
        return Evaluation(
            model: model, dataset: dataset, wholeDataset: wholeDataset, measures: measures, options: options,
            directory: directory, texts: texts, cache: workplace.cache, control: control, progress: progress)
    }
}
