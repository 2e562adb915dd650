import Foundation
import LanguageModels
import RemediCore

extension EvaluationArguments {
    /// Reads the samples, opens the model, runs the plan and prints what it found.
    ///
    /// - Parameters:
    ///   - experiment: the named experiment that the plan comes from; nil: the command line alone.
    ///   - command: whose options are kept in the results folder.
    func run(
        _ experiment: Experiment?, recording command: some Command, in surroundings: Surroundings
    ) throws {
        let workplace = surroundings.workplace
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals()
        progress.report(.detail(Messages.settings(of: experiment, plan.settingsJSON, Plan().settingsJSON)))
        let name = ModelName(plan.scope.model)
        var blocks: [Int]?
        if case .only(let chosen) = layers ?? plan.scope.layers.layers(for: name) { blocks = chosen }
        try ModelArguments(name: plan.scope.model, device: device).check(
            layers: blocks ?? [], in: workplace)
        let folder = try results.folder(named: plan.resultsName(for: name), in: workplace)
        let file = try plan.scope.dataset.locate(file: datasetFile, for: name, in: workplace)
        let dataset = try Dataset.load(
            plan.scope.dataset, file: file, norms: McRae.Options(plan.scope.compatibility))
        dataset.report(from: file, to: progress)
        let device = device
        let open: @Sendable (String) throws -> LanguageModel = { name in
            try ModelArguments(name: name, device: device).open(in: workplace, progress: progress)
        }
        var context = EvaluationContext(
            model: try open(plan.scope.model), modelName: name, dataset: dataset, directory: folder.url,
            editorsDirectory: try editorsDirectory(isNamed: experiment != nil, for: name, in: workplace),
            elementType: device.elementType(for: name)?.rawValue, overwrite: results.overwrites,
            workplace: workplace,
            texts: try name.isOfDemo ? workplace.demo().data : nil, resultsRoot: results.root(in: workplace),
            openModel: open,
            progress: progress)
        context.blocks = blocks
        if results.clears { try plan.check(context) }
        let editors = context.editorsDirectory?.appendingPathComponent(plan.scope.editorType.rawValue)
        warn(of: context, to: progress)
        let summaries = try results.record(
            command, description(of: experiment, blocks: context.blocks), in: folder,
            keeping: [file] + [editors].compactMap { $0 }, surroundings
        ) { try plan.run(context) }
        let report = EvaluationReport(summaries, of: plan)
        report.warn(progress)
        try report.write(isJSON ? nil : format, to: surroundings)
    }

    /// Warns of samples whose figures mean less.
    private func warn(of context: EvaluationContext, to progress: any ProgressReporter) {
        let model = context.model
        let last = model.blocks - 1
        let type = plan.scope.editorType
        let folder = context.editorsDirectory?.appendingPathComponent(type.rawValue)
        let isStored =
            folder.map { Editor.weightsFile(in: $0.appendingPathComponent("\(last)")) != nil } ?? false
        let editsLast = plan.needsEditors && (context.blocks?.contains(last) ?? isStored)
        progress.warn(
            of: model.caveats(
                of: context.dataset[plan.scope.split], options: plan.scope.tokens,
                block: editsLast ? last : nil))
    }

    /// What is kept in the results folder of what was run.
    private func description(of experiment: Experiment?, blocks: [Int]?) -> JSONObject {
        var settings = plan.settingsJSON
        settings["layers"] = blocks.map { .array($0.map { .integer($0) }) } ?? "all"
        return [
            "experiment": experiment.map { .string($0.name) } ?? .null,
            "seed": .string(String(plan.scope.seed)),
            "settings": .object(settings),
        ]
    }
}
