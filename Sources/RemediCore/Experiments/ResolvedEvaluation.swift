import Foundation
import LanguageModels

/// An evaluation, sweep or dump with all settings decided and checked.
package struct ResolvedEvaluation: Sendable {
    /// The named experiment that its settings come from; nil: the command line alone.
    package let experiment: Experiment?
    package let plan: any EvaluationPlanning
    package let options: RunOptions
    /// The folder of editors that the command line named; nil: where the training of the same name stores.
    package let editors: String?

    /// - Throws: `SettingError.exclusiveSettings`.
    package init(
        _ experiment: Experiment?, plan: any EvaluationPlanning, options: RunOptions, editors: String? = nil
    ) throws {
        try plan.checkSettings()
        self.experiment = experiment
        self.plan = plan
        self.options = options
        self.editors = editors
    }

    package var model: ModelName { ModelName(plan.scope.model) }

    /// The blocks that are edited; nil: all that have an editor.
    var blocks: [Int]? {
        guard case .only(let chosen) = options.layers ?? plan.scope.layers.layers(for: model) else {
            return nil
        }
        return chosen
    }

    /// The folder of its results.
    ///
    /// - Throws: `PlaceError.unusableFolderName`, `.unusableFileName`.
    func folder(in workplace: Workplace) throws -> ResultsFolder {
        try options.results.folder(named: plan.resultsName(for: model), in: workplace)
    }

    /// Where the training of the same prefix stores the editors of `model`.
    ///
    /// - Throws: `PlaceError.unusableFolderName`.
    func trainedEditors(of model: ModelName, in workplace: Workplace) throws -> URL {
        try ResultsFolder(experiment: plan.editorsName(for: model), in: options.results.root(in: workplace))
            .url
    }

    /// Reads the samples, opens the model and computes what is not there yet.
    ///
    /// - Throws: `PlaceError`, `ModelError`, `RemediError`, `LanguageModelError`, `ComputeError`.
    package func run(in host: some RunHost) throws -> [EvaluationSummary] {
        let workplace = host.workplace
        let progress = host.progress(watchesSignals: true)
        let defaults = type(of: plan).init()
        try host.hear(
            .begins(experiment, settings: plan.settingsJSON, defaults: defaults.settingsJSON))
        let blocks = blocks
        try model.check(layers: blocks ?? [], device: options.device, in: workplace)
        let folder = try folder(in: workplace)
        let file = try plan.scope.dataset.locate(file: options.datasetFile, for: model, in: workplace)
        let dataset = try Dataset.load(
            plan.scope.dataset, file: file, norms: McRae.Options(plan.scope.compatibility))
        dataset.report(from: file, to: progress)
        let open: @Sendable (String) throws -> LanguageModel = { name in
            try host.open(name, on: options.device, progress: progress)
        }
        var context = EvaluationContext(
            model: try open(plan.scope.model), modelName: model, dataset: dataset, directory: folder.url,
            editorsDirectory: try editorsDirectory(in: workplace),
            elementType: options.device.elementType(for: model)?.rawValue,
            overwrite: options.results.overwrites, workplace: workplace,
            texts: try model.isOfDemo ? workplace.demo().data : nil,
            resultsRoot: options.results.root(in: workplace), openModel: open, progress: progress)
        context.blocks = blocks
        if options.results.clears { try plan.check(context) }
        warn(of: context, to: progress)
        let summaries = try record(context, in: folder, keeping: file, host: host)
        try host.hear(.evaluated(summaries))
        return summaries
    }

    private func record(
        _ context: EvaluationContext, in folder: ResultsFolder, keeping file: URL, host: some RunHost
    ) throws -> [EvaluationSummary] {
        let editors = context.editorsDirectory?.appendingPathComponent(plan.scope.editorType.rawValue)
        _ = try host.settling(options.results)
        return try options.results.recording(
            host.arguments(of: self),
            Experiment.record(
                of: experiment, seed: plan.scope.seed, settings: plan.settingsJSON, blocks: context.blocks),
            in: folder, keeping: [file] + [editors].compactMap { $0 }, date: host.date,
            workplace: host.workplace
        ) { try plan.run(context) }
    }

    /// The folder of editors: the one named, else where the training experiment of the same name stored.
    private func editorsDirectory(in workplace: Workplace) throws -> URL? {
        if let editors { return try workplace.editors(editors) }
        return experiment == nil ? nil : try trainedEditors(of: model, in: workplace)
    }

    /// Warns of samples whose figures mean less.
    private func warn(of context: EvaluationContext, to progress: any ProgressReporter) {
        let last = context.model.blocks - 1
        let folder = context.editorsDirectory?.appendingPathComponent(plan.scope.editorType.rawValue)
        let isStored =
            folder.map { Editor.weightsFile(in: $0.appendingPathComponent("\(last)")) != nil } ?? false
        let editsLast = plan.needsEditors && (context.blocks?.contains(last) ?? isStored)
        progress.warn(
            of: context.model.caveats(
                of: context.dataset[plan.scope.split], options: plan.scope.tokens,
                block: editsLast ? last : nil))
    }
}
