import LanguageModels

/// A named evaluation of what contexts do to the unedited model: `eval.med.<name>.json`.
package struct MediationPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.med"
    package static let resultsKey = "eval_med"

    package var scope = EvaluationScope()

    package init() { scope.splitChoice = .all }

    package static var optionSettings: [Setting<MediationPlan>] {
        [Setting("top", \.scope.options.top, .integer(minimum: 0))]
    }

    package var needsEditors: Bool { false }

    /// Nothing is looked for in the texts.
    package func evaluation(in context: EvaluationContext) -> Evaluation {
        context.evaluation([MediationMeasure()], scope) { $0.tokens.mentions = .word }
    }
}
