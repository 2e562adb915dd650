import LanguageModels

/// A named evaluation of what edited models say: `eval.gen.<name>.json`.
package struct GenerationPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.gen"
    package static let resultsKey = "eval_gen"

    package var scope = EvaluationScope()
    package var benchmarks = EvaluationOptions.BenchmarkName.allCases
    package var conditions: [EvaluationOptions.Condition] = [.edited]
    package var alpha = 1.0
    package var beta = 1.0

    package init() {}

    package static var optionSettings: [Setting<GenerationPlan>] {
        [
            Setting("benchmarks", \.benchmarks, .list(.choice("NAME"))),
            Setting("conditions", \.conditions, .list(.choice("NAME"))),
            Setting("alpha", \.alpha, .number()),
            Setting("beta", \.beta, .number()),
        ]
    }

    package var needsEditors: Bool { conditions.contains(.edited) && !scope.editorType.isParameterless }

    package func check(_ context: EvaluationContext) throws { try run(in: context).check() }

    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        try run(in: context).run()
    }

    private func run(in context: EvaluationContext) -> EvaluationRun {
        var options = EvaluationOptions()
        options.benchmarks = benchmarks
        options.conditions = conditions
        options.editorType = scope.editorType
        options.editorsDirectory = context.editorsDirectory
        options.blocks = context.blocks
        options.split = scope.split
        options.elementType = context.elementType
        options.tokens = scope.tokens
        options.alpha = alpha
        options.beta = beta
        options.batchSize = scope.batchSize
        options.seed = scope.seed
        options.overwrite = context.overwrite
        return EvaluationRun(
            model: context.model, dataset: context.dataset, options: options, directory: context.directory,
            progress: context.progress)
    }
}
