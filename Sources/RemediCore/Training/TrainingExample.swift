import LanguageModels

/// A sample in tokens: everything that training reads of it.
struct TrainingExample: Sendable {
    let id: String
    let source: RepresentationSource
    /// The prompt; its last read position is the prompt's last token, and the KL term's positions come
    /// before.
    private(set) var prompt: FreezeRequest
    /// "`entity` is a" and its last token, if the essence term is on.
    let essence: FreezeRequest?
    /// Token ids, −1 for none.
    let target: Int32
    let comparator: Int32

    init(
        id: String, source: RepresentationSource, prompt: FreezeRequest, essence: FreezeRequest? = nil,
        target: Int32 = -1, comparator: Int32 = -1
    ) {
        self.id = id
        self.source = source
        self.prompt = prompt
        self.essence = essence
        self.target = target
        self.comparator = comparator
    }

    /// - Throws: `RemediError.entityNotInPrompt`, `RemediError.attributeNotInContext`;
    ///   `LanguageModelError.configuration` for a target without an embedding.
    init(_ sample: Sample, model: LanguageModel, options: TokenOptions, weights: LossWeights) throws {
        id = sample.id
        source = try model.representationSource(of: sample, options: options)
        let located = try model.locate(
            entity: sample.entity, in: sample.prompt, options: options, sample: sample.id)
        let last = located.promptTokens.count - 1
        let first = weights.divergence == 0 ? last : located.entityInPrompt.upperBound - 1
        prompt = FreezeRequest(
            tokens: located.promptTokens, editedTokens: located.editedTokens,
            readPositions: Array(first...last))
        essence = weights.essence == 0 ? nil : try Self.essence(of: sample, model: model, options: options)
        func token(_ word: String?) throws -> Int32 {
            guard let word else { return -1 }
            let token = model.tokenizer.firstToken(ofWord: word)
            try model.check(tokens: [token])
            return Int32(token)
        }
        target = try token(sample.targetMediated)
        comparator = try token(sample.targetUnmediated)
    }

    private static func essence(
        of sample: Sample, model: LanguageModel, options: TokenOptions
    ) throws -> FreezeRequest {
        let located = try model.locate(
            entity: sample.entity, in: sample.entity + " is a", options: options, sample: sample.id)
        return FreezeRequest(
            tokens: located.promptTokens, editedTokens: located.editedTokens,
            readPositions: [located.promptTokens.count - 1])
    }

    /// The same without the KL term's positions.
    func withoutDivergence() -> TrainingExample {
        var copy = self
        copy.prompt.readPositions = Array(prompt.readPositions.suffix(1))
        return copy
    }

    /// The prompt, and the essence prompt if there is one.
    var requests: [FreezeRequest] { [prompt] + (essence.map { [$0] } ?? []) }

    /// Tokens of the longest text that the model has to read.
    var tokenCount: Int { max(source.tokenCount, requests.map(\.tokens.count).max() ?? 0) }
}
