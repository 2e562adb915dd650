import Compute
import Foundation
import LanguageModels

/// Trains one editor, epoch after epoch, with a checkpoint after each.
final class EditorTrainer {
    /// State that all editors of one block share.
    struct TrainingMaterial {
        let model: LanguageModel
        /// Training samples in order, then validation samples.
        let examples: [TrainingExample]
        let trainingCount: Int
        /// Of all examples, at the editor's block.
        let representations: SampleRepresentations
        let frozen: FrozenStore
    }

    private let material: TrainingMaterial
    private let options: TrainingOptions
    private let weights: LossWeights
    private let inputs: JSONObject
    private let folder: URL
    private let progress: any ProgressReporter
    private let loss: EditLoss
    let editor: Editor
    private let gradients: [Matrix]
    private let firstMoments: [Matrix]
    private let secondMoments: [Matrix]
    /// The parameters of the best epoch.
    private var best: [[Float]]
    private(set) var state: TrainingState

    /// Starts with `editor` as it is, or where the checkpoint in `folder` stands if there is one that is whole.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`.
    init(
        editor: Editor, material: TrainingMaterial, options: TrainingOptions, weights: LossWeights,
        inputs: JSONObject, folder: URL, progress: any ProgressReporter
    ) throws {
        self.editor = editor
        self.material = material
        self.options = options
        self.weights = weights
        self.inputs = inputs
        self.folder = folder
        self.progress = progress
        loss = EditLoss(
            model: material.model, weights: weights, alpha: Float(options.alpha), beta: Float(options.beta))
        let backend = material.model.backend
        func zeros() throws -> [Matrix] {
            try editor.parameters.map {
                let matrix = try backend.makeMatrix(rows: $0.rows, columns: $0.columns)
                backend.fill(matrix, with: 0)
                return matrix
            }
        }
        gradients = try zeros()
        firstMoments = try zeros()
        secondMoments = try zeros()
        guard let checkpoint = try TrainingCheckpoint(folder: folder, shapes: editor.parameterShapes) else {
            state = TrainingState()
            best = try editor.values()
            let file = TrainingCheckpoint.file(in: folder)
            if SystemCall.status(file.path) != nil {
                progress.report(
                    .warning(
                        "\(file.path) does not match its checksum, or is of a version that wrote none;"
                            + " the training starts again"))
            }
            return
        }
        state = checkpoint.state
        best = checkpoint.best
        editor.setValues(checkpoint.parameters)
        for (matrices, values) in [
            (firstMoments, checkpoint.firstMoments), (secondMoments, checkpoint.secondMoments),
        ] {
            for (matrix, value) in zip(matrices, values) { backend.write(value, into: matrix) }
        }
    }

    /// Trains to the end and leaves `editor` with the parameters to keep.
    ///
    /// - Throws: `RemediError.nonFiniteLoss`, `RemediError.interrupted` after saving, and what model, device
    ///   and files throw.
    func run() throws {
        reportStart()
        while !state.isFinished {
            try trainEpoch()
            try finishEpoch()
        }
        if options.keep == .best { editor.setValues(best) }
    }

    /// The training batches that are left of the epoch in progress.
    private func trainEpoch() throws {
        let order = TrainingSplit.order(
            count: material.trainingCount, epoch: state.epoch, shuffle: options.shuffle, seed: options.seed)
        let batches = TrainingSplit.batches(order, size: options.batchSize)
        while state.batch < batches.count {
            let start = ContinuousClock.now
            let indices = batches[state.batch]
            let terms = try state.epoch == 0 ? measure(indices) : step(indices)
            state.train.add(terms, samples: indices.count, weighsSamples: options.weighsSamples)
            state.batch += 1
            state.seconds += start.duration(to: .now).seconds
            reportAdvance(samples: min(state.batch * options.batchSize, material.trainingCount))
            try stopIfAsked()
        }
    }

    /// Validates, takes the epoch's record, decides whether to go on, and saves.
    private func finishEpoch() throws {
        let start = ContinuousClock.now
        var validation = LossMean()
        let order = Array(material.trainingCount..<material.examples.count)
        for indices in TrainingSplit.batches(order, size: options.batchSize) {
            validation.add(
                try measure(indices), samples: indices.count, weighsSamples: options.weighsSamples)
            try stopIfAsked()
        }
        guard let train = state.train.mean else { preconditionFailure("an epoch has at least one batch") }
        let record = EpochRecord(
            epoch: state.epoch, train: train, validation: validation.mean,
            seconds: state.seconds + start.duration(to: .now).seconds)
        state.records.append(record)
        if state.stopping.observe(validation.mean?.loss, epoch: state.epoch) { best = try editor.values() }
        state.isFinished =
            state.stopping.stops(patience: options.patience) || state.epoch == options.maxEpochs
        state.epoch += 1
        state.batch = 0
        state.train = LossMean()
        state.seconds = 0
        try save()
        reportEpoch(record)
    }

    /// The loss of a batch as things stand.
    func measure(_ indices: [Int]) throws -> LossTerms {
        try material.model.allowance.run({ need(of: indices, recording: false) }) {
            try evaluate(indices, gradient: false).terms
        }
    }

    /// The loss of a batch, and one step of the optimizer against its gradient.  Parameters change only once
    /// the whole gradient is there.
    func step(_ indices: [Int]) throws -> LossTerms {
        let terms = try material.model.allowance.run({ need(of: indices, recording: true) }) {
            let (terms, pass, dDirections) = try evaluate(indices, gradient: true)
            guard let dDirections else { preconditionFailure("a gradient was asked for") }
            try editor.backward(dDirections, of: pass, into: gradients)
            return terms
        }
        state.steps += 1
        for (index, parameters) in editor.parameters.enumerated() {
            editor.backend.adamW(
                parameters: parameters, gradients: gradients[index], firstMoments: firstMoments[index],
                secondMoments: secondMoments[index], step: state.steps, options: options.optimizer)
        }
        return terms
    }

