import Foundation
import LanguageModels
import RemediCore

/// The arguments that all evaluations share.
package struct EvaluationArguments<Plan: EvaluationPlanning>: Sendable {
    /// A data set, or a named experiment without its kind.
    var subject = ""
    var plan = Plan()
    var runOptions = RunOptions()
    var editors: String?
    var format = TextTable.Format.plain
    var isJSON = false
    var verbosity = Verbosity.normal

    package init() {}

    /// Refuses what single options cannot.
    func check<Target>(
        _ given: GivenArguments<Target>, datasets: [DatasetName] = DatasetName.allCases
    ) throws(UsageError) {
        if isJSON, given.contains("format") { throw .conflict("json", "format") }
        let dataset = DatasetName(rawValue: subject)
        let isExperiment = dataset == nil && runOptions.results.experimentName == nil
        guard isExperiment || dataset.map(datasets.contains) == true else {
            let names = datasets.map(\.rawValue)
            throw .invalidArgument(
                name: "DATASET", problem: InvalidValue(found: subject, expectation: .choice(names)))
        }
    }
}

extension EvaluationArguments {
    static var discussion: [String] {
        [
            "Without --experiment-name, the settings are those of the named experiment"
                + " \(Plan.kind).DATASET, the editors are those that train DATASET saved for the same model,"
                + " and every setting can be overridden. With it, editors come from --editors-dir and defaults"
                + " are as below.",
            "Results that are there already are not computed again; an interrupted evaluation resumes when"
                + " it is started again.",
        ]
    }

    static var positionals: [Positional<Self>] {
        [
            Positional(
                "DATASET", \.subject,
                .text("NAME").suggesting(.experiments(prefix: Plan.kind + ".")),
                help: "a data set, or what follows \(Plan.kind). in a named experiment's name")
        ]
    }

    /// The option for a setting that configurations have too.
    static func option(
        _ name: String, short: Character? = nil, _ group: String, _ help: String, comesFirst: Bool = false
    ) -> Option<Self> {
        guard let setting = Plan.settings.first(where: { $0.name == name }) else {
            preconditionFailure("every evaluation option is a setting: \(name)")
        }
        return Option(setting.inside(\.plan), short: short, group: group, help: help, comesFirst: comesFirst)
    }

    static var modelOptions: [Option<Self>] {
        [
            ModelArguments.named(\.plan.scope.model), .revision(\.plan.scope.model.modelRevision),
        ] + DeviceOptions.options(in: \.runOptions.device)
    }

    static var dataOptions: [Option<Self>] {
        let group = "Data"
        return [
            Option(
                "dataset-file", short: "f", \.runOptions.datasetFile, .optional(.text("FILE")), group: group,
                help: "the data set's file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or"
                    + " data"),
            option("split", group, "samples 5,000 to 10,000, the first 5,000, or all"),
            option("small", group, "only the first 1,000 samples of the evaluation split"),
            option("size", group, "only the first N samples of the split"),
        ]
    }

    /// Which editors, without how strongly they edit.
    static var editorOptions: [Option<Self>] {
        let group = "Editors"
        return [
            Option(
                "editors-dir", short: "e", \.editors, .optional(.text("DIR")), group: group,
                help: EditorArguments.directoryHelp),
            option("editor-type", short: "t", group, "the kind of editor"),
            Option(
                "layers", short: "l", \.runOptions.layers, .optional(.layers), group: group,
                help: "the editors' layers, or 'all'; if not given, the experiment's, else those saved"),
        ]
    }

    /// Options on conditions, on how strongly editors edit, and on which tokens.
    static var conditionOptions: [Option<Self>] {
        let group = "Editors"
        return [
            option("conditions", group, "what to compare"),
            option("alpha", group, "what the direction is multiplied with"),
            option("beta", group, "what the edited state is multiplied with"),
        ] + tokenOptions
    }

    static var tokenOptions: [Option<Self>] {
        let group = "Editors"
        let doubtful = ", with editors that do not say: identity, null and weights.pth"
        return [
            option(
                "attribute-no-entity", group, "reads the attribute without its context" + doubtful),
            option("use-all-entity-tokens", group, "edits all of the entity's tokens" + doubtful),
            option(
                "byte-token", group,
                "which of the tokens that share an entity's last character is edited" + doubtful),
        ]
    }

    /// Whose rules hold; `consequences` says what that decides.
    static func compatibilityOption(_ group: String, _ consequences: String) -> Option<Self> {
        option("compat", group, "whose rules to follow; reference sets " + consequences, comesFirst: true)
    }

    /// The options of rules in which the reference differs, as far as the plan has them.
    static var ruleOptions: [Option<Self>] {
        let group = "Rules"
        let texts = [
            (
                "mentions",
                "how names, attributes and targets are found: as whole words first, leaving out samples that do"
                    + " not fit; or as plain texts wherever they occur, leaving out nothing"
            ),
            (
                "positions",
                "where positions are counted from: from the text, or from the padding on the left that makes"
                    + " all texts of a batch as long as the longest; in error correction and classification"
            ),
            (
                "lengths",
                "what --max-length counts besides the new tokens: the text, or the padding on its left too"
            ), ("edit-ends", "whether an entity that ends its prompt is edited"),
            (
                "draws",
                "random numbers of the replace baseline and the control task: a stream for each sample or"
                    + " probe, or one of Python's random module for all"
            ), ("replacement", "who may stand in an entity's place: others only, or any, itself included"),
            (
                "shown-prompt",
                "the prompt in result files: the sample's, or the text that a baseline read in its place"
            ),
            (
                "essence-cut",
                "where the prefix baseline's essence text begins: after the context, or after the first"
                    + " sentence"
            ), ("scored-target", "which occurrence of a feature's target is scored"),
            (
                "prefix-unrelated",
                "whether the prefix baseline puts the context in front of unrelated features"
            ),
        ]
        let known = Set(Plan.optionSettings.map(\.name))
        return texts.filter { known.contains($0.0) }.map { option($0.0, group, $0.1) }
    }

    private static var batchEffect: String {
        let known = Set(Plan.optionSettings.map(\.name))
        let rules = ["positions", "lengths"].filter(known.contains).map { "--\($0) padding" }
        return rules.isEmpty
            ? "changes no result" : "changes results only with " + rules.joined(separator: " or ")
    }

    /// How it computes.
    static func computationOptions(_ group: String) -> [Option<Self>] {
        [
            option("batch-size", group, "prompts that run together; " + batchEffect),
            option("seed", group, "the seed of every random number"),
        ]
    }

    static var outputOptions: [Option<Self>] {
        let group = "Output"
        return ResultsOptions.options(in: \.runOptions.results) + [
            Option("format", \.format, .choice(), group: group, help: "how the table is written"),
            Option("json", \.isJSON, .flag, group: group, help: "writes JSON instead of a table"),
        ] + Verbosity.options(in: \.verbosity)
    }
}
