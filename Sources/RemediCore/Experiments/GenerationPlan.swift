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

extension GenerationPlan: SweepablePlan {
    /// The figures that the reference weighs (SEMANTICS-DETAILS 22), as far as they are measured.
    private static let weighed = [
        ("paraphrase", "score"), ("generation", "consistency"), ("generation", "fluency"),
    ]

    package var sweptName: String { "layer" }

    package var criterionName: String {
        let names = Self.weighed.filter { name, _ in benchmarks.contains { $0.rawValue == name } }
        return (names.count > 1 ? "harmonic mean of " : "")
            + names.map { $0.1 == "score" ? $0.0 : $0.1 }.joined(separator: ", ")
    }

    package func sweptLayer(of summary: EvaluationSummary) -> Int? { summary.condition.block }

    package func criterion(of summaries: [EvaluationSummary]) -> Double? {
        harmonicMean(
            Self.weighed.compactMap { benchmark, name in
                summaries.first { $0.benchmark == benchmark }?.metrics.first { $0.name == name }?.metric.mean
            })
    }
}
