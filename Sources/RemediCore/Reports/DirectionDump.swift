import Foundation
import LanguageModels

/// Directions and hidden states of many samples, for people who look at them with other tools.
///
/// Letters: N samples, L blocks, D hidden size.
package struct DirectionDump {
    package let model: LanguageModel
    package let editor: Editor
    package var alpha: Double
    package var beta: Double
    /// Prompts in one packed pass.
    package var batchSize: Int

    package init(
        model: LanguageModel, editor: Editor, alpha: Double = 1, beta: Double = 1, batchSize: Int = 16
    ) {
        precondition(batchSize > 0)
        self.model = model
        self.editor = editor
        self.alpha = alpha
        self.beta = beta
        self.batchSize = batchSize
    }

    /// Writes `direction` and `h_attr` [N, D], `h_entity_pre` and `h_entity_post` [N, L, D] (the entity's
    /// edited tokens in the prompt, their mean where there are several; at the edited block `post` already
    /// holds the edit), with ids, texts and token ranges as JSON texts in the metadata.
    ///
    /// - Returns: how many samples were written, and those that could not be used.
    /// - Throws: `RemediError.noSamples`, `.interrupted`; `LanguageModelError`; `ComputeError`.
    package func write(
        _ samples: [Sample], to file: URL, progress: any ProgressReporter
    ) throws -> (count: Int, skipped: SkippedSamples) {
        var skipped = SkippedSamples()
        var usable: [Located] = []
        for sample in samples {
            do {
                usable.append(try locate(sample))
            } catch {
                guard let reason = SkipReason(error) else { throw error }
                skipped.add(sample.id, reason)
            }
        }
        guard !usable.isEmpty else {
            throw RemediError.noSamples(dataset: "", split: "dump", count: samples.count)
        }
        progress.report(.started(stage: "directions, block \(editor.block)", total: usable.count))
        var tensors = Tensors()
        for start in stride(from: 0, to: usable.count, by: batchSize) {
            tensors.append(try states(of: usable[start..<min(start + batchSize, usable.count)]))
            try progress.advance(to: min(start + batchSize, usable.count))
        }
        progress.report(.finished)
        try SafeTensors.write(
            tensors.outputs(count: usable.count, blocks: model.blocks, hiddenSize: model.hiddenSize),
            metadata: metadata(of: usable), to: file)
        return (usable.count, skipped)
    }

    /// A sample and where its parts lie.
    private struct Located {
        let sample: Sample
        let source: RepresentationSource
        let prompt: LocatedSample
    }

    private func locate(_ sample: Sample) throws -> Located {
        let source = try model.usableSource(of: sample, options: editor.tokenOptions)
        let prompt = try model.locate(
            entity: sample.entity, in: sample.prompt, options: editor.tokenOptions, sample: sample.id)
        guard prompt.promptTokens.count <= model.contextLength else { throw SkipReason.tooLong }
        return Located(sample: sample, source: source, prompt: prompt)
    }

    /// The four tensors, row-major, as far as they are filled.
    private struct Tensors {
        var direction: [Float] = []
        var attribute: [Float] = []
        var before: [Float] = []
        var after: [Float] = []

        mutating func append(_ other: Tensors) {
            direction += other.direction
            attribute += other.attribute
            before += other.before
            after += other.after
        }

        func outputs(count: Int, blocks: Int, hiddenSize: Int) -> [SafeTensors.Output] {
            [
                .init(name: "direction", shape: [count, hiddenSize], values: direction),
                .init(name: "h_attr", shape: [count, hiddenSize], values: attribute),
                .init(name: "h_entity_pre", shape: [count, blocks, hiddenSize], values: before),
                .init(name: "h_entity_post", shape: [count, blocks, hiddenSize], values: after),
            ]
        }
    }

    private func states(of batch: ArraySlice<Located>) throws -> Tensors {
        let batch = Array(batch)
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
        return Tensors(
            direction: try model.backend.read(directions),
            attribute: try model.backend.read(representations.attribute),
            before: try model.backend.read(try model.states(of: prompts, reading: readings)),
            after: try model.backend.read(try model.states(of: prompts, reading: readings, edits: edits)))
    }

    private func metadata(of samples: [Located]) -> [String: String] {
        func texts(_ text: (Sample) -> String) -> String {
            JSONValue.array(samples.map { .string(text($0.sample)) }).text()
        }
        func ranges(_ range: (Located) -> Range<Int>) -> String {
            JSONValue.array(
                samples.map { [.integer(range($0).lowerBound), .integer(range($0).upperBound)] }
            ).text()
        }
        return [
            "format": "remedi directions", "version": RemediVersion.current, "model": model.name,
            "model_fingerprint": model.fingerprint, "editor_type": editor.type.rawValue,
            "layer": "\(editor.block)", "alpha": "\(alpha)", "beta": "\(beta)",
            "ids": texts(\.id), "entities": texts(\.entity), "attributes": texts(\.attribute),
            "contexts": texts(\.context), "prompts": texts(\.prompt),
            "entity_ranges": ranges(\.prompt.entityInPrompt), "edited_ranges": ranges(\.prompt.editedTokens),
            "attribute_ranges": ranges(\.source.attribute),
        ]
    }
}
