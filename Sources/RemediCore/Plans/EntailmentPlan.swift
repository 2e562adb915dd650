import LanguageModels

/// A named evaluation of what edited concepts are believed to have: `eval.ent.<name>.json`.
package struct EntailmentPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.ent"
    package static let resultsKey = "eval_ent"

    package var scope = EvaluationScope()
    /// nil: as the compatibility says.
    package var referenceProbabilities: ReferenceProbabilities?

    package init() { scope.dataset = .mcrae }

    package static var optionSettings: [Setting<EntailmentPlan>] {
        [
            Setting("conditions", \.scope.options.conditions, .list(.choice("NAME"))),
            Setting("reference-probabilities", \.referenceProbabilities, .optional(.choice())),
            Setting("alpha", \.scope.options.alpha, .number()),
            Setting("beta", \.scope.options.beta, .number()),
            Setting("mentions", \.scope.options.tokens.mentions, .choice()),
            Setting("scored-target", \.scope.options.rules.scoredTarget, .choice()),
            Setting("prefix-unrelated", \.scope.options.rules.prefixesUnrelated, .either("yes", "no")),
        ]
    }

    package var needsEditors: Bool { scope.conditions.contains(.edited) && !scope.editorType.isParameterless }

    package func evaluation(in context: EvaluationContext) -> Evaluation {
        context.evaluation([EntailmentMeasure()], scope, rules: scope.rules.ofEntailment) {
            $0.referenceProbabilities =
                referenceProbabilities ?? (scope.compatibility == .reference ? .rounded : .exact)
        }
    }
}

extension EntailmentPlan: SweepablePlan {
    package var sweptName: String { "layer" }

    package var criterionName: String { "correlation of co-occurring features" }

    package func sweptLayer(of summary: EvaluationSummary) -> Int? { summary.condition.block }

    package func criterion(of summaries: [EvaluationSummary]) -> Double? {
        summaries.lazy.flatMap(\.metrics).first { $0.name == EntailmentMeasure().layerCriterion }?.metric.mean
    }
}
