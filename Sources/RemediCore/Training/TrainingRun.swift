import Compute
import Foundation
import LanguageModels

/// Trains one editor for every type and block, each in `<directory>/<type>/<block>/`.
///
/// Started again after an interruption it goes on where it stood and ends with the same bytes.  Finished
/// editors stay if they were made from the same inputs; others are refused.  With `overwrite` everything is
/// trained anew.
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
    let initializer: EditorInitializer

    /// - Parameters:
    ///   - samples: the training split of the data set, from which the hold-out is taken.
    ///   - places: where they stood before some were dropped (`Dataset.places(in:)`); nil if none was.
    ///   - validation: samples to validate on instead of a hold-out.
    ///   - dataHash: SHA-256 of the data set's file.
    /// - Throws: `RemediError`, `LanguageModelError`; nothing is written.
    package init(
        model: LanguageModel, samples: [Sample], places: SamplePlaces? = nil, validation: [Sample]? = nil,
        options: TrainingOptions, directory: URL, datasetName: DatasetName, dataHash: String,
        overwrite: Bool = false,
        progress: any ProgressReporter = SilentProgress()
    ) throws {
        try options.check(model: model)
        let options = options.settled(for: model)
        let roundsModel = options.isHalfPrecision && model.backend is CPUBackend
        let model = roundsModel ? try model.roundingToHalf() : model
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
            samples: samples, places: places ?? SamplePlaces(count: samples.count), validation: validation,
            dataset: datasetName, fileHash: dataHash, model: model, options: options)
    }

    /// Trains what is not there yet.
    ///
    /// - Throws: `RemediError.resultsDiffer` before anything is computed; `RemediError.nonFiniteLoss`,
    ///   `RemediError.interrupted`; `LanguageModelError`, `ComputeError`.
    package func run() throws -> [TrainedEditor] {
        for group in data.dropped {
            progress.report(.warning("left out " + group.words))
        }
        progress.warnIfNothingIsEdited(alpha: options.alpha, beta: options.beta)
        let last = plan.map(\.block).max()
        progress.warn(
            of: model.caveats(
                of: data.trainingSamples + data.validationSamples, options: options.tokens, block: last))
        if options.isHalfPrecision, !(model.backend is HalfPrecisionBackend) {
            progress.report(.message(Self.unroundedNote))
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
                let material = representations[block].map { makeMaterial(block: block, $0) }
                for index in open where plan[index].block == block {
                    results[index] = try train(jobs[index], material: material)
                }
            }
        }
        return results.compactMap { $0 }
    }
}

extension TrainingRun {
    package static let unroundedNote =
        "note: editors are trained in half precision; on this device the model's activations stay float32,"
        + " where the reference rounds them too"
}

// MARK: - What editors share

extension TrainingRun {
    /// Bytes for what could be computed again.
    private var cacheBytes: Int { options.cacheBytes ?? model.allowance.keptBytes }

    /// Blocks whose representations are read in one pass: as many as a quarter of the budget holds.
    private func groups(of blocks: [Int]) -> [[Int]] {
        let bytes = max(2 * data.examples.count * model.hiddenSize * MemoryLayout<Float>.stride, 1)
        return TrainingSplit.batches(blocks, size: max(cacheBytes / 4 / bytes, 1))
    }

    private func readRepresentations(blocks: [Int]) throws -> [Int: SampleRepresentations] {
        guard !blocks.isEmpty else { return [:] }
        progress.report(.started(stage: "computing representations", total: data.examples.count))
        let results = try model.allowance.explaining({ .kept }) {
            try model.representations(
                of: data.examples.map(\.source), blocks: blocks, advanced: advance)
        }
        progress.report(.finished)
        return Dictionary(uniqueKeysWithValues: zip(blocks, results))
    }

    private func makeMaterial(
        block: Int, _ representations: SampleRepresentations
    ) -> EditorTrainer.TrainingMaterial {
        EditorTrainer.TrainingMaterial(
            model: model, examples: data.examples, trainingCount: data.trainingCount,
            representations: representations,
            frozen: FrozenStore(
                data.examples, block: block, model: model, needsBase: weights.needsBase,
                budget: cacheBytes))
    }

    /// Reports how far a stage is, and stops it if asked to.
    func advance(_ done: Int) throws {
        progress.report(.advanced(done: done, note: nil))
        if let signal = progress.stopRequested { throw RemediError.interrupted(signal: signal) }
    }
}
