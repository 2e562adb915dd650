import LanguageModels
import RemediCore

/// `eval med`: what contexts do to a model that nobody edited.
package struct EvalMedCommand: EvaluationCommand {
    package static let name = "med"
    package static let summary = "measures how often a context changes what the unedited model says"
    package static let discussion = [
        "A model that knows a fact prefers target_unmediated after the prompt alone (decontextual); one that"
            + " believes what it reads prefers target_mediated after the prompt in its context (contextual)."
            + " Both are counted, over all samples of the data set.",
        "Without --experiment-name, the settings are those of the named experiment eval.med.DATASET, and every"
            + " setting can be overridden. With it, defaults are as below.",
        "A result that is there already is not computed again; an interrupted evaluation resumes when it is"
            + " started again.",
    ]

    package var given = GivenArguments<EvalMedCommand>()
    package var arguments = EvaluationArguments<MediationPlan>()

    package init() {}

    package func check() throws(UsageError) { try checkArguments(datasets: Datasets.offering(.mediation)) }

    package static var options: [Option<EvalMedCommand>] {
        typealias Arguments = EvaluationArguments<MediationPlan>
        let all =
            Arguments.modelOptions + Arguments.dataOptions
            + [Arguments.option("top", "Evaluation", "how many of the likeliest next tokens to tell")]
            + Arguments.computationOptions("Evaluation") + Arguments.outputOptions
        return all.map { $0.inside(\.arguments) }
    }
}

extension EvalMedCommand {
    package static let examples = [
        ExampleLine("counts on 100 samples", "remedi eval med counterfact -n contexts -m demo --size 100")
    ]
}
