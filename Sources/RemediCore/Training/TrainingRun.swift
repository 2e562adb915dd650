import Compute
import Foundation
import LanguageModels

/// A trained editor and how its training went.
package struct TrainedEditor: Sendable {
    package let type: EditorType
    package let block: Int
    /// Epochs trained, epoch 0 not counted.
    package let epochs: Int
    package let bestEpoch: Int
    /// nil for random editors and where nothing validates.
    package let bestValidationLoss: Double?
    package let seconds: Double
    /// Holds `weights.safetensors`, `metrics.jsonl` and `manifest.json`.
    package let directory: URL
    /// Whether it was there already.
    package let isReused: Bool
}

/// Trains one editor for every type and block, each in `<directory>/<type>/<block>/`.
///
/// Started again after an interruption it goes on where it stood and ends with the same bytes.  Finished
/// editors stay if they were made from the same inputs; others are refused unless `overwrite` is set.
package struct TrainingRun {
    let model: LanguageModel
    let options: TrainingOptions
    let directory: URL
    let overwrite: Bool
    let progress: any ProgressReporter
    let data: TrainingData
    let weights: LossWeights
    /// Types outside, blocks inside, as the reference trains them.
    let plan: [PlannedEditor]
    private let initializer: EditorInitializer

    /// - Parameters:
    ///   - samples: the training split of the data set, from which the hold-out is taken.
    ///   - validation: samples to validate on instead of a hold-out.
    ///   - dataHash: SHA-256 of the data set's file.
    /// - Throws: `RemediError`, `LanguageModelError`; nothing is written.
    package init(
        model: LanguageModel, samples: [Sample], validation: [Sample]? = nil, options: TrainingOptions,
        directory: URL, datasetName: DatasetName, dataHash: String, overwrite: Bool = false,
        progress: any ProgressReporter = SilentProgress()
    ) throws {
        try options.check(model: model)
        self.model = model
        self.options = options
        self.directory = directory
        self.overwrite = overwrite
        self.progress = progress
        weights = LossWeights(options, dataset: datasetName)
        let blocks = options.blocks ?? Array(0..<model.blocks)
        let whole = EditorShape(
            hiddenSize: model.hiddenSize, rank: options.rank, useEntity: options.useEntity)
        plan = options.editorTypes.flatMap { type in
            blocks.map { PlannedEditor(type: type, block: $0, shape: whole.restricted(to: type)) }
        }
        initializer = EditorInitializer(seed: options.seed, streams: options.randomStreams, plan: plan)
        data = try TrainingData(
            samples: samples, validation: validation, dataset: datasetName, fileHash: dataHash,
            model: model, options: options)
    }

    /// Trains what is not there yet.
    ///
    /// - Throws: `RemediError.resultsDiffer` before anything is computed; `RemediError.nonFiniteLoss`,
    ///   `RemediError.interrupted`; `LanguageModelError`, `ComputeError`.
    package func run() throws -> [TrainedEditor] {
        for group in data.dropped {
            progress.report(
                .warning("left out, \(group.reason): \(group.ids.joined(separator: ", "))"))
        }
        let jobs = try plan.indices.map { try job($0) }
        var results = try jobs.map { $0.isFinished ? try finished($0) : nil }
        let open = jobs.indices.filter { results[$0] == nil }
        let blocks = Array(Set(open.map { plan[$0].block })).sorted()
        for group in groups(of: blocks) {
            let representations = try readRepresentations(
                blocks: group.filter { block in
                    open.contains { plan[$0].block == block && plan[$0].type.isTrainable }
                })
            for block in group {
                let material = representations[block].map { material(block: block, $0) }
                for index in open where plan[index].block == block {
                    results[index] = try train(jobs[index], material: material)
                }
            }
        }
        return results.compactMap { $0 }
    }
}

// MARK: - One editor

/// One editor of a run.
struct TrainingJob {
    let index: Int
    let editor: PlannedEditor
    let folder: URL
    let inputs: JSONObject
    /// A finished editor of these very inputs is there.
    let isFinished: Bool
}

extension TrainingRun {
    /// Looks at what the editor's folder holds.
    ///
    /// - Throws: `RemediError.resultsDiffer`.
    private func job(_ index: Int) throws -> TrainingJob {
        let editor = plan[index]
        let folder = Editor.folder(type: editor.type, block: editor.block, directory: directory)
        let inputs = TrainingManifest.inputs(
            options: options, editor: editor, data: data, model: model,
            initialEditor: try initialEditorHash(editor))
        let isFinished = try !overwrite && isFinished(folder, inputs: inputs)
        return TrainingJob(
            index: index, editor: editor, folder: folder, inputs: inputs, isFinished: isFinished)
    }

