import LanguageModels

/// A hidden state that classifying a fact needs.
enum FactState: Hashable, Sendable {
    /// h_e at the entity's last token in the prompt part of the prompt in context.
    case entityInContext(block: Int)
    /// h_e at the entity's last token in the prompt.
    case entityInPrompt(block: Int)
    /// h_attr of the attribute as given.
    case attribute(block: Int)
    /// h_attr of the attribute with the targets exchanged.
    case exchangedAttribute(block: Int)
    /// h_entity: the entity read alone.
    case entityAlone(block: Int)

    /// Whether it is what directions are compared with, rather than what they are made of.
    var isOfProbedEntity: Bool {
        switch self {
        case .entityInContext, .entityInPrompt: true
        case .attribute, .exchangedAttribute, .entityAlone: false
        }
    }

    var text: String {
        switch self {
        case .entityInContext(let block): "entity in context \(block)"
        case .entityInPrompt(let block): "entity in prompt \(block)"
        case .attribute(let block): "attribute \(block)"
        case .exchangedAttribute(let block): "exchanged attribute \(block)"
        case .entityAlone(let block): "entity alone \(block)"
        }
    }
}

/// The two ways in which a fact is asked for (Semantics.md §7.6).
enum FactTask: String, Sendable, CaseIterable {
    /// The prompt follows the context: will the model say what the context implies?
    case contextual
    /// The prompt alone: will it say what it knows?
    case decontextual
}

/// Everything that is read of one sample, as tokens.
struct FactTexts: Sendable {
    let id: String
    /// The prompt in context, and the entity's last token in its prompt part.
    private let inContext: (tokens: [Int], entity: Int)
    private let prompt: (tokens: [Int], entity: Int)
    private let attribute: RepresentationSource
    private let exchanged: RepresentationSource
    /// Tokens of target_mediated and target_unmediated.
    private let words: [[Int]]
    /// Tokens of padding to the left of the texts that are read in padded batches.
    private var padding = Lengths(inContext: 0, prompt: 0, exchanged: 0)

    /// Numbers of tokens that have to do with the texts which the reference pads on the left.
    private struct Lengths {
        var inContext: Int
        var prompt: Int
        var exchanged: Int
    }

    /// - Throws: `SkipReason`, `RemediError.entityNotInPrompt`, `.attributeNotInContext`: the sample cannot be
    ///   used; `LanguageModelError.configuration` for a word without an embedding.
    init(_ sample: Sample, model: LanguageModel, options: TokenOptions) throws {
        guard let target = sample.targetMediated else { throw SkipReason.noTarget }
        guard let comparator = sample.targetUnmediated else { throw SkipReason.noComparator }
        let exchangedSample =
            options.mentions == .text ? sample.withTargetsExchangedEverywhere : sample.withTargetsExchanged
        guard let other = exchangedSample else { throw SkipReason.targetNotInAttribute }
        func located(
            _ text: String, from start: Int, occurrence: Int
        ) throws -> (tokens: [Int], entity: Int) {
            let found = try model.locate(
                entity: sample.entity, in: text, searchStart: start, occurrence: occurrence,
                options: options, sample: sample.id)
            return (found.promptTokens, found.entityInPrompt.upperBound - 1)
        }
        id = sample.id
        let text = sample.inContext(sample.prompt)
        inContext = try located(text.text, from: text.promptStart, occurrence: 1)
        prompt = try located(sample.prompt, from: 0, occurrence: 0)
        attribute = try model.usableSource(of: sample, options: options)
        exchanged = try model.usableSource(of: other, options: options)
        words = [target, comparator].map(model.tokenizer.tokens(ofWord:))
        guard !words[0].isEmpty else { throw SkipReason.noTarget }
        guard !words[1].isEmpty else { throw SkipReason.noComparator }
        try words.forEach(model.check(tokens:))
        let longest = max(inContext.tokens.count, prompt.tokens.count) + words.map(\.count).max()! - 1
        guard longest <= model.contextLength else { throw SkipReason.tooLong }
    }

    /// The prompt of a task, with both words to be scored.
    func scoredPrompt(_ task: FactTask) -> ScoredPrompt {
        var scored = ScoredPrompt(
            tokens: task == .contextual ? inContext.tokens : prompt.tokens, words: words)
        scored.shift = task == .contextual ? padding.inContext : padding.prompt
        return scored
    }

    /// Every text once; `sequence(of:)` says which is which.
    var sequences: [[Int]] {
        [
            inContext.tokens, prompt.tokens, attribute.attributeText, exchanged.attributeText,
            attribute.entityText,
        ]
    }

    /// Positions before the first token of each of `sequences`.
    var shifts: [Int] { [padding.inContext, padding.prompt, 0, padding.exchanged, 0] }

    /// The same texts, padded on the left in batches of samples as the reference pads them.
    ///
    /// - Parameters:
    ///   - texts: nil for a sample that is not read, which takes its place in a batch.
    ///   - batchSize: samples in a batch.
    static func padded(_ texts: [FactTexts?], batchSize: Int) -> [FactTexts] {
        func padding(_ length: (FactTexts) -> Int) -> [Int] {
            LeftPadding.tokens(before: texts.map { $0.map(length) }, batchSize: batchSize)
        }
        let inContext = padding(\.inContext.tokens.count)
        let prompt = padding(\.prompt.tokens.count)
        let exchanged = padding(\.exchanged.attributeText.count)
        return texts.enumerated().compactMap { index, text in
            guard var text else { return nil }
            text.padding = Lengths(
                inContext: inContext[index], prompt: prompt[index], exchanged: exchanged[index])
            return text
        }
    }

    /// Where a state is read; `first` is the number of the first of `sequences` in the batch.
    func reading(_ state: FactState, first: Int) -> StateReading {
        switch state {
        case .entityInContext(let block):
            StateReading(
                sequence: first, block: block, tokens: inContext.entity..<inContext.entity + 1)
        case .entityInPrompt(let block):
            StateReading(sequence: first + 1, block: block, tokens: prompt.entity..<prompt.entity + 1)
        case .attribute(let block):
            StateReading(sequence: first + 2, block: block, tokens: attribute.attribute)
        case .exchangedAttribute(let block):
            StateReading(sequence: first + 3, block: block, tokens: exchanged.attribute)
        case .entityAlone(let block):
            StateReading(sequence: first + 4, block: block, tokens: attribute.entity)
        }
    }
}
