import LanguageModels
import RemediCore

/// `eval gen`: what a model says next, with and without an edit.
package struct EvalGenCommand: EvaluationCommand {
    package static let name = "gen"
    package static let summary = "measures what a model says next with editors and baselines"

    package static var discussion: [String] {
        [
            "--benchmarks selects what is measured. Generation, essence and the condition replace also need the"
                + " texts that 'remedi data download snippets idf vocabulary' fetches into the data folder. For"
                + " Bias in Bios, error correction is measured instead: how well edits correct the occupation"
                + " that the model names, with the unedited model beside them."
        ] + Arguments.discussion
    }

    package var given = GivenArguments<EvalGenCommand>()
    package var arguments = EvaluationArguments<GenerationPlan>()
    /// A condition that takes an editor's place.
    var baseline: EvaluationOptions.Condition?
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
        let corrects = dataset.form.scoring == .correction
        let names = corrects ? ["benchmarks"] : ["contexts", "decontextualized", "top-k-labels"]
        for name in names where given.contains(name) {
            throw .meaningless(name: name, subject: dataset.rawValue)
        }
        guard corrects else { return }
        let conditions = baseline.map { [$0] } ?? arguments.plan.conditions
        for condition in conditions where condition != .edited && condition != .unedited {
            let name = baseline == nil ? "conditions" : "baseline"
            throw .meaningless(name: "\(name) \(condition.rawValue)", subject: dataset.rawValue)
        }
    }

    func adjust(_ plan: inout GenerationPlan) {
        if isDecontextualized { plan.contexts = [.decontextual] }
        if let condition = baseline { plan.conditions = [condition] }
    }

    package static var options: [Option<EvalGenCommand>] {
        let group = "Editors"
        func inside(_ options: [Option<Arguments>]) -> [Option<EvalGenCommand>] {
            options.map { $0.inside(\.arguments) }
        }
        return inside(Arguments.modelOptions + Arguments.dataOptions + Arguments.editorOptions)
            + [
                Option(
                    "baseline", \.baseline,
                    .optional(.choice(among: Baselines.choices(askingAboutOthers: true))), group: group,
                    help: "evaluates without an editor: "
                        + Messages.either(
                            Baselines.choices(askingAboutOthers: true).compactMap(\.baseline?.words)))
            ]
            + inside(
                Arguments.conditionOptions + [
                    Arguments.option("benchmarks", short: "b", "Benchmarks", "what to measure"),
                    Arguments.compatibilityOption(
                        "Benchmarks",
                        "--byte-token first, --word-rules reference, --batch-size 16 and the other value of"
                            + " every option under Rules where they are not given"),
                ]) + correctionOptions
            + inside(
                textOptions + Arguments.ruleOptions + Arguments.computationOptions("Benchmarks")
                    + Arguments.outputOptions)
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
                "tokens of prompt and text together, of which at least one is new; if not given, 100, but"
                    + " 150 for Bias in Bios"),
            Arguments.option(
                "max-new-tokens", group, "tokens of the text alone, which is fairer to long prompts"),
            Arguments.option(
                "word-rules", group,
                "how texts are split into words for their fluency: as NLTK does now, or as NLTK 3.8 did; if"
                    + " not given, as --compat says"),
        ]
    }
}

extension EvalGenCommand {
    package static let examples = [
        ExampleLine("measures the editor that 'remedi train demo' made", "remedi eval gen demo"),
        ExampleLine(
            "measures the model without an editor, on 50 samples",
            "remedi eval gen counterfact -n plain -m demo --baseline unedited --size 50"),
        ExampleLine(
            "measures one benchmark with editors of results/mine",
            "remedi eval gen counterfact -n mine-gen -m demo -e results/mine -b efficacy \\\n    --size 50"),
    ]
}
