import LanguageModels

/// A named evaluation of editors as probes: `eval.cls.<name>.json`.
package struct ClassificationPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.cls"
    package static let resultsKey = "eval_cls"

    package var scope = EvaluationScope()
    package var variants: [ProbeVariant] = [.editor]
    /// Controls that apply to all variants.
    package var controls = ProbeControls()
    /// Where entities are read; all: at the editor's block and above.
    package var entityLayers = LayerPlan()
    package var normalization: ProbeNormalization = .evaluation
    /// nil: as the compatibility says.
    package var entityInput: ProbeEntityInput?

    /// Bias in Bios: how many occupations count as what a model or a probe says.
    package var topKLabels = 3

    package init() {}

    package static var optionSettings: [Setting<ClassificationPlan>] {
        [
            Setting("variants", \.variants, .list(.choice("NAME"))),
            Setting("control-task", \.controls.task, .flag),
            Setting("control-model", \.controls.model, .flag),
            Setting("entity-layers", \.entityLayers, .layerPlan),
            Setting("normalize", \.normalization, .choice()),
            Setting("editor-entity", \.entityInput, .optional(.choice())),
            Setting("top-k-labels", \.topKLabels, .integer(minimum: 1)),
            Setting("mentions", \.scope.tokens.mentions, .choice()),
            Setting("positions", \.scope.rules.positions, .choice()),
            Setting("draws", \.scope.rules.draws, .choice()),
        ]
    }

    package var needsEditors: Bool {
        variants.contains { $0 == .editor || $0 == .controlTask } && !scope.editorType.isParameterless
    }

    package func dependencies(for model: ModelName) -> [ExperimentDependency] {
        guard variants.contains(.controlModel) else { return editors(of: model) }
        let control = model.control
        let layers = scope.layers.layers(for: model)
        return editors(of: model) + [
            .controlModel(of: model),
            .editors(
                type: scope.editorType, layers: layers == .all ? nil : layers, model: control),
        ]
    }

    /// The kind of classification that fits the data set.
    private var classification: any Classification.Type {
        switch scope.dataset {
        case .counterfact, .winoventi, .mcrae: FactClassification.self
        case .biosbias: ErrorClassification.self
        }
    }

    package func checkSettings() throws {
        // Directions that are normalised by stored statistics must not depend on where they are used.
        if normalization == .train, entityInput == .prompt {
            throw SettingError.exclusiveSettings("normalize train", "editor_entity prompt")
        }
    }

    package func check(_ context: EvaluationContext) throws { try run(in: context).check() }

    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        try run(in: context).run(classification)
    }

    private func run(in context: EvaluationContext) throws -> ClassificationRun {
        var options = ClassificationOptions()
        options.variants = variants
        options.controls = controls
        options.editorType = scope.editorType
        options.editorsDirectory = context.editorsDirectory
        options.blocks = context.blocks
        if case .only(let blocks) = entityLayers.layers(for: context.modelName) {
            options.entityBlocks = blocks
        }
        options.normalization = normalization
        options.entityInput =
            normalization == .train
            ? .alone : entityInput ?? (scope.compatibility == .reference ? .prompt : .alone)
        options.topKLabels = topKLabels
        options.split = scope.split
        options.tokens = scope.tokens
        options.batchSize = scope.batchSize
        options.seed = scope.seed
        options.rules = scope.rules.ofClassification
        options.overwrite = context.overwrite
        return ClassificationRun(
            model: context.model, control: try control(context), dataset: context.dataset,
            wholeDataset: context.wholeDataset, options: options, directory: context.directory,
            progress: context.progress)
    }

    /// The model that `model random` makes of the evaluated one, with the editors trained on it.
    private func control(_ context: EvaluationContext) throws -> ControlModel {
        let name = context.modelName.control
        let folder = try ResultsFolder(experiment: editorsName(for: name), in: context.resultsRoot)
        return ControlModel(name: name.text, editorsDirectory: folder.url) {
            try context.openModel(name.text)
        }
    }
}

/// An entity layer is chosen by the F1 of the contextual task.
extension ClassificationPlan: SweepablePlan {
    package var sweptName: String { "entity layer" }
    package var criterionName: String { scope.dataset == .biosbias ? "f1" : "contextual f1" }

    package func sweptLayer(of summary: EvaluationSummary) -> Int? { summary.condition.entityBlock }

    /// Of the editor itself; controls choose nothing.
    package func criterion(of summaries: [EvaluationSummary]) -> Double? {
        summaries.first { summary in
            guard case .probed(let type, _, _, let controls) = summary.condition else { return false }
            return type == scope.editorType && controls == ProbeControls()
        }?.metrics.first { $0.name == criterionName }?.metric.mean
    }
}
