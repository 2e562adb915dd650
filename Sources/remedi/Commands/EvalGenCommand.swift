import LanguageModels
import RemediCore

/// What stands in an editor's place.
enum Baseline: String, Sendable, CaseIterable { case prefix, replace, unedited }

/// `eval gen`: what a model says next, with and without an edit.
package struct EvalGenCommand: EvaluationCommand {
    package static let name = "gen"
    package static let summary = "measures what a model says next with editors and baselines"

    package var given = GivenArguments<EvalGenCommand>()
    package var arguments = EvaluationArguments<GenerationPlan>()
    var baseline: Baseline?
    var isDecontextualized = false

    package init() {}

    package func check() throws(UsageError) {
        if baseline != nil { try checkBaselineAlone() }
        if isDecontextualized, given.contains("contexts") { throw .conflict("decontextualized", "contexts") }
        if given.contains("max-length"), given.contains("max-new-tokens") {
            throw .conflict("max-length", "max-new-tokens")
        }
        try checkSubject()
        try checkArguments()
    }

    /// Refuses what is about other data sets.
    private func checkSubject() throws(UsageError) {
        guard let dataset = DatasetName(rawValue: arguments.subject) else { return }
        let names =
            dataset == .biosbias
            ? ["benchmarks"] : ["contexts", "decontextualized", "top-k-labels"]
        for name in names where given.contains(name) {
            throw .meaningless(name: name, subject: dataset.rawValue)
        }
        if dataset == .biosbias, baseline == .prefix {
            throw .meaningless(name: "baseline prefix", subject: dataset.rawValue)
        }
    }

    func adjust(_ plan: inout GenerationPlan) {
        if isDecontextualized { plan.contexts = [.decontextual] }
        switch baseline {
        case .prefix?: plan.conditions = [.prefix]
        case .replace?: plan.conditions = [.replace]
        case .unedited?: plan.conditions = [.unedited]
        case nil: break
        }
    }

    package static var options: [Option<EvalGenCommand>] {
        let group = "Editors"
        func inside(_ options: [Option<Arguments>]) -> [Option<EvalGenCommand>] {
            options.map { $0.inside(\.arguments) }
        }
        return inside(Arguments.modelOptions + Arguments.dataOptions + Arguments.editorOptions)
            + [
                Option(
                    "baseline", \.baseline, .optional(.choice()), group: group,
                    help:
                        "evaluates without an editor: with the context in front of every prompt, with another entity"
                        + " that has the attribute in the entity's place, or as it is"
                )
            ]
            + inside(
                Arguments.conditionOptions + [
                    Arguments.option("benchmarks", short: "b", "Benchmarks", "what to measure"),
                    Arguments.option(
                        "compat", "Benchmarks",
                        "whose rules hold where this program and the reference differ: the reference's take"
                            + " the first byte token, and may replace an entity by itself"),
                ]) + correctionOptions
            + inside(
                textOptions + Arguments.computationOptions("Benchmarks") + Arguments.outputOptions)
    }

    private typealias Arguments = EvaluationArguments<GenerationPlan>

    /// Options of Bias in Bios alone.
    private static var correctionOptions: [Option<EvalGenCommand>] {
        let group = "Bias in Bios"
        return [
            Arguments.option(
                "contexts", group, "with the biography in front of the prompt, without it, or both"
            ).inside(\.arguments),
            Option(
                "decontextualized", \.isDecontextualized, .flag, group: group,
                help: "the same as --contexts decontextual"),
            Arguments.option("top-k-labels", group, "how many occupations count as the model's answers")
                .inside(\.arguments),
        ]
    }

    private static var textOptions: [Option<Arguments>] {
        let group = "Texts"
        return [
            Arguments.option("top-k", group, "texts are sampled from so many of the likeliest tokens"),
            Arguments.option(
                "max-length", group,
                "tokens of prompt and text together, of which at least one is new; if not given, 150 for"
                    + " Bias in Bios"),
            Arguments.option(
                "max-new-tokens", group, "tokens of the text alone, which is fairer to long prompts"),
        ]
    }
}
