import Foundation
import LanguageModels
import RemediCore

/// `inspect directions`: directions and hidden states of a data set's samples, for other tools.
package struct InspectDirections: Command {
    package static let name = "directions"
    package static let summary = "writes directions and hidden states of samples to files"
    package static let discussion = [
        "A safetensors file holds direction and h_attr [N, D], h_entity_pre and h_entity_post [N, L, D], and"
            + " as JSON in its metadata ids, texts and token ranges.",
        "A .pth file holds, for torch.load, a list of one dict a sample: direction and h_attr [D],"
            + " h_entity_pre and h_entity_post as dicts from layers to [D], id, entity, prompt, context and"
            + " attribute.",
        "The named experiments dump.counterfact, dump.biosbias and dump.mcrae write the same into a results"
            + " folder: 'remedi experiments run dump.counterfact'. So does this command with"
            + " --experiment-name, which then resumes where it was interrupted.",
    ]

    package var given = GivenArguments<InspectDirections>()
    var model = ModelArguments()
    var dataset = DatasetName.counterfact
    var datasetFile: String?
    var mentions = MentionRule.word
    var size = 1000
    var isAll = false
    var editor = EditorArguments()
    var layers: LayerChoice?
    var batchSize = 16
    var outputs: [String] = []
    var results = ResultsOptions()
    var seed = EvaluationScope().seed
    var isJSON = false
    package var verbosity = Verbosity.normal

    package init() {}

    package func check() throws(UsageError) {
        if editor.directory == nil, !editor.type.isParameterless {
            throw .optionMissing(name: "editors-dir")
        }
        if results.experimentName != nil {
            if !outputs.isEmpty { throw .conflict("experiment-name", "output") }
            return
        }
        for name in Self.resultsOptions.map(\.name) where given.contains(name) {
            throw .needs(name: name, other: "experiment-name")
        }
        if outputs.isEmpty { throw .optionMissing(name: "output") }
        if case .only(let blocks)? = layers, blocks.count == 1 { return }
        if let file = outputs.first(where: { Self.form(of: $0) != nil }) {
            throw .invalidOption(
                name: "output", problem: InvalidValue(found: file, expectation: .folderForLayers))
        }
    }

    package func run(in surroundings: Surroundings) throws {
        if results.experimentName == nil { return try writeFiles(in: surroundings) }
        var plan = DumpPlan()
        plan.alpha = editor.alpha
        plan.beta = editor.beta
        plan.scope = scope
        var options = RunOptions()
        options.device = model.device
        options.datasetFile = datasetFile
        options.layers = layers
        options.results = results
        let host = ProgramHost(
            surroundings, verbosity: verbosity, isJSON: isJSON,
            recorder: .init(evaluation: { recordedOptions }))
        let dump = try ResolvedEvaluation(nil, plan: plan, options: options, editors: editor.directory)
        try host.hear(.evaluationResults(dump.run(in: host), plan))
    }

    /// Which samples a results folder gets the directions of.
    private var scope: EvaluationScope {
        var scope = EvaluationScope()
        scope.dataset = dataset
        scope.model = model.name
        scope.splitChoice = isAll ? .all : .evaluation
        scope.size = isAll ? nil : size
        scope.editorType = editor.type
        scope.batchSize = batchSize
        scope.options.tokens.mentions = mentions
        scope.seed = seed
        return scope
    }

    /// Writes the files that `--output` names.
    private func writeFiles(in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals()
        if case .only(let blocks)? = layers {
            try ModelName(model.name).check(
                layers: blocks, device: model.device, in: workplace)
        }
        let file = try dataset.locate(
            file: datasetFile, for: ModelName(model.name), in: workplace)
        let data = try Dataset.load(dataset, file: file)
        data.report(from: file, to: progress)
        let split: Split = isAll ? .all : .dump(size: size)
        let samples = try data.samples(of: split, from: file, mentions: mentions)
        let model = try model.open(in: workplace, progress: progress)
        var report: [JSONValue] = []
        var text = ""
        for block in try blocks(of: model, in: workplace) {
            var choice = editor
            choice.layer = block
            let dump = DirectionDump(
                model: model, editor: try choice.open(for: model, in: workplace, progress: progress),
                alpha: editor.alpha, beta: editor.beta, batchSize: batchSize, mentions: mentions)
            let files = files(of: block, in: workplace)
            let outcome = try dump.write(samples, to: files, progress: progress)
            report.append(Self.json(of: outcome, block: block, files: files))
            text += Self.line(of: outcome, files: files)
        }
        if isJSON { return try surroundings.write(report.count == 1 ? report[0] : .array(report)) }
        try surroundings.write(text)
    }

    /// The layers asked for; if not given, those saved, or all for identity and null.
    private func blocks(of model: LanguageModel, in workplace: Workplace) throws -> [Int] {
        if case .only(let blocks)? = layers { return blocks }
        if editor.type.isParameterless { return Array(0..<model.blocks) }
        let directory = try workplace.editors(editor.directory ?? "")
        let blocks = Editor.savedBlocks(type: editor.type, directory: directory)
        guard !blocks.isEmpty else {
            throw RemediError.editorMissing(
                path: directory.appendingPathComponent(editor.type.rawValue).path)
        }
        return blocks
    }
}

