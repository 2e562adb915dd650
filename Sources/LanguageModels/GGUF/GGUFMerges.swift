/// The merges that make SentencePiece's pieces of their scores: every way to cut a piece into two, those of the
/// highest score first, as converters to `tokenizer.json` order them.
struct GGUFMerges {
    /// Left and right tokens, one after another.
    private(set) var strings = ByteStrings()

    private struct Merge {
        let score: Double
        let lengths: (left: Int, right: Int)
        let token: Int
        /// Bytes of the left part.
        let cut: Int
    }

    /// - Parameter isPiece: whether each token is one that merges make.
    /// - Throws: `VocabularyFault`.
    init(_ source: TokenizerSource, scores: [Double], isPiece: [Bool]) throws {
        let vocabulary = try Vocabulary(spellings: source.spellings, ids: source.ids)
        var merges: [Merge] = []
        source.spellings.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            for token in isPiece.indices where isPiece[token] {
                merges += Self.cuts(of: token, source.spellings.range(token), base, vocabulary, scores[token])
            }
        }
        let order = merges.indices.sorted { a, b in
            let (x, y) = (merges[a], merges[b])
            if x.score != y.score { return x.score > y.score }
            if x.lengths.left != y.lengths.left { return x.lengths.left > y.lengths.left }
            return x.lengths.right != y.lengths.right ? x.lengths.right > y.lengths.right : a < b
        }
        for index in order {
            let spelling = source.spellings[merges[index].token]
            strings.append(spelling.prefix(merges[index].cut))
            strings.append(spelling.dropFirst(merges[index].cut))
        }
    }

    /// The cuts between scalars whose halves are tokens, in the order of the halves' ids.
    private static func cuts(
        of token: Int, _ range: Range<Int>, _ base: UnsafePointer<UInt8>, _ vocabulary: Vocabulary,
        _ score: Double
    ) -> [Merge] {
        let starts = range.filter { base[$0] & 0xC0 != 0x80 }
        var found: [(merge: Merge, ids: (Int, Int))] = []
        for (length, place) in starts.enumerated().dropFirst() {
            let left = vocabulary.id(base + range.lowerBound, place - range.lowerBound)
            guard left >= 0, case let right = vocabulary.id(base + place, range.upperBound - place),
                right >= 0
            else { continue }
            found.append(
                (
                    Merge(
                        score: score, lengths: (length, starts.count - length), token: token,
                        cut: place - range.lowerBound), (left, right)
                ))
        }
        return found.sorted { $0.ids < $1.ids }.map(\.merge)
    }
}
