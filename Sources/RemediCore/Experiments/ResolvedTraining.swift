import Foundation
import LanguageModels

/// A training with all settings decided.
package struct ResolvedTraining: Sendable {
    /// The named experiment that its settings come from; nil: the command line alone.
    package let experiment: Experiment?
    package let plan: TrainingPlan
    package let options: RunOptions
    package let validationFile: String?
    /// The names of the settings that the command line gave.
    package let given: Set<String>

    package init(
        _ experiment: Experiment?, plan: TrainingPlan, options: RunOptions, validationFile: String? = nil,
        given: Set<String> = []
    ) {
        self.experiment = experiment
        self.plan = plan
        self.options = options
        self.validationFile = validationFile
        self.given = given
    }

    package var model: ModelName { ModelName(plan.model) }

    package var layers: LayerChoice { options.layers ?? plan.layers.layers(for: model) }

    /// The folder of its editors.
    ///
    /// - Throws: `PlaceError.unusableFolderName`, `.unusableFileName`.
    func folder(in workplace: Workplace) throws -> ResultsFolder {
        try options.results.folder(named: plan.resultsName(for: model), in: workplace)
    }

    /// Trains the editors that are not there yet.
    ///
    /// - Throws: `PlaceError`, `ModelError`, `RemediError`, `LanguageModelError`, `ComputeError`.
    package func run(in host: some RunHost) throws -> [TrainedEditor] {
        let workplace = host.workplace
        let progress = host.progress(watchesSignals: true)
        try host.hear(
            .begins(experiment, settings: plan.settingsJSON, defaults: TrainingPlan().settingsJSON))
        if weighsSummedDivergence { try host.hear(.weighsSummedDivergence) }
        var training = plan.options
        if case .only(let blocks) = layers { training.blocks = blocks }
        try model.check(
            layers: training.blocks ?? [], rank: training.rank, device: options.device, in: workplace)
        let folder = try folder(in: workplace)
        let data = try TrainingFiles(
            dataset: plan.dataset, file: options.datasetFile, validationFile: validationFile, size: plan.size,
            compatibility: plan.compatibility, model: model, workplace: workplace, progress: progress)
        let opened = try host.open(plan.model, on: options.device, progress: progress)
        let run = try TrainingRun(
            model: opened, samples: data.samples, places: data.places, validation: data.validation,
            options: training, directory: folder.url, datasetName: plan.dataset, dataHash: data.hash,
            overwrite: options.results.overwrites, progress: progress)
        _ = try host.settling(options.results)
        return try options.results.recording(
            host.arguments(of: self),
            Experiment.record(
                of: experiment, seed: plan.options.seed, settings: plan.settingsJSON, blocks: training.blocks),
            in: folder, keeping: filesRead(in: workplace), date: host.date, workplace: workplace
        ) { try run.run() }
    }

    private var weighsSummedDivergence: Bool {
        given.contains("lam-kl") && !given.contains("kl") && plan.options.divergence == .batch
            && plan.options.divergenceWeight != 0
    }

    private func filesRead(in workplace: Workplace) -> [URL] {
        let files = [options.datasetFile, validationFile].compactMap { $0.map(workplace.resolve) }
        let editors = plan.options.initialEditors.map { folder in
            plan.options.editorTypes.map { folder.appendingPathComponent($0.rawValue) }
        }
        return files + (editors ?? [])
    }
}
