import LanguageModels
import RemediCore

/// `eval ent`: what follows from an edit.
package struct EvalEntCommand: EvaluationCommand {
    package static let name = "ent"
    package static let summary = "measures what follows from an edit: features that go with the one given"

    package var given = GivenArguments<EvalEntCommand>()
    package var arguments = EvaluationArguments<EntailmentPlan>()
    /// A condition that takes an editor's place; nobody else has a feature for sure, so nothing is replaced.
    var baseline: EvaluationOptions.Condition?

    package init() {}

    package func check() throws(UsageError) {
        if baseline != nil { try checkBaselineAlone() }
        try checkArguments(datasets: Datasets.offering(.entailment))
    }

    func adjust(_ plan: inout EntailmentPlan) {
        if let baseline { plan.conditions = [baseline] }
    }

    package static var options: [Option<EvalEntCommand>] {
        typealias Arguments = EvaluationArguments<EntailmentPlan>
        let group = "Editors"
        let evaluation = "Evaluation"
        func inside(_ options: [Option<Arguments>]) -> [Option<EvalEntCommand>] {
            options.map { $0.inside(\.arguments) }
        }
        return inside(Arguments.modelOptions + Arguments.dataOptions + Arguments.editorOptions)
            + [
                Option(
                    "baseline", \.baseline,
                    .optional(.choice(among: Baselines.choices(askingAboutOthers: false))), group: group,
                    help:
                        "evaluates without an editor: with the context in front of every prompt, or as it is"
                )
            ]
            + inside(
                Arguments.conditionOptions + [
                    Arguments.compatibilityOption(
                        evaluation,
                        "--byte-token first, --reference-probabilities rounded, --batch-size 16 and the other"
                            + " value of every option under Rules where they are not given, and makes samples of raw norms as 'remedi data reformat --compat reference'"
                            + " does"),
                    Arguments.option(
                        "reference-probabilities", evaluation,
                        "how people's probabilities are taken; if not given, as --compat says: exact, or"
                            + " rounded to two decimals, of which 0.00 is left out"),
                ] + Arguments.ruleOptions + Arguments.computationOptions(evaluation) + Arguments.outputOptions
            )
    }
}

extension EvalEntCommand {
    package static let examples = [
        ExampleLine(
            "measures what the context alone changes, on 30 samples",
            "remedi eval ent mcrae -n features -m demo --split all --size 30 \\\n    --baseline prefix")
    ]
}
