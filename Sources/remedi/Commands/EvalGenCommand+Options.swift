import RemediCore

extension EvalGenCommand {
    package static var discussion: [String] {
        [
            "Without --experiment-name, the settings are those of the named experiment eval.gen.DATASET, the"
                + " editors are those that train DATASET saved for the same model, and every setting can be"
                + " overridden. With it, editors come from --editors-dir and defaults are as below.",
            "Results that are there already are not computed again.",
        ]
    }

    package static var positionals: [Positional<EvalGenCommand>] {
        [
            Positional(
                "DATASET", \.subject, .text("NAME"),
                help: "a data set, or the name of an experiment behind eval.gen.")
        ]
    }

    package static var options: [Option<EvalGenCommand>] {
        [Option("model", short: "m", \.plan.model, .text("NAME"), group: "Model", help: ModelArguments.help)]
            + DeviceArguments.options(in: \.device)
            + dataOptions + editorOptions + measureOptions
            + ResultsArguments.options(in: \.results)
            + outputOptions
            + Verbosity.options(in: \.verbosity)
    }

    /// The option for a setting that configurations have too.
    private static func option(
        _ name: String, short: Character? = nil, _ group: String, _ help: String
    ) -> Option<EvalGenCommand> {
        guard let setting = EvaluationPlan.optionSettings.first(where: { $0.name == name }) else {
            preconditionFailure("every evaluation option is a setting: \(name)")
        }
        return Option(setting.inside(\.plan), short: short, group: group, help: help)
    }

    private static var dataOptions: [Option<EvalGenCommand>] {
        let group = "Data"
        return [
            Option(
                "dataset-file", short: "f", \.datasetFile, .optional(.text("FILE")), group: group,
                help: "the data set's file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or"
                    + " data"),
            option("split", group, "samples 5,000 to 10,000, the first 5,000, or all"),
            option("small", group, "only the first 1,000 samples of the evaluation split"),
        ]
    }

    private static var editorOptions: [Option<EvalGenCommand>] {
        let group = "Editors"
        let doubtful = ", with editors that do not say: identity, null and weights.pth"
        return [
            Option(
                "editors-dir", short: "e", \.editors, .optional(.text("DIR")), group: group,
                help: EditorArguments.directoryHelp),
            option("editor-type", short: "t", group, "the kind of editor"),
            Option(
                "layers", short: "l", \.layers, .optional(.layers), group: group,
                help: "the editors' layers, or 'all'; if not given, the experiment's, else those saved"),
            Option(
                "baseline", \.baseline, .optional(.choice()), group: group,
                help: "evaluates without an editor: with the context in front of every prompt, or as it is"),
            option("conditions", group, "what to compare"),
            option("alpha", group, "what the direction is multiplied with"),
            option("beta", group, "what the edited state is multiplied with"),
            option(
                "attribute-no-entity", group, "reads the attribute without its context" + doubtful),
            option("use-all-entity-tokens", group, "edits all of the entity's tokens" + doubtful),
            option(
                "byte-token", group,
                "which of the tokens that share an entity's last character is edited" + doubtful),
        ]
    }

    private static var measureOptions: [Option<EvalGenCommand>] {
        let group = "Benchmarks"
        return [
            option("benchmarks", short: "b", group, "what to measure"),
            option("batch-size", group, "prompts that run together; changes no result"),
            option("seed", group, "the seed of every random number"),
        ]
    }

    private static var outputOptions: [Option<EvalGenCommand>] {
        let group = "Output"
        return [
            Option("format", \.format, .choice(), group: group, help: "how the table is written"),
            Option("json", \.isJSON, .flag, group: group, help: "writes JSON instead of a table"),
        ]
    }
}
