import Foundation
import LanguageModels
import RemediCore

/// `train`: trains one editor for every type and layer.
package struct TrainCommand: Command {
    package static let name = "train"
    package static let summary = "trains one editor for every type and layer"

    package var given = GivenArguments<TrainCommand>()
    /// A named experiment, without `train.`.
    package var experiment: String?
    package var plan = TrainingPlan()
    package var device = DeviceArguments()
    var datasetFile: String?
    var validationFile: String?
    package var layers: LayerChoice?
    var results = ResultsArguments()
    package var verbosity = Verbosity.normal

    package init() {}

    var compatibility: Compatibility {
        get { plan.compatibility }
        set { plan.follow(newValue) }
    }

    package func check() throws(UsageError) {
        if experiment == nil, results.experimentName == nil { throw .experimentMissing }
    }

    package func run(in surroundings: Surroundings) throws {
        let (command, named) = try resolved(in: surroundings.workplace)
        try command.train(named, in: surroundings)
    }

    /// The same with the settings of its named experiment, if it has one.
    func resolved(in workplace: Workplace) throws -> (TrainCommand, Experiment?) {
        guard let experiment else { return (self, nil) }
        let found = try Experiment.named(experiment, ofKind: "train", in: workplace)
        guard case .training(let plan) = found.plan else { preconditionFailure("a name fits its plan") }
        var command = self
        command.plan = plan
        try given.apply(to: &command)
        return (command, found)
    }

    private func train(_ experiment: Experiment?, in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals()
        progress.report(
            .detail(Messages.settings(of: experiment, plan.settingsJSON, TrainingPlan().settingsJSON)))
        if given.contains("lam-kl"), !given.contains("kl"), plan.options.divergence == .batch,
            plan.options.divergenceWeight != 0
        {
            progress.report(.message(Self.divergenceNote))
        }
        let name = ModelName(plan.model)
        var options = plan.options
        if case .only(let blocks) = layers ?? plan.layers.layers(for: name) { options.blocks = blocks }
        try ModelArguments(name: plan.model, device: device).check(
            layers: options.blocks ?? [], rank: options.rank, in: workplace)
        let folder = try results.folder(named: plan.resultsName(for: name), in: workplace)
        let data = try TrainingFiles(
            dataset: plan.dataset, file: datasetFile, validationFile: validationFile, size: plan.size,
            compatibility: plan.compatibility, model: name, workplace: workplace, progress: progress)
        var modelArguments = ModelArguments()
        modelArguments.name = plan.model
        modelArguments.device = device
        let model = try modelArguments.open(in: workplace, progress: progress)
        let run = try TrainingRun(
            model: model, samples: data.samples, places: data.places, validation: data.validation,
            options: options, directory: folder.url, datasetName: plan.dataset, dataHash: data.hash,
            overwrite: results.overwrites, progress: progress)
        let description = description(of: experiment, blocks: options.blocks)
        let files = [datasetFile, validationFile].compactMap { $0.map(workplace.resolve) }
        let trained = try results.record(
            self, description, in: folder, keeping: files + Self.initialEditors(options), surroundings
        ) { try run.run() }
        try surroundings.write(Self.report(of: trained))
    }

    private static func initialEditors(_ options: TrainingOptions) -> [URL] {
        options.initialEditors.map { folder in
            options.editorTypes.map { folder.appendingPathComponent($0.rawValue) }
        } ?? []
    }

    package static let divergenceNote =
        "note: with --kl batch the KL term sums over the batch; at batch size 16, --lam-kl 10 weighs about 16"
        + " times as much as the same value with the reference's --kl last-sample"

    /// What is kept in the results folder of what was run.
    private func description(of experiment: Experiment?, blocks: [Int]?) -> JSONObject {
        var settings = JSONObject()
        for setting in TrainingPlan.settings { settings[setting.key] = setting.json(of: plan) }
        settings["layers"] = blocks.map { .array($0.map { .integer($0) }) } ?? "all"
        return [
            "experiment": experiment.map { .string($0.name) } ?? .null,
            "seed": .string(String(plan.options.seed)),
            "settings": .object(settings),
        ]
    }

    private static func report(of editors: [TrainedEditor]) -> TextTable {
        var report = TextTable(columns: [
            .init("type"), .init("layer", .right), .init("epochs", .right), .init("best", .right),
            .init("validation", .right), .init("seconds", .right), .init("folder", wraps: true),
        ])
        for editor in editors {
            report.add([
                editor.type.rawValue, "\(editor.block)", "\(editor.epochs)", "\(editor.bestEpoch)",
                editor.bestValidationLoss.map { String(format: "%.4f", $0) } ?? "",
                String(format: "%.1f", editor.seconds), editor.directory.relativePath,
            ])
        }
        return report
    }
}

extension TrainCommand {
    package static let examples = [
        ExampleLine("trains the editor of a named experiment", "remedi train demo"),
        ExampleLine(
            "trains two editors with settings of your own, into results/mine",
            "remedi train -n mine -m demo -l 1 2 --size 200 --max-epochs 3"),
        ExampleLine(
            "compares kinds of editor at one layer",
            "remedi train -n kinds -m demo -l 2 -t linear biaffine mlp --size 200 \\\n    --max-epochs 3"),
    ]
}
