import Foundation
import LanguageModels
import RemediCore

/// `inspect predict`: the likeliest next tokens of prompts.
package struct InspectPredict: Command {
    package static let name = "predict"
    package static let summary = "shows the likeliest next tokens of prompts"

    package var given = GivenArguments<InspectPredict>()
    var model = ModelArguments()
    package var verbosity = Verbosity.normal
    var top = 10
    var isJSON = false
    var prompts: [String] = []

    package init() {}

    package static var positionals: [Positional<InspectPredict>] {
        [Positional("PROMPT", \.prompts, .list(.text("TEXT")), help: "a text to continue")]
    }

    package static var options: [Option<InspectPredict>] {
        ModelArguments.options(in: \.model) + [
            Option(
                "top", short: "k", \.top, .integer(minimum: 1), group: "Output",
                help: "how many tokens to show of each prompt"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ] + Verbosity.options(in: \.verbosity)
    }

    package func run(in surroundings: Surroundings) throws {
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        let model = try model.open(in: surroundings.workplace, progress: progress)
        var results: [JSONValue] = []
        for prompt in prompts {
            let ids = model.tokenizer.encode(prompt).ids
            let predictions = try model.topPredictions(after: ids, count: top)
            if predictions.contains(where: { !$0.logProbability.isFinite }) {
                progress.report(.warning("the model gives NaN as probabilities"))
            }
            if isJSON {
                results.append(["prompt": .string(prompt), "top": .array(predictions.map(\.json))])
            } else {
                try surroundings.write(text(of: prompt, predictions))
            }
        }
        if isJSON { try surroundings.write(JSONValue.array(results)) }
    }

    private func text(of prompt: String, _ predictions: [Prediction]) -> String {
        var report = TextTable(columns: [
            .init("p", .right), .init("logp", .right), .init("id", .right), .init("token"),
        ])
        for prediction in predictions { report.add(prediction.cells) }
        return WrappedText.shown(prompt) + "\n" + report.text() + (prompt == prompts.last ? "" : "\n")
    }
}

extension InspectPredict {
    package static let examples = [
        ExampleLine(
            "shows five tokens each for two prompts",
            "remedi inspect predict -m demo --top 5 \"Hernwin Tharnmund plays the\" \\\n"
                + "    \"Hernwin Tharnmund works as a\"")
    ]
}
