extension BytePairModel {
    /// The model that `source` describes.
    ///
    /// - Throws: `LanguageModelError`.
    convenience init(_ source: TokenizerSource, _ settings: ComponentSettings, wordsAreBytes: Bool) throws {
        if settings.present("type") != nil, try settings.string("type") != "BPE" {
            throw settings.unsupported("type")
        }
        guard settings.object["vocab"] == true else { throw settings.malformed("vocab", "an object") }
        guard settings.object["merges"] == true else { throw settings.malformed("merges", "a list") }
        try Self.refuseUnsupported(settings)
        do {
            let vocabulary = try Vocabulary(spellings: source.spellings, ids: source.ids)
            guard vocabulary.size > 0 else { throw settings.malformed("vocab", "a vocabulary: it is empty") }
            var options = BytePairOptions(wordsAreBytes: wordsAreBytes)
            if settings.present("unk_token") != nil {
                let token = try settings.string("unk_token")
                options.unknown = vocabulary.id(of: Array(token.utf8))
                guard options.unknown != nil || token.isEmpty else {
                    throw settings.malformed("unk_token", "in the vocabulary: \"\(token)\"")
                }
            }
            options.fusesUnknown = try settings.bool("fuse_unk", default: false)
            options.ignoresMerges = try settings.bool("ignore_merges", default: false)
            options.fallsBackToBytes = try settings.bool("byte_fallback", default: false)
            let merges = try Self.resolve(source.merges, vocabulary)
            self.init(vocabulary: vocabulary, merges: merges, options: options)
        } catch let fault as VocabularyFault {
            throw LanguageModelError.malformed(path: source.path, reason: fault.reason)
        }
    }

    private static func refuseUnsupported(_ settings: ComponentSettings) throws {
        for key in ["continuing_subword_prefix", "end_of_word_suffix"]
        where settings.present(key) != nil && settings.object[key] != "" {
            throw settings.unsupported(key)
        }
        if let dropout = settings.present("dropout"), dropout.double != 0 {
            throw settings.unsupported("dropout")
        }
        let known = [
            "type", "vocab", "merges", "unk_token", "fuse_unk", "ignore_merges", "byte_fallback", "dropout",
            "continuing_subword_prefix", "end_of_word_suffix",
        ]
        for key in settings.object.keys where !known.contains(key) { throw settings.unsupported(key) }
    }

    /// The merges' ids.
    private static func resolve(
        _ merges: ByteStrings, _ vocabulary: Vocabulary
    ) throws -> [(left: Int, right: Int, merged: Int)] {
        guard merges.count > 0 else { return [] }
        return try merges.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return [] }
            return try (0..<merges.count / 2).map { rank in
                let left = merges.range(2 * rank)
                let right = merges.range(2 * rank + 1)
                // Both halves lie side by side, so the merged token's spelling is there already.
                let ids = (
                    left: vocabulary.id(base + left.lowerBound, left.count),
                    right: vocabulary.id(base + right.lowerBound, right.count),
                    merged: vocabulary.id(base + left.lowerBound, left.count + right.count)
                )
                for (id, part) in [
                    (ids.left, left), (ids.right, right), (ids.merged, left.lowerBound..<right.upperBound),
                ] where id < 0 {
                    throw VocabularyFault.unknownMerge(
                        rank: rank, token: String(decoding: bytes[part], as: UTF8.self))
                }
                return ids
            }
        }
    }
}

extension VocabularyFault {
    /// The fault in words.
    var reason: String {
        switch self {
        case .badID(let token, let id): "the token \"\(token)\" has the id \(id)"
        case .sharedID(let first, let second, let id): "\"\(first)\" and \"\(second)\" share the id \(id)"
        case .unknownMerge(let rank, let token): "merge \(rank) needs \"\(token)\", which is no token"
        }
    }
}
