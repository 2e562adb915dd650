import LanguageModels

/// A named dump of directions and hidden states: `dump.<name>.json`.
package struct DumpPlan: EvaluationPlanning, Equatable {
    package static let kind = "dump"
    package static let resultsKey = "directions"

    package var scope = EvaluationScope()

    package init() { scope.size = 1000 }

    package static var optionSettings: [Setting<DumpPlan>] {
        [
            Setting("mentions", \.scope.options.tokens.mentions, .choice()),
            Setting("formats", \.scope.options.formats, .list(.choice("NAME"))),
            Setting("alpha", \.scope.options.alpha, .number()),
            Setting("beta", \.scope.options.beta, .number()),
        ]
    }

    package var needsEditors: Bool { !scope.editorType.isParameterless }

    package func evaluation(in context: EvaluationContext) -> Evaluation {
        context.evaluation([DumpMeasure()], scope)
    }
}
