import LanguageModels
import RemediCore

/// `eval cls`: does an editor's direction tell what a model will say?
package struct EvalClsCommand: EvaluationCommand {
    package static let name = "cls"
    package static let summary = "measures how well editors' directions tell what a model believes"

    package var given = GivenArguments<EvalClsCommand>()
    package var arguments = EvaluationArguments<ClassificationPlan>()

    package init() {}

    package func check() throws(UsageError) {
        for control in ["control-task", "control-model"] {
            if given.contains(control), given.contains("variants") { throw .conflict(control, "variants") }
        }
        if let dataset = DatasetName(rawValue: arguments.subject), dataset.form.scoring != .correction,
            given.contains("top-k-labels")
        {
            throw .meaningless(name: "top-k-labels", subject: dataset.rawValue)
        }
        try checkArguments()
    }

    /// A control that is named is the only thing to be done.
    func adjust(_ plan: inout ClassificationPlan) {
        if given.contains("control-task") || given.contains("control-model") { plan.variants = [.editor] }
    }

    package static var options: [Option<EvalClsCommand>] {
        typealias Arguments = EvaluationArguments<ClassificationPlan>
        func inside(_ options: [Option<Arguments>]) -> [Option<EvalClsCommand>] {
            options.map { $0.inside(\.arguments) }
        }
        let group = "Classification"
        let probing = [
            Arguments.option(
                "entity-layers", group,
                "the layers at which entities are read, or 'all' from the editor's on, which is the default"),
            Arguments.option(
                "variants", group,
                "what to try: the editor, the identity editor in its place, shuffled truths, and a model of"
                    + " random weights (MODEL_random) with editors trained on it"),
            Arguments.option(
                "control-task", group, "shuffles the truths among the samples; the same as that variant"),
            Arguments.option(
                "control-model", group,
                "says that --model has random weights and names the files so; the variant of that name"
                    + " looks for model and editors itself"),
            Arguments.option(
                "normalize", group,
                "by the samples that are classified, or by those of the training split; what 'train' takes"
                    + " is kept beside the editor as normalizer.safetensors, for 'inspect probe' too, and"
                    + " made first if it is not there"),
            Arguments.option(
                "editor-entity", group,
                "which state of the entity editors get that use one: of the entity alone, as in training, or"
                    + " the one in the prompt that is classified, as with --compat reference"),
            Arguments.option(
                "top-k-labels", group,
                "Bias in Bios: how many occupations count as an answer of model and probe"),
            Arguments.compatibilityOption(
                group,
                "--byte-token first, --editor-entity prompt, --batch-size 16 and the other value of every option"
                    + " under Rules where they are not given"),
        ]
        return inside(
            Arguments.modelOptions + Arguments.dataOptions + Arguments.editorOptions
                + Arguments.tokenOptions + probing + Arguments.ruleOptions
                + Arguments.computationOptions(group)
                + Arguments.outputOptions)
    }
}

extension EvalClsCommand {
    package static let examples = [
        ExampleLine("measures with the editor that 'remedi train demo' made", "remedi eval cls demo"),
        ExampleLine(
            "keeps the training split's statistics, which 'remedi inspect probe' needs",
            "remedi eval cls counterfact -n probe -m demo --normalize train \\\n"
                + "    -e results/demo_editors_counterfact_demo"),
    ]
}
