import Foundation
import LanguageModels
import RemediCore

/// `data reformat`: the raw file of a data set as sample objects.
package struct DataReformat: Command {
    package static let name = "reformat"
    package static let summary = "turns the raw file of a data set into samples, one JSON object a line"
    package static let discussion = [
        "Raw files are read as they are by every command; reformatting saves the time, and gives the files"
            + " that the reference reads. Pickles are read without executing anything.",
        "Samples without an attribute, or without their entity in the prompt, stay in the file, so that splits"
            + " stay the same; what uses the file leaves them out.",
    ]

    package var given = GivenArguments<DataReformat>()
    var dataset = DatasetName.counterfact
    var datasetFile: String?
    var output: String?
    var compatibility = Compatibility.remedi {
        didSet { norms = McRae.Options(compatibility) }
    }
    var norms = McRae.Options()
    var isJSON = false
    package var verbosity = Verbosity.normal

    package init() {}

    package static var options: [Option<DataReformat>] {
        [
            Option("dataset", short: "d", \.dataset, .choice("NAME"), group: "Data", help: "the data set"),
            Option(
                "dataset-file", short: "f", \.datasetFile, .optional(.text("FILE")), group: "Data",
                help: "the raw file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or data"),
            Option(
                "compat", \.compatibility, .choice(), group: "McRae norms",
                help: "whose rules count where the reference differs: --unrelated any, --co-prob"
                    + " rounded and --articles whole-text where they are not given",
                comesFirst: true),
            Option(
                "unrelated", \.norms.drawsContextFeature, .either("any", "others"), group: "McRae norms",
                help: "whether the feature that the context states can be among the unrelated ones"),
            Option(
                "co-prob", \.norms.roundsProbabilities, .either("rounded", "exact"), group: "McRae norms",
                help: "how the lists of features hold probabilities: as texts of two decimals, or as they are"
            ),
            Option(
                "articles", \.norms.articles, .choice(), group: "McRae norms",
                help: "whether a concept's first word decides between A and An, or the concept as a whole,"
                    + " which several words leave without an An"),
            Option(
                "output", short: "o", \.output, .optional(.text("FILE")), group: "Output",
                help: "the file to write; if not given,"
                    + " \(Messages.either(Datasets.all.map(\.reformattedFileName))) in the data folder"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON about the file"),
        ] + Verbosity.options(in: \.verbosity)
    }

    package func run(in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        let file = try dataset.locateRaw(file: datasetFile, in: workplace)
        let target =
            output.map(workplace.resolve)
            ?? workplace.data.appendingPathComponent(dataset.form.reformattedFileName)
        guard target.resolvingSymlinksInPath() != file.resolvingSymlinksInPath() else {
            throw RemediError.unwritable(path: target.path, reason: "this is the file that is read")
        }
        progress.report(.message("reading \(file.path)"))
        let data = try Dataset.load(dataset, file: file, norms: norms)
        let samples = data.all
        guard !samples.isEmpty else {
            throw RemediError.noSamples(dataset: file.path, split: Split.all.description, count: 0)
        }
        try Dataset.write(samples, to: target)
        if isJSON {
            return try surroundings.write([
                "dataset": .string(dataset.rawValue), "file": .string(file.path),
                "sha256": .string(data.fileHash), "records": .integer(data.recordCount),
                "output": .string(target.path), "samples": .integer(samples.count),
                "dropped": data.droppedJSON,
            ])
        }
        var facts = Facts()
        facts.add("read", "\(data.recordsText) from \(file.path)")
        facts.add("written", "\(samples.count) samples to \(target.path)")
        try surroundings.write(facts.text + data.droppedText())
    }
}

extension Dataset {
    /// "89 records", or "the first 50000 records" where no more are read.
    var recordsText: String { (recordCount == recordLimit ? "the first " : "") + "\(recordCount) records" }
}

extension DataReformat {
    package static let examples = [
        ExampleLine(
            "makes samples of the demonstration's facts", "remedi data reformat -f demo -o samples.jsonl")
    ]
}