    /// The language model sees one part of the batch after the other; what is summed is summed in the same
    /// order whatever the parts are.
    private func evaluate(
        _ indices: [Int], gradient: Bool
    ) throws -> (terms: LossTerms, pass: EditorPass, dDirections: Matrix?) {
        let backend = material.model.backend
        let batch = indices.map { material.examples[$0] }
        let pass = try editor.forward(try gathered(indices), sampleIds: batch.map(\.id))
        let dDirections =
            gradient ? try backend.makeMatrix(rows: batch.count, columns: editor.hiddenSize) : nil
        var terms = LossTerms()
        var spoiled = Set<Int>()
        for part in parts(of: batch.count) {
            let frozen = try material.frozen.batch(Array(indices[part]))
            let result = try loss.evaluate(
                batch, part: part, sequences: frozen.sequences, base: frozen.base,
                directions: pass.directions.rows(part), onto: terms, gradient: gradient)
            terms = result.terms
            spoiled.formUnion(result.spoiled)
            if let found = result.dDirections, let dDirections {
                backend.copy(found, into: dDirections.rows(part))
            }
        }
        guard terms.loss.isFinite else {
            let named = spoiled.isEmpty ? Array(batch.indices) : spoiled.sorted()
            throw RemediError.nonFiniteLoss(epoch: state.epoch, samples: named.map { batch[$0].id })
        }
        if options.isHalfPrecision, !material.model.widensLogits {
            terms = terms.rounded(weights, count: batch.count)
        }
        return (terms, pass, dDirections)
    }

    /// The parts of a batch: all of it, or one half after the other once memory ran out.
    private func parts(of count: Int) -> [Range<Int>] {
        guard material.model.allowance.isHalved, count > 1 else { return [0..<count] }
        let middle = (count + 1) / 2
        return [0..<middle, middle..<count]
    }

    /// The memory of the largest part of a batch.
    private func need(of indices: [Int], recording: Bool) -> MemoryNeed {
        let needs = parts(of: indices.count).map { part in
            material.model.need(
                ofEditing: indices[part].flatMap { material.examples[$0].requests }, block: editor.block,
                recording: recording, remedies: [.smallerBatches, .fewerKeptSamples])
        }
        guard let largest = needs.max(by: { $0.total < $1.total }) else {
            preconditionFailure("a batch has parts")
        }
        return largest
    }

    private func gathered(_ indices: [Int]) throws -> SampleRepresentations {
        let backend = material.model.backend
        let rows = try backend.makeIndices(indices.map(Int32.init))
        func gather(_ source: Matrix) throws -> Matrix {
            let result = try backend.makeMatrix(rows: indices.count, columns: source.columns)
            backend.gatherRows(source, rows, into: result)
            return result
        }
        return SampleRepresentations(
            entity: try gather(material.representations.entity),
            attribute: try gather(material.representations.attribute))
    }

    /// Writes the checkpoint, then the metrics so far.
    private func save() throws {
        let backend = material.model.backend
        let checkpoint = TrainingCheckpoint(
            inputs: inputs, state: state, parameters: try editor.values(), best: best,
            firstMoments: try firstMoments.map { try backend.read($0) },
            secondMoments: try secondMoments.map { try backend.read($0) })
        try checkpoint.write(to: folder, shapes: editor.parameterShapes, weights: weights)
        try writeMetrics()
    }

    /// Writes `metrics.jsonl`: one line for every finished epoch.
    func writeMetrics() throws {
        let lines = state.records.map { $0.json(weights).text() + "\n" }
        try AtomicFile.write(lines.joined(), to: folder.appendingPathComponent("metrics.jsonl"))
    }

    private func stopIfAsked() throws {
        guard let signal = progress.stopRequested else { return }
        try save()
        throw RemediError.interrupted(signal: signal)
    }
}

// MARK: - Progress

extension EditorTrainer {
    private var name: String { "\(editor.type.rawValue) editor, layer \(editor.block)" }

    private func reportStart() {
        let total = (options.maxEpochs + 1) * material.trainingCount
        // Patience ends most trainings before the last epoch.
        progress.report(.startedAtMost(stage: "training \(name)", total: total))
        if state.epoch > 0 || state.batch > 0, !state.isFinished {
            progress.report(.message("\(name): going on with epoch \(state.epoch)"))
        }
    }

    private func reportAdvance(samples: Int) {
        let mean = state.train.mean.map { "loss \(Self.figure($0.loss))" } ?? ""
        progress.report(
            .advanced(
                done: state.epoch * material.trainingCount + samples,
                note: "epoch \(state.epoch)/\(options.maxEpochs), \(mean)"))
    }

    private func reportEpoch(_ record: EpochRecord) {
        let validation = record.validation.map { ", validation \(Self.figure($0.loss))" } ?? ""
        let seconds = String(format: "%.1f s", record.seconds)
        progress.report(
            .message(
                "\(name): epoch \(record.epoch)/\(options.maxEpochs): "
                    + "train \(Self.figure(record.train.loss))\(validation) (\(seconds))"))
        if state.isFinished { progress.report(.finished) }
    }

    private static func figure(_ value: Double) -> String { String(format: "%.4f", value) }
}

extension Duration {
    /// As a number of seconds.
    var seconds: Double {
        let parts = components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }
}
