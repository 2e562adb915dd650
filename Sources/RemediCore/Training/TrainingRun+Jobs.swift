import Compute
import Foundation
import LanguageModels

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
    /// Damaged files count as missing.
    ///
    /// - Throws: `RemediError.resultsDiffer`.
    func job(_ index: Int) throws -> TrainingJob {
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
        let manifest = try heedingDamage { try TrainingManifest.inputs(in: folder) }
        let checkpoint = try TrainingCheckpoint.inputs(in: folder)
        for stored in [manifest, checkpoint].compactMap({ $0 }) {
            try refuse(TrainingManifest.differences(stored: model.upToDate(stored), wanted: inputs))
        }
        if let weights, manifest == nil, checkpoint == nil, !isLeftover(weights, of: inputs) {
            try refuse(["\(weights.lastPathComponent) has no manifest that says how it was made"])
        }
        guard manifest != nil, let weights, weights.pathExtension == "safetensors" else { return false }
        return try heedingDamage { try StoredEditor(weights) } != nil
    }

    /// What `read` finds in a file of a finished training; nil, with a warning, if the file is damaged.
    private func heedingDamage<Content>(_ read: () throws -> Content?) throws -> Content? {
        do {
            return try read()
        } catch RemediError.malformedData(let path, let reason) {
            progress.report(.warning(Self.damaged(path, reason)))
        } catch LanguageModelError.malformed(let path, let reason) {
            progress.report(.warning(Self.damaged(path, reason)))
        }
        return nil
    }

    private static func damaged(_ path: String, _ reason: String) -> String {
        "\(path) is damaged (\(reason)); its editor is trained again"
    }

    /// Whether a run of the same inputs was killed between writing these weights and their manifest.
    private func isLeftover(_ weights: URL, of inputs: JSONObject) -> Bool {
        guard !StoredEditor.isOfReference(weights), let stored = try? StoredEditor(weights) else {
            return false
        }
        let there = model.upToDate(stored.metadata.hyperparameters)
        return TrainingManifest.differences(stored: there, wanted: inputs).isEmpty
    }

    private func initialEditorHash(_ editor: PlannedEditor) throws -> String? {
        guard let initial = options.initialEditors, editor.type.isTrainable else { return nil }
        let folder = Editor.folder(type: editor.type, block: editor.block, directory: initial)
        guard let file = Editor.weightsFile(in: folder) else {
            throw RemediError.editorMissing(
                path: folder.appendingPathComponent("weights.safetensors").path)
        }
        return try StoredEditor.hash(file, for: model)
    }

    /// The result of an editor that was there already.
    func finished(_ job: TrainingJob) throws -> TrainedEditor {
        let result = try TrainingManifest.result(in: job.folder)
        try writeStateDict(job, replaces: false)
        // A run was killed between its last two steps.
        if SystemCall.status(TrainingCheckpoint.file(in: job.folder).path) != nil {
            let lock = try FolderLock(folder: job.folder)
            defer { withExtendedLifetime(lock) {} }
            try remove(TrainingCheckpoint.file(in: job.folder))
        }
        progress.report(
            .message("\(job.editor.type.rawValue) editor, layer \(job.editor.block): already trained"))
        return TrainedEditor(
            type: job.editor.type, block: job.editor.block, epochs: result?["epochs"]?.integer ?? 0,
            bestEpoch: result?["best_epoch"]?.integer ?? 0,
            bestValidationLoss: result?["best_validation_loss"]?.double,
            seconds: result?["seconds"]?.double ?? 0, directory: job.folder, isReused: true)
    }

    func train(_ job: TrainingJob, material: EditorTrainer.TrainingMaterial?) throws -> TrainedEditor {
        let lock = try FolderLock(folder: job.folder)
        defer { withExtendedLifetime(lock) {} }
        try removeLeftovers(in: job.folder)
        if overwrite { try removeResults(in: job.folder) }
        let start = Date()
        guard let material, job.editor.type.isTrainable else { return try fitRandom(job, start: start) }
        let trainer = try model.allowance.explaining({ .kept }) {
            try EditorTrainer(
                editor: try newEditor(job), material: material, options: options, weights: weights,
                inputs: job.inputs, folder: job.folder, progress: progress)
        }
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
        try writeStateDict(job, replaces: true)
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

    /// Writes the saved editor for the reference too, if that is wanted.
    private func writeStateDict(_ job: TrainingJob, replaces: Bool) throws {
        let file = job.folder.appendingPathComponent(Editor.stateDictName)
        guard options.writesStateDict, let weights = Editor.weightsFile(in: job.folder) else { return }
        if !replaces, FileManager.default.fileExists(atPath: file.path) { return }
        try StoredEditor(weights).writeStateDict(of: job.editor.type, to: file)
    }

    private func newEditor(_ job: TrainingJob) throws -> Editor {
        let planned = job.editor
        func editor(_ values: [[Float]]) throws -> Editor {
            try Editor(
                type: planned.type, block: planned.block, shape: planned.shape,
                values: options.isHalfPrecision ? values.map { HalfPrecisionBackend.rounded($0) } : values,
                metadata: metadata(job), backend: editorBackend)
        }
        guard let initial = options.initialEditors else {
            return try editor(initializer.values(of: job.index))
        }
        let source = try Editor.load(
            type: planned.type, block: planned.block, directory: initial, model: model, progress: progress)
        guard source.shape == planned.shape else {
            throw RemediError.editorMismatch(
                path: Editor.folder(type: planned.type, block: planned.block, directory: initial).path,
                what: "shape", expected: planned.shape.description, found: source.shape.description)
        }
        return try editor(try source.values())
    }

    /// An editor's backend: the model's, rounding where the editor is in half precision.
    private var editorBackend: any ComputeBackend {
        guard options.isHalfPrecision, !(model.backend is HalfPrecisionBackend) else { return model.backend }
        return HalfPrecisionBackend(model.backend)
    }

    private func metadata(_ job: TrainingJob) -> EditorMetadata {
        EditorMetadata(
            model: model.name, modelFingerprint: model.fingerprint, tokens: options.tokens,
            hyperparameters: job.inputs, seed: options.seed)
    }

    private static let fileNames = [
        "manifest.json", "weights.safetensors", Editor.stateDictName, "metrics.jsonl",
        "checkpoint.safetensors",
    ]

    private func removeResults(in folder: URL) throws {
        for name in Self.fileNames { try remove(folder.appendingPathComponent(name)) }
    }

    /// Removes the temporary files of a run that was killed while it wrote; the folder is locked, so nobody
    /// else is writing.
    private func removeLeftovers(in folder: URL) throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        where name.hasSuffix(".tmp") && Self.fileNames.contains(where: { name.hasPrefix(".\($0).") }) {
            try remove(folder.appendingPathComponent(name))
        }
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
