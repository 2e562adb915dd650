import LanguageModels

/// The texts that are read of one person to classify whether the model errs about the occupation
/// (Semantics.md §7.8), as tokens.
struct PersonTexts: Sendable {
    let id: String
    let name: String
    let title: String
    /// The prompt in context, and the name's last token in its prompt part.
    let inContext: [Int]
    let entity: Int
    /// The name followed by what the biography says of it.
    let own: RepresentationSource
    /// Tokens of padding to the left of the prompt in context.
    private(set) var padding = 0

    /// - Throws: `SkipReason`, `RemediError.entityNotInPrompt`, `.attributeNotInContext`: the sample cannot be
    ///   used.
    init(_ sample: Sample, model: LanguageModel, options: TokenOptions) throws {
        guard let title = sample.targetMediated, !title.isEmpty else { throw SkipReason.noTarget }
        id = sample.id
        name = sample.entity
        self.title = title
        let text = sample.inContext(sample.prompt)
        let located = try model.locate(
            entity: sample.entity, in: text.text, searchStart: text.promptStart, occurrence: 1,
            options: options, sample: sample.id)
        inContext = located.promptTokens
        entity = located.entityInPrompt.upperBound - 1
        guard inContext.count <= model.contextLength else { throw SkipReason.tooLong }
        own = try Self.source(of: sample.attribute, about: sample.entity, model: model, options: options)
    }

    /// The same texts, padded on the left in batches of people as the reference pads them.
    ///
    /// - Parameters:
    ///   - people: nil for a sample that is not read, which takes its place in a batch.
    ///   - batchSize: people in a batch.
    static func padded(_ people: [PersonTexts?], batchSize: Int) -> [PersonTexts] {
        let paddings = LeftPadding.tokens(before: people.map { $0?.inContext.count }, batchSize: batchSize)
        return zip(people, paddings).compactMap { person, padding in
            guard var person else { return nil }
            person.padding = padding
            return person
        }
    }

    /// Where the direction of a title for a name is read.
    ///
    /// - Throws: as `init`.
    static func source(
        ofTitle title: String, about name: String, model: LanguageModel, options: TokenOptions
    ) throws -> RepresentationSource {
        try source(of: "has the occupation of \(title)", about: name, model: model, options: options)
    }

    private static func source(
        of attribute: String, about name: String, model: LanguageModel, options: TokenOptions
    ) throws -> RepresentationSource {
        try model.usableSource(
            of: Sample(
                id: name, entity: name, attribute: attribute, context: "\(name) \(attribute)", prompt: ""),
            options: options)
    }
}
