import Foundation
import LanguageModels

/// Directions and hidden states of many samples, for people who look at them with other tools.
///
/// Letters: N samples, L blocks, D hidden size.  States are those of the entity's edited tokens in the
/// prompt, their mean where there are several; at the edited block those after the edit already hold it.
package struct DirectionDump {
    package let model: LanguageModel
    package let editor: Editor
    package var alpha: Double
    package var beta: Double
    /// Prompts in one packed pass.
    package var batchSize: Int
    private let tokenOptions: TokenOptions

    /// - Parameter mentions: as plain texts, samples without an attribute are read at their first token.
    package init(
        model: LanguageModel, editor: Editor, alpha: Double = 1, beta: Double = 1, batchSize: Int = 16,
        mentions: MentionRule = .word
    ) {
        precondition(batchSize > 0)
        tokenOptions = editor.tokenOptions.taking(mentions: mentions)
        self.model = model
        self.editor = editor
        self.alpha = alpha
        self.beta = beta
        self.batchSize = batchSize
    }

    /// The samples and lengths of the directions that were written.
    package struct Outcome: Sendable {
        package var ids: [String] = []
        package var skipped = SkippedSamples()
        /// The lengths of the directions.
        package var norms: [Double] = []
    }

    /// Writes the dump in one form or several, batch by batch: no more than a batch is held in memory.
    ///
    /// - Throws: `RemediError.noSamples`, `.notFinite`, `.abandoned`; `LanguageModelError`; `ComputeError`.
    ///   Nothing appears then.
    package func write(
        _ samples: [Sample], to files: DumpFiles, progress: any ProgressReporter
    ) throws -> Outcome {
        var outcome = Outcome()
        var usable: [DumpedSample] = []
        for sample in samples {
            do {
                usable.append(try locate(sample))
            } catch {
                guard let reason = SkipReason(error) else { throw error }
                outcome.skipped.add(sample.id, reason)
            }
        }
        guard !usable.isEmpty else {
            throw RemediError.noSamples(dataset: "", split: "dump", count: samples.count)
        }
        outcome.ids = usable.map(\.sample.id)
        try write(usable, to: files) { writer in
            progress.report(.started(stage: "directions, layer \(editor.block)", total: usable.count))
            for start in stride(from: 0, to: usable.count, by: batchSize) {
                let end = min(start + batchSize, usable.count)
                let states = try self.states(of: Array(usable[start..<end]))
                let spoiled = (start..<end).filter { !states.isFinite($0 - start) }
                if !spoiled.isEmpty { throw RemediError.notFinite(samples: spoiled.map { outcome.ids[$0] }) }
                outcome.norms += states.directionNorms
                try writer.append(states)
                progress.report(.advanced(done: end, note: nil))
                try progress.abandonIfAsked("layer \(editor.block)")
            }
            progress.report(.finished)
        }
        return outcome
    }

    private func locate(_ sample: Sample) throws -> DumpedSample {
        let source = try model.usableSource(of: sample, options: tokenOptions)
        let prompt = try model.locate(
            entity: sample.entity, in: sample.prompt, options: tokenOptions, sample: sample.id)
        guard prompt.promptTokens.count <= model.contextLength else { throw SkipReason.tooLong }
        return DumpedSample(sample: sample, source: source, prompt: prompt)
    }

    private func states(of batch: [DumpedSample]) throws -> DumpedStates {
        let representations = try model.representations(
            of: batch.map(\.source), blocks: [editor.block])[0]
        let directions = try editor.directions(
            for: representations, sampleIds: batch.map(\.sample.id))
        let prompts = batch.map(\.prompt.promptTokens)
        let readings = batch.indices.flatMap { index in
            (0..<model.blocks).map {
                StateReading(sequence: index, block: $0, tokens: batch[index].prompt.editedTokens)
            }
        }
        let edits = batch.indices.map {
            Edit(
                sequence: $0, block: editor.block, tokens: batch[$0].prompt.editedTokens,
                direction: directions.rows($0..<$0 + 1), alpha: Float(alpha), beta: Float(beta))
        }
        return DumpedStates(
            count: batch.count,
            direction: try model.backend.read(directions),
            attribute: try model.backend.read(representations.attribute),
            before: try model.backend.read(try model.states(of: prompts, reading: readings)),
            after: try model.backend.read(try model.states(of: prompts, reading: readings, edits: edits)))
    }
}

/// A sample and where its parts lie.
struct DumpedSample {
    let sample: Sample
    let source: RepresentationSource
    let prompt: LocatedSample
}

/// The dumped tensors of a batch: directions and h_attr [B, D], the entity's states before and after the edit
/// [B, L, D], row-major.
struct DumpedStates {
    let count: Int
    let direction: [Float]
    let attribute: [Float]
    let before: [Float]
    let after: [Float]

    var directionNorms: [Double] {
        (0..<count).map { sample in
            row(sample, of: direction).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
    }

    /// Whether all numbers of a sample are finite.
    func isFinite(_ sample: Int) -> Bool {
        [direction, attribute, before, after].allSatisfy { row(sample, of: $0).allSatisfy(\.isFinite) }
    }

    /// One sample's part of `values`.
    func row(_ sample: Int, of values: [Float]) -> ArraySlice<Float> {
        let size = values.count / count
        return values[sample * size..<(sample + 1) * size]
    }
}
