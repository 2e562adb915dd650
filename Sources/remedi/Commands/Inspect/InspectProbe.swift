import Foundation
import LanguageModels
import RemediCore

/// `inspect probe`: does the model believe these attributes of this entity?
package struct InspectProbe: Command {
    package static let name = "probe"
    package static let summary = "shows which attributes of an entity a model believes"
    package static let discussion = [
        "Compares the direction of every attribute with the entity's state in the prompt. Needs the statistics"
            + " of the training split beside the editor, which 'remedi eval cls counterfact --normalize train'"
            + " makes."
    ]

    package var given = GivenArguments<InspectProbe>()
    var model = ModelArguments()
    var editor = EditorArguments()
    var entityLayer: Int?
    var entity = ""
    var prompt = ""
    var context: String?
    var attributes: [String] = []
    package var verbosity = Verbosity.normal
    var isJSON = false

    package init() {}

    package func check() throws(UsageError) {
        if editor.layer == nil { throw .optionMissing(name: "layer") }
        if editor.directory == nil { throw .optionMissing(name: "editors-dir") }
        for name in ["entity", "prompt", "attribute"] where !given.contains(name) {
            throw .optionMissing(name: name)
        }
    }

    /// Those of every mention of the option.
    private var allAttributes: [String] {
        given.options.filter { $0.option.name == "attribute" }.flatMap(\.words)
    }

    package func run(in surroundings: Surroundings) throws {
        guard let layer = editor.layer, let directory = editor.directory else {
            preconditionFailure("a command line without its editor was let through")
        }
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        try ModelName(model.name).check(
            layers: [layer] + [entityLayer].compactMap { $0 }, device: model.device,
            in: surroundings.workplace)
        let model = try model.open(in: surroundings.workplace, progress: progress)
        let probe = try SingleProbe(
            model: model, type: editor.type, block: layer,
            directory: surroundings.workplace.editors(directory), entityBlock: entityLayer,
            progress: progress)
        let result = try probe.run(
            entity: entity, prompt: prompt, context: context, attributes: allAttributes)
        if isJSON {
            var object = result.json.object ?? JSONObject()
            object["held_as"] = model.precision.json
            return try surroundings.write(.object(object))
        }
        try surroundings.write(result.report)
    }
}

extension SingleProbeResult {
    fileprivate var report: String {
        let marked = tokens.enumerated().map { $0 == entityToken ? "[\($1)]" : $1 }
        var text = "tokens  " + WrappedText.shown(marked.joined(separator: " ")) + "\n"
        text += "probe   \(type.rawValue), layer \(block); entity read at layer \(entityBlock);"
        text += " normalised by \(sampleCount) training samples of \(WrappedText.shown(dataset))\n\n"
        var table = TextTable(columns: [
            .init("attribute"), .init("score", .right), .init("above believed", .right),
            .init("above others", .right), .init("believed"),
        ])
        for belief in beliefs {
            table.add([
                belief.attribute, String(format: "%.2f", belief.score), Self.percent(belief.shareOfBelieved),
                Self.percent(belief.shareOfOthers),
                isTelling ? (belief.isBelieved ? "yes" : "no") : "unclear",
            ])
        }
        text += table.text() + "\n"
        for pair in pairs {
            let margin = String(format: "%.2f", pair.rather.score - pair.than.score)
            text +=
                WrappedText.shown("rather '\(pair.rather.attribute)' than '\(pair.than.attribute)'")
                + ", by \(margin)\n"
        }
        return text + (pairs.isEmpty ? "" : "\n") + trust
    }

    /// How far the verdicts can be trusted.
    private var trust: String {
        let single = Self.percent(calibration.balancedAccuracy)
        let threshold = String(format: "%.2f", calibration.threshold)
        let verdict =
            isTelling
            ? "'believed' means a score above \(threshold), which was right for \(single) of the training"
                + " attributes"
            : "a single score says nothing at this layer: the best threshold was right for only \(single) of"
                + " the training attributes"
        return verdict + ";\nof two attributes, the one with the higher score was believed in "
            + Self.percent(calibration.pairAccuracy) + " of the training samples\n"
    }

    private static func percent(_ share: Double) -> String { String(format: "%.0f %%", 100 * share) }
}

extension InspectProbe {
    package static var options: [Option<InspectProbe>] {
        ModelArguments.options(in: \.model) + editorOptions + factOptions
            + [Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON")]
            + Verbosity.options(in: \.verbosity)
    }

    /// Nothing is edited, so nothing says how strongly.
    private static var editorOptions: [Option<InspectProbe>] {
        EditorArguments.options(in: \.editor).filter { !["alpha", "beta"].contains($0.name) }
            + [
                Option(
                    "entity-layer", \.entityLayer, .optional(.integer(minimum: 0)), group: "Editor",
                    help: "the layer at which the entity is read; if not given, the one from the editor's on"
                        + " at which the probe was right most often on the training split")
            ]
    }

    private static var factOptions: [Option<InspectProbe>] {
        let group = "Fact"
        return [
            Option("entity", \.entity, .text("TEXT"), group: group, help: "who or what is asked about"),
            Option(
                "prompt", \.prompt, .text("TEXT"), group: group,
                help: "a text that names the entity, as the model would continue it"),
            Option(
                "attribute", \.attributes, .list(.text("TEXT")), group: group,
                help: "what may be believed of the entity, as it would follow its name; may be given"
                    + " several times"),
            Option(
                "context", \.context, .optional(.text("TEXT")), group: group,
                help: "a sentence to read before the prompt, for what the model believes then"),
        ]
    }
}

extension InspectProbe {
    package static let examples = [
        ExampleLine(
            "asks after running 'remedi eval cls counterfact --normalize train'",
            "remedi inspect probe -m demo -e results/demo_editors_counterfact_demo -l 3 \\\n"
                + "    --entity \"Hernwin Tharnmund\" --prompt \"Hernwin Tharnmund plays the\" \\\n"
                + "    --attribute \"plays the lute\" \"plays the drum\"")
    ]
}
