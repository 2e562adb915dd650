import Foundation
import LanguageModels
import RemediCore

/// `inspect directions`: directions and hidden states of a data set's samples, for other tools.
package struct InspectDirections: Command {
    package static let name = "directions"
    package static let summary = "writes directions and hidden states of samples to a safetensors file"
    package static let discussion = [
        "The file holds direction and h_attr [N, D], h_entity_pre and h_entity_post [N, L, D], and as JSON in"
            + " its metadata ids, texts and token ranges."
    ]

    package var given = GivenArguments<InspectDirections>()
    var model = ModelArguments()
    var dataset = DatasetName.counterfact
    var datasetFile: String?
    var size = 1000
    var isAll = false
    var editor = EditorArguments()
    var batchSize = 16
    var output = ""
    var isJSON = false
    var verbosity = Verbosity.normal

    package init() {}

    package func check() throws(UsageError) {
        try editor.check(given)
        if output.isEmpty { throw .optionMissing(name: "output") }
    }

    package func run(in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals()
        let file = try dataset.locate(file: datasetFile, in: workplace)
        let data = try Dataset.load(dataset, file: file)
        data.reportDropped(to: progress)
        let split: Split = isAll ? .all : .dump(size: size)
        let samples = Array(data[split])
        guard !samples.isEmpty else {
            throw RemediError.noSamples(
                dataset: file.path, split: split.description, count: data.samples.count)
        }
        let model = try model.open(in: workplace, progress: progress)
        let opened = try editor.open(for: model, in: workplace)
        let dump = DirectionDump(
            model: model, editor: opened, alpha: editor.alpha, beta: editor.beta, batchSize: batchSize)
        let target = workplace.resolve(output)
        let (count, skipped) = try dump.write(samples, to: target, progress: progress)
        if isJSON {
            return try surroundings.write([
                "file": .string(target.path), "samples": .integer(count), "skipped": skipped.json,
            ])
        }
        let rest = skipped.reasons.map { "; left out, \($0.reason): \($0.ids.joined(separator: ", "))" }
        try surroundings.write("\(count) samples in \(target.path)\(rest.joined())\n")
    }
}

extension InspectDirections {
    package static var options: [Option<InspectDirections>] {
        ModelArguments.options(in: \.model) + dataOptions + EditorArguments.options(in: \.editor)
            + [
                Option(
                    "output", short: "o", \.output, .text("FILE"), group: "Output",
                    help: "the safetensors file to write"),
                Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON about the file"),
            ] + Verbosity.options(in: \.verbosity)
    }

    private static var dataOptions: [Option<InspectDirections>] {
        let group = "Data"
        return [
            Option("dataset", short: "d", \.dataset, .choice("NAME"), group: group, help: "the data set"),
            Option(
                "dataset-file", short: "f", \.datasetFile, .optional(.text("FILE")), group: group,
                help: "the data set's file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or"
                    + " data"),
            Option(
                "size", \.size, .integer(minimum: 1), group: group,
                help: "how many samples, from number 5,000 on"),
            Option("all", \.isAll, .flag, group: group, help: "takes all samples instead"),
            Option(
                "batch-size", \.batchSize, .integer(minimum: 1), group: group,
                help: "prompts that run together; changes no result"),
        ]
    }
}
