import LanguageModels

/// What is read of one person to classify whether the model errs about the occupation (DETAILS 7), as tokens.
struct PersonTexts: Sendable {
    let id: String
    let name: String
    let title: String
    /// The prompt in context, and the name's last token in its prompt part.
    let inContext: [Int]
    let entity: Int
    /// The name followed by what the biography says of it.
    let own: RepresentationSource

    /// - Throws: `SkipReason`, `RemediError.entityNotInPrompt`, `.attributeNotInContext`: the sample cannot be
    ///   used.
    init(_ sample: Sample, model: LanguageModel, options: TokenOptions) throws {
        guard let title = sample.targetMediated, !title.isEmpty else { throw SkipReason.noTarget }
        id = sample.id
        name = sample.entity
        self.title = title
        let text = sample.inContext(sample.prompt)
        let located = try model.locate(
            entity: sample.entity, in: text.text, searchStart: text.promptStart, options: options,
            sample: sample.id)
        inContext = located.promptTokens
        entity = located.entityInPrompt.upperBound - 1
        guard inContext.count <= model.contextLength else { throw SkipReason.tooLong }
        own = try Self.source(of: sample.attribute, about: sample.entity, model: model, options: options)
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