// MARK: - Files

extension InspectDirections {
    private enum Form { case safetensors, torch }

    /// The form of a file by its name; nil for a folder.
    private static func form(of name: String) -> Form? {
        if name.hasSuffix(".pth") { return .torch }
        return name.hasSuffix(".safetensors") ? .safetensors : nil
    }

    private func files(of block: Int, in workplace: Workplace) -> DumpFiles {
        var files = DumpFiles()
        for output in outputs {
            let place = workplace.resolve(output)
            switch Self.form(of: output) {
            case .safetensors?: files.safetensors = place
            case .torch?: files.torch = place
            case nil:
                let folder = Editor.folder(type: editor.type, block: block, directory: place)
                files.safetensors = folder.appendingPathComponent("dump.safetensors")
                files.torch = folder.appendingPathComponent("dump.pth")
            }
        }
        return files
    }

    private static func json(
        of outcome: DirectionDump.Outcome, block: Int, files: DumpFiles
    ) -> JSONValue {
        [
            "layer": .integer(block), "file": files.all.first.map { .string($0.path) } ?? .null,
            "files": .array(files.all.map { .string($0.path) }), "samples": .integer(outcome.ids.count),
            "skipped": outcome.skipped.json,
        ]
    }

    private static func line(of outcome: DirectionDump.Outcome, files: DumpFiles) -> String {
        let rest = outcome.skipped.reasons.map {
            "; left out, \($0.reason): \($0.ids.joined(separator: ", "))"
        }
        let places = files.all.map(\.path).joined(separator: " and ")
        return WrappedText.shown("\(outcome.ids.count) samples in \(places)\(rest.joined())") + "\n"
    }
}

// MARK: - Options

extension InspectDirections {
    package static var options: [Option<InspectDirections>] {
        ModelArguments.options(in: \.model) + dataOptions + editorOptions
            + [
                Option(
                    "output", short: "o", \.outputs, .list(.text("FILE")), group: "Output",
                    help: "files to write, .safetensors or .pth, of one layer; or a folder, for"
                        + " TYPE/LAYER/dump.safetensors and dump.pth"),
                Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON about the files"),
            ] + resultsOptions + Verbosity.options(in: \.verbosity)
    }

    /// The options about a results folder in place of files.
    private static var resultsOptions: [Option<InspectDirections>] {
        ResultsOptions.options(in: \.results) + [
            Option(
                "seed", \.seed, .seed, group: "Results",
                help: "the seed of the intervals beside the directions' mean length")
        ]
    }

    /// Those of other commands, but with several layers.
    private static var editorOptions: [Option<InspectDirections>] {
        let options: [Option<InspectDirections>] = EditorArguments.options(in: \.editor)
        return options.map { option in
            guard option.name == "layer" else { return option }
            return Option(
                "layers", short: "l", \.layers, .optional(.layers), group: "Editor",
                help: "the layers to edit, counted from 0, or 'all'; if not given, those saved")
        }
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
                "batch-size", \.batchSize, .integer(minimum: 1, maximum: NumberRange.largestBatch),
                group: group,
                help: "prompts that run together; changes no result"),
            Option(
                "mentions", \.mentions, .choice(), group: group,
                help:
                    "how names and attributes are found: as whole words first, leaving out samples that do not"
                    + " fit; or as plain texts wherever they occur, as in the reference"),
        ]
    }
}

extension InspectDirections {
    package static let examples = [
        ExampleLine(
            "writes the directions of 100 samples",
            "remedi inspect directions -m demo -e results/demo_editors_counterfact_demo \\\n"
                + "    -l 3 --size 100 -o directions.safetensors")
    ]
}
