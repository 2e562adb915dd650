import LanguageModels
import RemediCore

/// What stands in an editor's place.
enum Baseline: String, Sendable, CaseIterable { case prefix, unedited }

/// `eval gen`: what a model says next, with and without an edit.
package struct EvalGenCommand: EvaluationCommand {
    package static let name = "gen"
    package static let summary = "measures what a model says next with editors and baselines"

    package var given = GivenArguments<EvalGenCommand>()
    package var arguments = EvaluationArguments<GenerationPlan>()
    var baseline: Baseline?

    package init() {}

    package func check() throws(UsageError) {
        for other in ["editors-dir", "layers", "conditions"] where baseline != nil && given.contains(other) {
            throw .conflict("baseline", other)
        }
        try checkArguments()
    }

    func adjust(_ plan: inout GenerationPlan) {
        switch baseline {
        case .prefix?: plan.conditions = [.prefix]
        case .unedited?: plan.conditions = [.unedited]
        case nil: break
        }
    }

    package static var options: [Option<EvalGenCommand>] {
        typealias Arguments = EvaluationArguments<GenerationPlan>
        let group = "Editors"
        func inside(_ options: [Option<Arguments>]) -> [Option<EvalGenCommand>] {
            options.map { $0.inside(\.arguments) }
        }
        return inside(Arguments.modelOptions + Arguments.dataOptions + Arguments.editorOptions)
            + [
                Option(
                    "baseline", \.baseline, .optional(.choice()), group: group,
                    help:
                        "evaluates without an editor: with the context in front of every prompt, or as it is"
                )
            ]
            + inside(
                [
                    Arguments.option("conditions", group, "what to compare"),
                    Arguments.option("alpha", group, "what the direction is multiplied with"),
                    Arguments.option("beta", group, "what the edited state is multiplied with"),
                ] + Arguments.tokenOptions + [
                    Arguments.option("benchmarks", short: "b", "Benchmarks", "what to measure")
                ] + Arguments.computationOptions("Benchmarks") + Arguments.outputOptions)
    }
}
