/// The added tokens of `tokenizer.json`, joined by those that other files declare as `tokenizers` 0.23 joins
/// them for transformers 5.24 (`TokenizersBackend.__init__`): what a table lists replaces the token of the same
/// content; what is new has its id in the vocabulary, or the next one that is free.
struct AddedTokenTable {
    /// As `added_tokens` of `tokenizer.json` holds them.
    private(set) var tokens: [JSONObject]
    /// Contents that no file gives an id.
    private(set) var withoutID: Set<ExactString> = []
    /// Where each content is in `tokens`.
    private var places: [ExactString: Int] = [:]
    private var largestID = -1
    private let vocabularyCount: Int
    /// Ids in the vocabulary of the contents that were asked for.
    private let vocabularyIDs: [ExactString: Int]

    /// - Parameter defaults: special tokens that the tokenizer's class has where its vocabulary does.
    /// - Throws: `LanguageModelError.malformed` where a token has another id than it is declared with.
    init(
        _ tokens: [JSONObject], source: TokenizerSource, declared: DeclaredTokens, defaults: [String]
    ) throws {
        self.tokens = tokens
        vocabularyCount = source.ids.count
        for (place, token) in tokens.enumerated() {
            if let content = token["content"]?.string { places[ExactString(content)] = place }
            largestID = max(largestID, token["id"]?.integer ?? -1)
        }
        let named = declared.named.map(\.token) + declared.additional
        let wanted = declared.listed.map(\.content) + named.map(\.content) + defaults
        let unknown = Set(wanted.map { ExactString($0) }).subtracting(places.keys)
        let found = unknown.isEmpty ? [] : source.vocabularyIDs(of: unknown.map(\.text))
        vocabularyIDs = Dictionary(found.map { (ExactString($0.content), $0.id) }) { _, last in last }
        let roles = Set((declared.named.map(\.token.content) + defaults).map { ExactString($0) })
        for listed in declared.listed { try add(listed, isRole: roles.contains(ExactString(listed.content))) }
        for token in named { add(token, isRole: roles.contains(ExactString(token.content))) }
        for content in defaults where vocabularyIDs[ExactString(content)] != nil {
            add(
                .init(content: content, token: ["content": .string(content), "normalized": false]),
                isRole: true)
        }
    }

    private mutating func add(_ listed: DeclaredTokens.Listed, isRole: Bool) throws {
        guard !listed.content.isEmpty else { return }
        let place = places[ExactString(listed.content)]
        let id = place.map { tokens[$0]["id"]?.integer } ?? identifier(of: listed.content)
        guard id == listed.id else {
            throw LanguageModelError.malformed(
                path: listed.path,
                reason:
                    "\"\(listed.content)\" is listed with the id \(listed.id), but its id in the tokenizer is"
                    + " \(id.map(String.init) ?? "missing")")
        }
        var token = listed.token
        if let place {
            guard !Self.agree(tokens[place], token) else { return }
            if isRole { token["special"] = true }
            token["id"] = .integer(listed.id)
            tokens[place] = token
        } else {
            append(token, content: listed.content, isRole: isRole)
        }
    }

    private mutating func add(_ named: DeclaredTokens.Named, isRole: Bool) {
        guard !named.content.isEmpty, places[ExactString(named.content)] == nil else { return }
        if vocabularyIDs[ExactString(named.content)] == nil { withoutID.insert(ExactString(named.content)) }
        append(named.token, content: named.content, isRole: isRole)
    }

    private mutating func append(_ token: JSONObject, content: String, isRole: Bool) {
        var token = token
        if isRole { token["special"] = true }
        let id = identifier(of: content)
        token["id"] = .integer(id)
        largestID = max(largestID, id)
        places[ExactString(content)] = tokens.count
        tokens.append(token)
    }

    /// The id that a new token has.
    private func identifier(of content: String) -> Int {
        if let id = vocabularyIDs[ExactString(content)] { return id }
        return largestID < vocabularyCount
            ? vocabularyCount : largestID.addingReportingOverflow(1).partialValue
    }

    /// Whether two tokens are found in the same places; what is missing has the default of `AddedToken.read`.
    private static func agree(_ one: JSONObject, _ other: JSONObject) -> Bool {
        func flags(_ token: JSONObject) -> [Bool] {
            let special = token["special"]?.bool ?? false
            return [
                special, token["normalized"]?.bool ?? !special, token["single_word"]?.bool ?? false,
                token["lstrip"]?.bool ?? false, token["rstrip"]?.bool ?? false,
            ]
        }
        return flags(one) == flags(other)
    }
}
