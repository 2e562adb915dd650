import Compute
import Foundation
import LanguageModels

/// An editor's training on a device that is only planned: everything that asks for memory is done, in the
/// order of a `TrainingRun`, with every kind of batch.
struct TrainingRehearsal {
    /// The memory of the samples' representations.
    let representations: Int
    /// Parameters, gradients and moments.
    let editor: Int
    /// The memory of results computed once for every sample and kept.
    let frozen: Int
    /// The step that takes most, beside all that.
    let step: PlannedDevice.Usage
    /// The most that is in use at any time.
    let highest: Int

    /// - Parameter trainingCount: how many of the examples train; the others validate.
    /// - Throws: `LanguageModelError` for texts that the model cannot read.
    init(
        _ examples: [TrainingExample], trainingCount: Int, block: Int, type: EditorType,
        options: TrainingOptions, weights: LossWeights, model: LanguageModel, on device: PlannedDevice
    ) throws {
        let start = device.usage
        let (states, reading) = try device.highest {
            try model.representations(of: examples.map(\.source), blocks: [block])[0]
        }
        let read = device.usage
        let store = FrozenStore(
            examples, block: block, model: model, needsBase: weights.needsBase,
            budget: options.cacheBytes ?? model.allowance.keptBytes)
        let trainer = try EditorTrainer(
            editor: Self.editor(type, block: block, options: options, model: model),
            material: EditorTrainer.TrainingMaterial(
                model: model, examples: examples, trainingCount: trainingCount, representations: states,
                frozen: store),
            options: options, weights: weights, inputs: [:], folder: URL(fileURLWithPath: "/dev/null"),
            progress: SilentProgress())
        let ready = device.usage
        let training = TrainingSplit.batches(Array(0..<trainingCount), size: options.batchSize)
        let validation = TrainingSplit.batches(
            Array(trainingCount..<examples.count), size: options.batchSize)
        let (_, measuring) = try device.highest {
            for batch in training + validation { _ = try trainer.measure(batch) }
        }
        let full = device.usage
        let (_, stepping) = try device.highest { for batch in training { _ = try trainer.step(batch) } }
        representations = (read - start).total
        editor = (ready - read).total
        frozen = (full - ready).total
        step = stepping - full
        highest = max(reading.total, measuring.total, stepping.total)
    }

    private static func editor(
        _ type: EditorType, block: Int, options: TrainingOptions, model: LanguageModel
    ) throws -> Editor {
        let shape = EditorShape(
            hiddenSize: model.hiddenSize, rank: options.rank, useEntity: options.useEntity
        ).restricted(to: type)
        return try Editor(
            type: type, block: block, shape: shape,
            values: type.parameters(shape).map { Array(repeating: 0, count: $0.count) },
            metadata: EditorMetadata(model: model.name, modelFingerprint: nil), backend: model.backend)
    }
}
