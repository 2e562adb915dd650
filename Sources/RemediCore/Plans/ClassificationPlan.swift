import LanguageModels

/// A named evaluation of editors as probes: `eval.cls.<name>.json`.
package struct ClassificationPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.cls"
    package static let resultsKey = "eval_cls"

    package var scope = EvaluationScope()
    /// Where entities are read; all: at the editor's block and above.
    package var entityLayers = LayerPlan()
    /// nil: as the compatibility says.
    package var entityInput: ProbeEntityInput?

    package init() {}

    package static var optionSettings: [Setting<ClassificationPlan>] {
        [
            Setting("variants", \.scope.options.variants, .list(.choice("NAME"))),
            Setting("control-task", \.scope.options.controls.task, .flag),
            Setting("control-model", \.scope.options.controls.model, .flag),
            Setting("entity-layers", \.entityLayers, .layerPlan),
            Setting("normalize", \.scope.options.normalization, .choice()),
            Setting("editor-entity", \.entityInput, .optional(.choice())),
            Setting("top-k-labels", \.scope.options.topKLabels, .integer(minimum: 1)),
            Setting("mentions", \.scope.options.tokens.mentions, .choice()),
            Setting("positions", \.scope.options.rules.positions, .choice()),
            Setting("draws", \.scope.options.rules.draws, .choice()),
        ]
    }

    package var needsEditors: Bool {
        scope.variants.contains { $0 == .editor || $0 == .controlTask } && !scope.editorType.isParameterless
    }

    package func dependencies(for model: ModelName) -> [ExperimentDependency] {
        guard scope.variants.contains(.controlModel) else { return editors(of: model) }
        let control = model.control
        let layers = scope.layers.layers(for: model)
        return editors(of: model) + [
            .controlModel(of: model),
            .editors(
                type: scope.editorType, layers: layers == .all ? nil : layers, model: control),
        ]
    }

    /// The measure of the data set.
    private var measure: ClassificationMeasure {
        scope.dataset.form.scoring == .correction ? .errors : .facts
    }

    package func checkSettings() throws {
        // Directions that are normalized by stored statistics must not depend on where they are used.
        if scope.normalization == .train, entityInput == .prompt {
            throw SettingError.exclusiveSettings("normalize train", "editor_entity prompt")
        }
    }

    package func evaluation(in context: EvaluationContext) throws -> Evaluation {
        var entityBlocks: [Int]?
        if case .only(let blocks) = entityLayers.layers(for: context.modelName) { entityBlocks = blocks }
        let usual: ProbeEntityInput = scope.compatibility == .reference ? .prompt : .alone
        return context.evaluation(
            [measure], scope, rules: scope.rules.ofClassification, control: try control(context)
        ) {
            $0.entityBlocks = entityBlocks
            $0.entityInput = scope.normalization == .train ? .alone : entityInput ?? usual
        }
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
    package var criterionName: String { measure.showcase[0].metric }

    package func sweptLayer(of summary: EvaluationSummary) -> Int? { summary.condition.entityBlock }

    /// Of the editor itself; controls choose nothing.
    package func criterion(of summaries: [EvaluationSummary]) -> Double? {
        summaries.first { summary in
            guard case .probed(let type, _, _, let controls) = summary.condition else { return false }
            return type == scope.editorType && controls == ProbeControls()
        }?.metrics.first { $0.name == criterionName }?.metric.mean
    }
}
