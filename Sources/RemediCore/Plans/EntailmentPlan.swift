import LanguageModels

/// A named evaluation of what edited concepts are believed to have: `eval.ent.<name>.json`.
package struct EntailmentPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.ent"
    package static let resultsKey = "eval_ent"

    package var scope = EvaluationScope()
    package var conditions: [EvaluationOptions.Condition] = [.edited]
    /// nil: as the compatibility says.
    package var referenceProbabilities: ReferenceProbabilities?
    package var alpha = 1.0
    package var beta = 1.0

    package init() { scope.dataset = .mcrae }

    package static var optionSettings: [Setting<EntailmentPlan>] {
        [
            Setting("conditions", \.conditions, .list(.choice("NAME"))),
            Setting("reference-probabilities", \.referenceProbabilities, .optional(.choice())),
            Setting("alpha", \.alpha, .number()),
            Setting("beta", \.beta, .number()),
            Setting("mentions", \.scope.tokens.mentions, .choice()),
            Setting("scored-target", \.scope.rules.scoredTarget, .choice()),
            Setting("prefix-unrelated", \.scope.rules.prefixesUnrelated, .either("yes", "no")),
        ]
    }

    package var needsEditors: Bool { conditions.contains(.edited) && !scope.editorType.isParameterless }

    package func check(_ context: EvaluationContext) throws { try run(in: context).check() }

    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        try run(in: context).results()
    }

    private func run(in context: EvaluationContext) -> EntailmentRun {
        EntailmentRun(
            run: context.evaluationRun(
                scope, conditions: conditions, alpha: alpha, beta: beta, rules: scope.rules.ofEntailment),
            probabilities: referenceProbabilities
                ?? (scope.compatibility == .reference ? .rounded : .exact))
    }
}

extension EntailmentPlan: SweepablePlan {
    package var sweptName: String { "layer" }

    package var criterionName: String { "correlation of co-occurring features" }

    package func sweptLayer(of summary: EvaluationSummary) -> Int? { summary.condition.block }

    package func criterion(of summaries: [EvaluationSummary]) -> Double? {
        summaries.lazy.flatMap(\.metrics).first { $0.name == "co_corr_post" }?.metric.mean
    }
}
