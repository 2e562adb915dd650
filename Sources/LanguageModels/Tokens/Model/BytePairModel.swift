/// Byte-pair encoding: a word's characters (or bytes) are merged pair by pair, the earliest merge of the
/// list first and of equal ones the leftmost.
final class BytePairModel: Sendable {
    let vocabulary: Vocabulary
    let options: BytePairOptions
    private let merges: MergeTable
    /// The token of each single byte, or -1: its letter of the byte alphabet where words are bytes, else
    /// `<0x…>`.
    private let byteTokens: [Int32]
    /// The tokens of single scalars of the basic plane, or -1; empty where words are bytes.
    private let scalarTokens: [Int32]
    private let unknown: Int32

    /// Up to this many symbols a word's best pair is searched afresh each time; longer ones keep a heap.
    private static let shortWord = 48

    init(
        vocabulary: Vocabulary, merges: [(left: Int, right: Int, merged: Int)], options: BytePairOptions
    ) {
        self.vocabulary = vocabulary
        self.options = options
        self.merges = MergeTable(pairs: merges)
        byteTokens = (0..<256).map { byte in
            let spelling = options.wordsAreBytes ? ByteAlphabet.spellings[byte] : Self.fallback(byte)
            return Int32(vocabulary.id(of: spelling) ?? -1)
        }
        scalarTokens = options.wordsAreBytes ? [] : vocabulary.scalarTokens()
        unknown = Int32(options.unknown ?? -1)
    }

    /// `<0x0A>`, the token that stands for a byte.
    private static func fallback(_ byte: Int) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15]] + Array(">".utf8)
    }

    /// Leaves the tokens of a word of `length` ≥ 1 bytes in `workspace`.
    @inline(__always)
    func encode(_ word: UnsafePointer<UInt8>, _ length: Int, in workspace: TokenWorkspace) {
        workspace.countsSpelling = false
        guard length <= WordCache.longestWord else { return encodeAfresh(word, length, in: workspace) }
        let hash = ByteHash.of(word, length)
        if workspace.recall(word, length, hash: hash) { return }
        encodeAfresh(word, length, in: workspace)
        if !workspace.countsSpelling { workspace.remember(word, length, hash: hash) }
    }

    private func encodeAfresh(_ word: UnsafePointer<UInt8>, _ length: Int, in workspace: TokenWorkspace) {
        workspace.reserve(length + 1)
        if options.ignoresMerges, let whole = wholeToken(word, length) {
            workspace.ids[0] = UInt32(whole)
            workspace.lengths[0] = UInt32(length)
            workspace.count = 1
            return
        }
        if options.wordsAreBytes {
            startWithBytes(word, length, workspace)
        } else {
            startWithScalars(word, length, workspace)
        }
        if workspace.count <= Self.shortWord {
            mergeShort(workspace)
        } else {
            mergeLong(workspace, with: merges)
        }
    }

    private func wholeToken(_ word: UnsafePointer<UInt8>, _ length: Int) -> Int? {
        let bytes = UnsafeBufferPointer(start: word, count: length)
        return options.wordsAreBytes
            ? vocabulary.id(of: bytes.flatMap { ByteAlphabet.spellings[Int($0)] }) : vocabulary.id(of: bytes)
    }

    private func startWithBytes(
        _ word: UnsafePointer<UInt8>, _ length: Int, _ workspace: TokenWorkspace
    ) {
        var count = 0
        for position in 0..<length {
            var token = byteTokens[Int(word[position])]
            if token < 0 {
                token = unknown
                if token < 0 {
                    workspace.countsSpelling = true
                    continue
                }
            }
            workspace.ids[count] = UInt32(token)
            workspace.lengths[count] = 1
            count += 1
        }
        workspace.count = count
        if workspace.countsSpelling { measureSpelling(word, length, workspace) }
    }

    /// Bytes without a token vanish, and the `tokenizers` library then counts lengths as if they had never
    /// been there, in bytes of the spelling.  The same offsets come out here.
    private func measureSpelling(
        _ word: UnsafePointer<UInt8>, _ length: Int, _ workspace: TokenWorkspace
    ) {
        var count = 0
        for position in 0..<length where byteTokens[Int(word[position])] >= 0 {
            workspace.lengths[count] = UInt32(ByteAlphabet.spellings[Int(word[position])].count)
            count += 1
        }
    }

    private func startWithScalars(
        _ word: UnsafePointer<UInt8>, _ length: Int, _ workspace: TokenWorkspace
    ) {
        var count = 0
        func add(_ token: Int32, _ length: Int) {
            workspace.ids[count] = UInt32(token)
            workspace.lengths[count] = UInt32(length)
            count += 1
        }
        var position = 0
        var unknownLength = 0
        while position < length {
            let (value, next) = decodeScalar(word, position)
            let size = next - position
            let token =
                value < 0x10000 ? scalarTokens[Int(value)] : Int32(vocabulary.id(word + position, size))
            if token >= 0 {
                if unknownLength > 0 { add(unknown, unknownLength) }
                unknownLength = 0
                add(token, size)
            } else if options.fallsBackToBytes,
                (position..<next).allSatisfy({ byteTokens[Int(word[$0])] >= 0 })
            {
                // A pending unknown token stays pending, as in the `tokenizers` library.
                for index in position..<next { add(byteTokens[Int(word[index])], 1) }
            } else if unknown >= 0 {
                if unknownLength > 0, !options.fusesUnknown {
                    add(unknown, unknownLength)
                    unknownLength = 0
                }
                unknownLength += size
            }
            position = next
        }
        if unknownLength > 0 { add(unknown, unknownLength) }
        workspace.count = count
    }

    private func mergeShort(_ workspace: TokenWorkspace) {
        var count = workspace.count
        let (ids, lengths, pairs) = (workspace.ids, workspace.lengths, workspace.merges)
        guard count > 1 else { return }
        for index in 0..<count - 1 { pairs[index] = merges.merge(ids[index], ids[index + 1]) }
        while true {
            var best = MergeTable.none
            var place = 0
            for index in 0..<count - 1 where pairs[index] < best {
                best = pairs[index]
                place = index
            }
            guard best != MergeTable.none else { break }
            ids[place] = UInt32(truncatingIfNeeded: best)
            lengths[place] += lengths[place + 1]
            count -= 1
            var index = place + 1
            while index < count {
                ids[index] = ids[index + 1]
                lengths[index] = lengths[index + 1]
                pairs[index] = pairs[index + 1]
                index += 1
            }
            if place + 1 < count { pairs[place] = merges.merge(ids[place], ids[place + 1]) }
            if place > 0 { pairs[place - 1] = merges.merge(ids[place - 1], ids[place]) }
        }
        workspace.count = count
    }
}

/// How a byte-pair model treats its words.
struct BytePairOptions: Sendable, Equatable {
    /// Whether words are bytes (spelled in the byte alphabet) or characters.
    var wordsAreBytes = true
    /// The token of what the vocabulary lacks.
    var unknown: Int?
    /// Whether neighbouring unknown characters become one token.
    var fusesUnknown = false
    /// Whether a word that is a token itself is taken whole.
    var ignoresMerges = false
    /// Whether unknown characters are spelled as `<0x…>` tokens.
    var fallsBackToBytes = false
}
