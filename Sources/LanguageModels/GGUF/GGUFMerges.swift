/// The merges that make SentencePiece's pieces of their scores: every way to cut a piece into two, those of the
/// highest score first, as converters to `tokenizer.json` order them.
struct GGUFMerges {
    /// Left and right tokens, one after another.
    private(set) var strings = ByteStrings()

    private struct Merge {
        /// In scalars.
        let lengths: (left: Int, right: Int)
        let token: Int
        /// Bytes of the left part.
        let cut: Int
    }

    /// - Parameter isPiece: whether each token is one that merges make.
    /// - Throws: `VocabularyFault`.
    init(_ source: TokenizerSource, scores: [Double], isPiece: [Bool]) throws {
        let vocabulary = try Vocabulary(spellings: source.spellings, ids: source.ids)
        let tokens = isPiece.indices.filter { isPiece[$0] && !scores[$0].isNaN }.sorted {
            (scores[$1], $0) < (scores[$0], $1)
        }
        var start = 0
        while start < tokens.count {
            let end = tokens[start...].firstIndex { scores[$0] != scores[tokens[start]] } ?? tokens.count
            add(tokens[start..<end], source.spellings, vocabulary)
            start = end
        }
    }

    /// Adds the merges that make tokens of one score, those of long parts first.
    private mutating func add(_ tokens: ArraySlice<Int>, _ spellings: ByteStrings, _ vocabulary: Vocabulary) {
        let merges = spellings.bytes.withUnsafeBufferPointer { bytes -> [Merge] in
            guard let base = bytes.baseAddress else { return [] }
            return tokens.flatMap { Self.cuts(of: $0, spellings.range($0), base, vocabulary) }
        }
        let order = merges.indices.sorted { a, b in
            merges[a].lengths == merges[b].lengths ? a < b : merges[a].lengths > merges[b].lengths
        }
        for merge in order.map({ merges[$0] }) {
            let spelling = spellings[merge.token]
            strings.append(spelling.prefix(merge.cut))
            strings.append(spelling.dropFirst(merge.cut))
        }
    }

    /// The cuts between scalars whose halves are tokens.
    private static func cuts(
        of token: Int, _ range: Range<Int>, _ base: UnsafePointer<UInt8>, _ vocabulary: Vocabulary
    ) -> [Merge] {
        let starts = range.filter { base[$0] & 0xC0 != 0x80 }
        return starts.enumerated().dropFirst().compactMap { length, place in
            guard vocabulary.id(base + range.lowerBound, place - range.lowerBound) >= 0,
                vocabulary.id(base + place, range.upperBound - place) >= 0
            else { return nil }
            return Merge(
                lengths: (length, starts.count - length), token: token, cut: place - range.lowerBound)
        }
    }
}
