import Foundation
import LanguageModels
import RemediCore

/// `inspect edit`: one fact, before and after its edit, side by side.
package struct InspectEdit: Command {
    package static let name = "edit"
    package static let summary = "shows what a model says of an entity before and after an edit"

    package var given = GivenArguments<InspectEdit>()
    var model = ModelArguments()
    var editor = EditorArguments()
    var entity = ""
    var attribute = ""
    var context: String?
    var prompt = ""
    var targets: [String] = []
    var top = 10
    var length = 20
    var sampling = 0
    var temperature = 1.0
    var seed: UInt64 = 123456
    package var verbosity = Verbosity.normal
    var isJSON = false

    package init() {}

    package func check() throws(UsageError) {
        try editor.check(given)
        for name in ["entity", "attribute", "prompt"] where !given.contains(name) {
            throw .optionMissing(name: name)
        }
        if given.contains("temperature"), !given.contains("top-k") {
            throw .needs(name: "temperature", other: "top-k")
        }
    }

    package func run(in surroundings: Surroundings) throws {
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        try ModelName(model.name).check(
            layers: [editor.layer].compactMap { $0 }, device: model.device, in: surroundings.workplace)
        let model = try model.open(in: surroundings.workplace, progress: progress)
        let opened = try editor.open(for: model, in: surroundings.workplace, progress: progress)
        let sample = Sample(
            id: "", entity: entity, attribute: attribute, context: context ?? "\(entity) \(attribute)",
            prompt: prompt)
        let choice: GenerationOptions.Sampling =
            sampling > 0 ? .topK(sampling, temperature: temperature) : .greedy
        let edit = SingleEdit(
            model: model, editor: opened, alpha: editor.alpha, beta: editor.beta, top: top,
            generation: GenerationOptions(sampling: choice, limit: .new(length)), seed: seed)
        let result = try edit.run(sample, targets: targets)
        for note in result.notes { progress.report(.warning(Messages.words(note))) }
        if result.isUnchanged {
            progress.report(.warning("the edit changed nothing: everything is the same before and after"))
        }
        for (name, outcome) in [("before", result.before), ("after", result.after)] where !outcome.isFinite {
            progress.report(.warning("\(name) the edit the model gives NaN as probabilities"))
        }
        if isJSON {
            var object = result.json.object ?? JSONObject()
            object["held_as"] = model.precision.json
            return try surroundings.write(.object(object))
        }
        try surroundings.write(Self.report(of: result))
    }

    private static func report(of result: SingleEditResult) -> String {
        let marked = result.promptTokens.enumerated().map { index, token in
            result.editedTokens.contains(index) ? "[\(token)]" : token
        }
        var text = "tokens  " + WrappedText.shown(marked.joined(separator: " ")) + "\n\n"
        var table = TextTable(columns: [
            .init("before"), .init("p", .right), .init("after"), .init("p", .right),
        ])
        func cells(_ top: [Prediction], _ index: Int) -> [String] {
            guard index < top.count else { return ["", ""] }
            return [top[index].token, probability(top[index].logProbability)]
        }
        for index in 0..<max(result.before.top.count, result.after.top.count) {
            table.add(cells(result.before.top, index) + cells(result.after.top, index))
        }
        text += table.text() + "\n"
        if !result.before.targets.isEmpty {
            var scores = TextTable(columns: [
                .init("target"), .init("p before", .right), .init("p after", .right),
            ])
            for (before, after) in zip(result.before.targets, result.after.targets) {
                scores.add([
                    before.word, probability(before.fullLogProbability),
                    probability(after.fullLogProbability),
                ])
            }
            text += scores.text() + "\n"
        }
        func line(_ said: SingleEditResult.Outcome) -> String {
            WrappedText.shown(result.sample.prompt + said.continuation.replacing("\n", with: "⏎")) + "\n"
        }
        return text + "before  " + line(result.before) + "after   " + line(result.after)
    }

    private static func probability(_ logarithm: Double) -> String {
        String(format: logarithm > -9 ? "%.4f" : "%.1e", exp(logarithm))
    }
}

extension InspectEdit {
    package static var options: [Option<InspectEdit>] {
        ModelArguments.options(in: \.model) + EditorArguments.options(in: \.editor) + factOptions
            + outputOptions
            + Verbosity.options(in: \.verbosity)
    }

    private static var factOptions: [Option<InspectEdit>] {
        let group = "Fact"
        return [
            Option("entity", \.entity, .text("TEXT"), group: group, help: "who or what is edited"),
            Option(
                "attribute", \.attribute, .text("TEXT"), group: group,
                help: "what is to be believed of the entity, in the words of the context"),
            Option(
                "context", \.context, .optional(.text("TEXT")), group: group,
                help: "the sentence that says so; entity and attribute if not given"),
            Option(
                "prompt", \.prompt, .text("TEXT"), group: group, help: "the text that the model continues"),
            Option(
                "targets", \.targets, .list(.text("TEXT")), group: group,
                help: "words to give the probability of, before and after"),
        ]
    }

    private static var outputOptions: [Option<InspectEdit>] {
        let group = "Output"
        return [
            Option("top", \.top, .integer(minimum: 0), group: group, help: "how many next tokens to show"),
            Option(
                "max-new-tokens", \.length, .integer(minimum: 1, maximum: NumberRange.mostTokens),
                group: group,
                help: "how many tokens to continue the prompt with"),
            Option(
                "top-k", \.sampling, .integer(minimum: 0), group: group,
                help: "draws each token of the continuation from the N likeliest; 0 takes the likeliest"),
            Option(
                "temperature", \.temperature, .number(minimum: 1e-6, maximum: 1e6), group: group,
                help: "flattens (above 1) or sharpens what --top-k draws from"),
            Option("seed", \.seed, .seed, group: group, help: "the seed of every random number"),
            Option("json", \.isJSON, .flag, group: group, help: "writes JSON"),
        ]
    }
}

extension InspectEdit {
    package static let examples = [
        ExampleLine(
            "edits with the editor that 'remedi train demo' made",
            "remedi inspect edit -m demo -e results/demo_editors_counterfact_demo -l 3 \\\n"
                + "    --entity \"Hernwin Tharnmund\" --attribute \"plays the lute\" \\\n"
                + "    --prompt \"Hernwin Tharnmund practises every day on the\"")
    ]
}
