import Compute
import LanguageModels

extension LanguageModel {
    /// Tokenises `prompt` and finds `entity` in it: the first mention, by the options' rule, that starts at or
    /// after scalar `searchStart`; where mentions are plain texts, the one of number `occurrence` from the
    /// prompt's start.  `sample` is named in the error.
    ///
    /// - Throws: `RemediError.entityNotInPrompt`.
    package func locate(
        entity: String, in prompt: String, searchStart: Int = 0, occurrence: Int = 0, options: TokenOptions,
        sample: String = ""
    ) throws -> LocatedSample {
        let encoding = tokenizer.encode(prompt)
        let lastByte = !options.firstByteToken
        let found =
            options.mentions == .text
            ? encoding.tokens(ofText: entity, occurrence: occurrence, in: prompt, lastByte: lastByte)
            : Mentions.first(of: entity, in: prompt, from: searchStart).flatMap {
                encoding.tokens(of: $0, lastByte: lastByte)
            }
        guard let tokens = found, !tokens.isEmpty else {
            throw RemediError.entityNotInPrompt(entity: entity, prompt: prompt, sample: sample)
        }
        return LocatedSample(
            promptTokens: encoding.ids, entityInPrompt: tokens,
            editedTokens: options.useAllEntityTokens ? tokens : tokens.upperBound - 1..<tokens.upperBound)
    }

    /// The tokens from which the sample's h_attr and h_entity are read (Semantics.md §4).
    ///
    /// - Throws: `RemediError.attributeNotInContext`, also for an empty attribute unless mentions are plain texts;
    ///   `RemediError.entityNotInPrompt` for an empty entity.
    package func representationSource(
        of sample: Sample, options: TokenOptions
    ) throws -> RepresentationSource {
        let text = options.attributeWithoutEntity ? sample.attribute : sample.context
        let encoding = tokenizer.encode(text)
        let lastByte = !options.firstByteToken
        let found =
            options.mentions == .text
            ? encoding.tokens(ofText: sample.attribute, occurrence: 0, in: text, lastByte: lastByte)
            : Mentions.first(of: sample.attribute, in: text).flatMap {
                encoding.tokens(of: $0, lastByte: lastByte)
            }
        guard let attribute = found, !attribute.isEmpty else {
            throw RemediError.attributeNotInContext(
                attribute: sample.attribute, context: text, sample: sample.id)
        }
        let alone = try locate(
            entity: sample.entity, in: sample.entity, options: options, sample: sample.id)
        return RepresentationSource(
            attributeText: encoding.ids, attribute: attribute, entityText: alone.promptTokens,
            entity: alone.editedTokens)
    }

    /// h_entity(ℓ) and h_attr(ℓ) of every sample (Semantics.md §4).
    ///
    /// - Throws: as `representationSource`; what the model throws.
    package func representations(
        of samples: [Sample], block: Int, options: TokenOptions
    ) throws -> SampleRepresentations {
        let sources = try samples.map { try representationSource(of: $0, options: options) }
        return try representations(of: sources, blocks: [block])[0]
    }

    /// h_entity and h_attr of every sample at each of `blocks`, from one pass over the texts.
    ///
    /// `advanced` hears how many samples are done and may throw to stop.
    package func representations(
        of sources: [RepresentationSource], blocks: [Int], advanced: (Int) throws -> Void = { _ in }
    ) throws -> [SampleRepresentations] {
        let results = try blocks.map { _ in
            SampleRepresentations(
                entity: try backend.makeMatrix(rows: sources.count, columns: hiddenSize),
                attribute: try backend.makeMatrix(rows: sources.count, columns: hiddenSize))
        }
        for batch in Self.readingBatches(sources.map { $0.attributeText.count + $0.entityText.count }) {
            let part = sources[batch]
            let sequences = part.map(\.attributeText) + part.map(\.entityText)
            let readings = blocks.flatMap { block in
                part.enumerated().map {
                    StateReading(sequence: $0.offset, block: block, tokens: $0.element.attribute)
                }
                    + part.enumerated().map {
                        StateReading(
                            sequence: part.count + $0.offset, block: block, tokens: $0.element.entity)
                    }
            }
            let states = try states(of: sequences, reading: readings)
            for (index, result) in results.enumerated() {
                let first = index * 2 * part.count
                let middle = first + part.count
                backend.copy(states.rows(first..<middle), into: result.attribute.rows(batch))
                backend.copy(states.rows(middle..<middle + part.count), into: result.entity.rows(batch))
            }
            try advanced(batch.upperBound)
        }
        return results
    }

    /// Consecutive ranges of samples with about a thousand tokens each: enough to keep matrix products busy,
    /// few enough to keep activations small.
    static func readingBatches(_ tokenCounts: [Int], limit: Int = 1024) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var start = 0
        var tokens = 0
        for (index, count) in tokenCounts.enumerated() {
            if index > start, tokens + count > limit {
                batches.append(start..<index)
                start = index
                tokens = 0
            }
            tokens += count
        }
        if start < tokenCounts.count { batches.append(start..<tokenCounts.count) }
        return batches
    }
}