    private func isFinished(_ folder: URL, inputs: JSONObject) throws -> Bool {
        func refuse(_ differences: [String]) throws {
            guard differences.isEmpty else {
                throw RemediError.resultsDiffer(path: folder.path, differences: differences)
            }
        }
        let weights = Editor.weightsFile(in: folder)
        let manifest = try TrainingManifest.inputs(in: folder)
        let checkpoint = try TrainingCheckpoint.inputs(in: folder)
        for stored in [manifest, checkpoint].compactMap({ $0 }) {
            try refuse(TrainingManifest.differences(stored: stored, wanted: inputs))
        }
        if let weights, manifest == nil, checkpoint == nil {
            try refuse(["\(weights.lastPathComponent) has no manifest that says how it was made"])
        }
        return manifest != nil && weights?.pathExtension == "safetensors"
    }

    private func initialEditorHash(_ editor: PlannedEditor) throws -> String? {
        guard let initial = options.initialEditors, editor.type.isTrainable else { return nil }
        let folder = Editor.folder(type: editor.type, block: editor.block, directory: initial)
        guard let file = Editor.weightsFile(in: folder) else {
            throw RemediError.editorMissing(
                path: folder.appendingPathComponent("weights.safetensors").path)
        }
        return try SHA256.hash(file: file)
    }

    /// The result of an editor that was there already.
    private func finished(_ job: TrainingJob) throws -> TrainedEditor {
        let result = try TrainingManifest.result(in: job.folder)
        progress.report(
            .message("\(job.editor.type.rawValue) editor, layer \(job.editor.block): already trained"))
        return TrainedEditor(
            type: job.editor.type, block: job.editor.block, epochs: result?["epochs"]?.integer ?? 0,
            bestEpoch: result?["best_epoch"]?.integer ?? 0,
            bestValidationLoss: result?["best_validation_loss"]?.double,
            seconds: result?["seconds"]?.double ?? 0, directory: job.folder, isReused: true)
    }

    private func train(_ job: TrainingJob, material: EditorTrainer.Material?) throws -> TrainedEditor {
        let lock = try FolderLock(folder: job.folder)
        defer { withExtendedLifetime(lock) {} }
        if overwrite { try removeResults(in: job.folder) }
        let start = Date()
        guard let material, job.editor.type.isTrainable else { return try fitRandom(job, start: start) }
        let trainer = try EditorTrainer(
            editor: try newEditor(job), material: material, options: options, weights: weights,
            inputs: job.inputs, folder: job.folder, progress: progress)
        try trainer.run()
        let state = trainer.state
        let trained = TrainedEditor(
            type: job.editor.type, block: job.editor.block, epochs: state.epoch - 1,
            bestEpoch: state.stopping.bestEpoch, bestValidationLoss: state.stopping.bestLoss,
            seconds: state.records.reduce(0) { $0 + $1.seconds }, directory: job.folder, isReused: false)
        try trainer.writeMetrics()
        try finish(job, editor: trainer.editor, trained: trained, start: start)
        return trained
    }

    /// A random editor is not trained: it takes its mean and variance from the training samples.
    private func fitRandom(_ job: TrainingJob, start: Date) throws -> TrainedEditor {
        let clock = ContinuousClock.now
        progress.report(
            .started(
                stage: "reading entities in context, layer \(job.editor.block)", total: data.trainingCount))
        let (mean, variance) = try EntityDeltas.statistics(
            of: data.trainingSamples, block: job.editor.block, model: model, options: options.tokens,
            advanced: advance)
        progress.report(.finished)
        let editor = try Editor(
            type: .random, block: job.editor.block, shape: job.editor.shape, values: [mean, variance],
            metadata: metadata(job), backend: model.backend)
        let trained = TrainedEditor(
            type: .random, block: job.editor.block, epochs: 0, bestEpoch: 0, bestValidationLoss: nil,
            seconds: clock.duration(to: .now).seconds, directory: job.folder, isReused: false)
        try finish(job, editor: editor, trained: trained, start: start)
        return trained
    }

    /// Writes the editor, then its manifest, which marks it as finished, and drops the checkpoint.
    private func finish(
        _ job: TrainingJob, editor: Editor, trained: TrainedEditor, start: Date
    ) throws {
        try editor.save(to: job.folder)
        try TrainingManifest.write(
            to: job.folder, editor: editor, inputs: job.inputs, data: data, model: model,
            times: (start, Date()),
            result: [
                "epochs": .integer(trained.epochs), "best_epoch": .integer(trained.bestEpoch),
                "best_validation_loss": trained.bestValidationLoss.map { .number($0) } ?? .null,
                "seconds": .number(trained.seconds),
            ])
        try remove(TrainingCheckpoint.file(in: job.folder))
    }

