import LanguageModels

/// A named evaluation of what contexts do to the unedited model: `eval.med.<name>.json`.
package struct MediationPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.med"
    package static let resultsKey = "eval_med"

    package var scope = EvaluationScope()
    /// How many of the likeliest next tokens are told.
    package var top = 3

    package init() { scope.splitChoice = .all }

    package static var optionSettings: [Setting<MediationPlan>] {
        [Setting("top", \.top, .integer(minimum: 0))]
    }

    package var needsEditors: Bool { false }

    package func check(_ context: EvaluationContext) throws { _ = try samples(of: context.dataset) }

    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        let samples = try samples(of: context.dataset)
        var scope = scope
        // Nothing is looked for in the texts.
        scope.tokens.mentions = .word
        let run = context.evaluationRun(scope, conditions: [.unedited])
        let store = try ResultStore(
            directory: context.directory, replaces: context.overwrite,
            device: context.model.backend.deviceDescription, model: context.model, progress: run.progress)
        let section = try store.section(
            "", kind: "mediations", names: ["mediation"], inputs: run.inputs(of: .unedited),
            circumstances: run.circumstances(sampleCount: samples.count))
        let benchmark = MediationBenchmark(
            model: context.model, top: top, batchSize: scope.batchSize,
            bootstrap: Bootstrap(seed: scope.seed), progress: context.progress)
        return [
            try section.result(
                "mediation", condition: .unedited, inputs: ["top": .integer(top)], hasMetricsFile: false
            ) { try benchmark.run(on: samples, journal: $0) }
        ]
    }

    /// Of the whole data set also samples without an attribute, or without the entity in their prompt: their
    /// prompts and contexts are read, and nothing is edited.
    ///
    /// - Throws: `RemediError.noSamples`.
    private func samples(of dataset: Dataset) throws -> [Sample] {
        let samples = scope.split == .all ? dataset.all : Array(dataset[scope.split])
        guard !samples.isEmpty else {
            throw RemediError.noSamples(
                dataset: dataset.name.rawValue, split: scope.split.description, count: dataset.placeCount)
        }
        return samples
    }
}

extension EvaluationContext {
    /// A run on the samples, editors and blocks of the context; it has no benchmarks of its own.
    func evaluationRun(
        _ scope: EvaluationScope, conditions: [EvaluationOptions.Condition], alpha: Double = 1,
        beta: Double = 1, rules: EvaluationRules = EvaluationRules()
    ) -> EvaluationRun {
        var options = EvaluationOptions()
        options.benchmarks = []
        options.conditions = conditions
        options.editorType = scope.editorType
        options.editorsDirectory = editorsDirectory
        options.blocks = blocks
        options.split = scope.split
        options.elementType = elementType
        options.tokens = scope.tokens
        options.rules = rules
        options.alpha = alpha
        options.beta = beta
        options.batchSize = scope.batchSize
        options.seed = scope.seed
        options.overwrite = overwrite
        return EvaluationRun(
            model: model, dataset: dataset, options: options, directory: directory, progress: progress)
    }
}
