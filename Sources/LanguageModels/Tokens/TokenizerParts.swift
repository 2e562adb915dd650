/// All that a tokenizer consists of, put together from its files.
final class TokenizerParts: Sendable {
    let model: BytePairModel
    let normalizer: Normalizer
    let preTokenizer: PreTokenizer
    /// Added tokens that are looked for in the text as it is.
    let originalAdded: AddedTokenFinder
    /// Added tokens that are looked for in the normalised text.
    let normalizedAdded: AddedTokenFinder
    let added: [Int: AddedToken]
    let post: PostProcessor
    let decoder: TokenDecoder

    /// - Throws: `LanguageModelError`.
    init(source: TokenizerSource) throws {
        let root = ComponentSettings(source.settings, place: "", path: source.path)
        try Self.refuseUnknownKeys(root)
        normalizer = try Normalizer(settings: root.component("normalizer"))
        preTokenizer = try PreTokenizer(settings: root.component("pre_tokenizer"))
        decoder = try TokenDecoder(settings: root.component("decoder"))
        let modelSettings = ComponentSettings(source.model, place: "model", path: source.path)
        model = try BytePairModel(source, modelSettings, wordsAreBytes: preTokenizer.wordsAreBytes)
        let tokens = try AddedToken.read(root, vocabulary: model.vocabulary)
        var added: [Int: AddedToken] = [:]
        var original = AddedTokenFinder()
        var normalized = AddedTokenFinder()
        for var token in tokens where added[token.id] == nil {
            if source.splitsSpecialTokens, token.special {
                added[token.id] = token
                continue
            }
            if token.normalized {
                let pattern = normalizer.normalized(token.spelling)
                // A space's mark in the pattern belongs to the text, unless the token is special.
                if !token.special { token.spelling = pattern }
                normalized.add(token, pattern: pattern)
            } else {
                original.add(token, pattern: token.spelling)
            }
            added[token.id] = token
        }
        self.added = added
        originalAdded = original
        normalizedAdded = normalized
        post = try PostProcessor(settings: root.component("post_processor"))
        for id in post.startTokens where added[id] == nil && model.vocabulary.spelling(id) == nil {
            throw LanguageModelError.malformed(
                path: source.path, reason: "post_processor: no token has the id \(id)")
        }
    }

    /// Truncation and padding are known and not done: a text is never cut.
    private static func refuseUnknownKeys(_ root: ComponentSettings) throws {
        let known = [
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
            "post_processor", "decoder",
        ]
        for key in root.object.keys where !known.contains(key) { throw root.unsupported(key) }
    }

    /// One more than the largest id.
    var size: Int { max(model.vocabulary.size, (added.keys.max() ?? -1) + 1) }

    /// The spelling of an id, nil if no token has it.
    func spelling(_ id: Int) -> [UInt8]? {
        added[id]?.spelling ?? model.vocabulary.spelling(id).map(Array.init)
    }

    /// The id of a spelling, nil if no token has it.
    func id(of content: String) -> Int? {
        added.values.first { $0.content.utf8.elementsEqual(content.utf8) }?.id
            ?? model.vocabulary.id(of: Array(content.utf8))
    }
}

extension AddedToken {
    /// Reads `added_tokens`.
    static func read(_ root: ComponentSettings, vocabulary: Vocabulary) throws -> [AddedToken] {
        guard root.present("added_tokens") != nil else { return [] }
        var seen: [Int: AddedToken] = [:]
        return try root.components("added_tokens").map { settings in
            let content = try settings.string("content")
            let token = AddedToken(
                id: try settings.count("id"), content: content, spelling: Array(content.utf8),
                special: try settings.bool("special", default: false),
                singleWord: try settings.bool("single_word", default: false),
                stripsLeft: try settings.bool("lstrip", default: false),
                stripsRight: try settings.bool("rstrip", default: false),
                normalized: try settings.bool(
                    "normalized", default: !settings.bool("special", default: false)))
            try token.check(against: vocabulary, seen[token.id], settings)
            seen[token.id] = token
            return token
        }
    }

    private func check(
        against vocabulary: Vocabulary, _ other: AddedToken?, _ settings: ComponentSettings
    ) throws {
        func fault(_ reason: String) -> LanguageModelError {
            .malformed(path: settings.path, reason: "\(settings.place): \(reason)")
        }
        guard !content.isEmpty else { throw fault("the token is empty") }
        guard id <= Vocabulary.largestID else { throw fault("the id \(id) is too large") }
        let bytes = Array(content.utf8)
        if let known = vocabulary.id(of: bytes), known != id {
            throw fault("\"\(content)\" has the id \(id), in the vocabulary \(known)")
        }
        if let spelling = vocabulary.spelling(id), !spelling.elementsEqual(bytes) {
            throw fault("the id \(id) of \"\(content)\" belongs to another token")
        }
        if let other, !other.content.utf8.elementsEqual(bytes) {
            throw fault("the id \(id) of \"\(content)\" belongs to another token")
        }
    }
}