    private func newEditor(_ job: TrainingJob) throws -> Editor {
        let planned = job.editor
        guard let initial = options.initialEditors else {
            return try Editor(
                type: planned.type, block: planned.block, shape: planned.shape,
                values: initializer.values(of: job.index), metadata: metadata(job), backend: model.backend)
        }
        let source = try Editor.load(
            type: planned.type, block: planned.block, directory: initial, model: model)
        guard source.shape == planned.shape else {
            throw RemediError.editorMismatch(
                path: Editor.folder(type: planned.type, block: planned.block, directory: initial).path,
                what: "shape", expected: planned.shape.description, found: source.shape.description)
        }
        return try Editor(
            type: planned.type, block: planned.block, shape: planned.shape, values: try source.values(),
            metadata: metadata(job), backend: model.backend)
    }

    private func metadata(_ job: TrainingJob) -> EditorMetadata {
        EditorMetadata(
            model: model.name, modelFingerprint: model.fingerprint, tokens: options.tokens,
            hyperparameters: job.inputs, seed: options.seed)
    }

    private func removeResults(in folder: URL) throws {
        for name in ["manifest.json", "weights.safetensors", "metrics.jsonl"] {
            try remove(folder.appendingPathComponent(name))
        }
        try remove(TrainingCheckpoint.file(in: folder))
    }

    private func remove(_ file: URL) throws {
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        do {
            try FileManager.default.removeItem(at: file)
        } catch {
            throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
        }
    }
}

// MARK: - What editors share

extension TrainingRun {
    /// Bytes for what could be computed again.
    private var cacheBytes: Int { options.cacheBytes ?? MemoryBudget.automatic() }

    /// Blocks whose representations are read in one pass: as many as a quarter of the budget holds.
    private func groups(of blocks: [Int]) -> [[Int]] {
        let bytes = max(2 * data.examples.count * model.hiddenSize * MemoryLayout<Float>.stride, 1)
        return TrainingSplit.batches(blocks, size: max(cacheBytes / 4 / bytes, 1))
    }

    private func readRepresentations(blocks: [Int]) throws -> [Int: SampleRepresentations] {
        guard !blocks.isEmpty else { return [:] }
        progress.report(.started(stage: "computing representations", total: data.examples.count))
        let results = try model.representations(
            of: data.examples.map(\.source), blocks: blocks, advanced: advance)
        progress.report(.finished)
        return Dictionary(uniqueKeysWithValues: zip(blocks, results))
    }

    private func material(
        block: Int, _ representations: SampleRepresentations
    ) -> EditorTrainer.Material {
        EditorTrainer.Material(
            model: model, examples: data.examples, trainingCount: data.trainingCount,
            representations: representations,
            frozen: FrozenStore(
                data.examples, block: block, model: model, needsBase: weights.needsBase,
                budget: cacheBytes))
    }

    /// Reports how far a stage is, and stops it if asked to.
    private func advance(_ done: Int) throws {
        progress.report(.advanced(done: done, note: nil))
        if let signal = progress.stopRequested { throw RemediError.interrupted(signal: signal) }
    }
}

extension TrainingOptions {
    /// - Throws: `RemediError.editorNotTrainable`, `RemediError.malformedConfiguration`,
    ///   `LanguageModelError.noSuchBlock`.
    func check(model: LanguageModel) throws {
        for type in editorTypes where type.isParameterless {
            throw RemediError.editorNotTrainable(type: type.rawValue)
        }
        for block in blocks ?? [] { try model.check(block: block) }
        let conditions: [(Bool, String)] = [
            (!editorTypes.isEmpty && Set(editorTypes).count == editorTypes.count,
             "editor types must be named, each once"),
            (Set(blocks ?? []).count == (blocks ?? []).count, "every layer may be named only once"),
            (batchSize > 0, "the batch size must be at least 1"),
            (maxEpochs >= 0, "the number of epochs must not be negative"),
            (patience >= 0, "the patience must not be negative"),
            (holdOut >= 0 && holdOut < 1, "the hold-out must be at least 0 and below 1"),
            (rank.map { $0 > 0 } ?? true, "the rank must be at least 1"),
            (optimizer.learningRate.isFinite && optimizer.learningRate >= 0,
             "the learning rate must be a number that is not negative"),
        ]
        for (holds, reason) in conditions where !holds {
            throw RemediError.malformedConfiguration(path: "training options", reason: reason)
        }
    }
}

extension EditorShape: CustomStringConvertible {
    package var description: String {
        "hidden size \(hiddenSize), " + (rank.map { "rank \($0)" } ?? "full rank")
            + (useEntity ? ", with entity" : "")
    }
}
