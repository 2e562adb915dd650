/// One text on its way to tokens.
struct EncodingRun {
    let tokenizer: TokenizerParts
    let workspace: TokenWorkspace
    private(set) var ids: [Int] = []
    private(set) var offsets: [Range<Int>] = []
    /// How many start tokens there are.
    private let front: Int

    /// `bytes`: how long the text is.
    init(_ tokenizer: TokenizerParts, workspace: TokenWorkspace, startTokens: [Int], expecting bytes: Int) {
        self.tokenizer = tokenizer
        self.workspace = workspace
        front = startTokens.count
        ids.reserveCapacity(bytes / 3 + 4)
        offsets.reserveCapacity(bytes / 3 + 4)
        ids.append(contentsOf: startTokens)
        offsets.append(contentsOf: repeatElement(0..<0, count: front))
    }

    /// Encodes a whole text.
    mutating func encode(_ text: TextView) {
        guard text.count > 0 else { return }
        let finder = tokenizer.originalAdded
        guard !finder.isEmpty else { return encodeStretch(text, 0..<text.count) }
        finder.split(text, 0..<text.count) { stretch, token in
            if let token {
                append(token, text, stretch)
            } else {
                encodeStretch(text, stretch)
            }
        }
    }

    /// A stretch of the original text without tokens that are looked for there.
    private mutating func encodeStretch(_ text: TextView, _ range: Range<Int>) {
        let bytes = UnsafeBufferPointer(start: text.bytes + range.lowerBound, count: range.count)
        if tokenizer.normalizer.keeps(bytes) { return encodeNormalized(text, range) }
        var changed = AlignedText(text, range)
        tokenizer.normalizer.apply(to: &changed)
        guard !changed.isEmpty else { return }
        changed.withView { encodeNormalized($0, 0..<$0.count) }
    }

    private mutating func encodeNormalized(_ text: TextView, _ range: Range<Int>) {
        let finder = tokenizer.normalizedAdded
        guard !finder.isEmpty else { return encodeWords(text, range) }
        finder.split(text, range) { stretch, token in
            if let token {
                append(token, text, stretch)
            } else {
                encodeWords(text, stretch)
            }
        }
    }

    private mutating func encodeWords(_ text: TextView, _ range: Range<Int>) {
        let preTokenizer = tokenizer.preTokenizer
        preTokenizer.split(text, range) { append(word: $1, of: $0) }
    }

    /// The original's scalars that bytes `range`, which is not empty, stand for.
    @inline(__always)
    private mutating func place(_ text: TextView, _ range: Range<Int>) -> Range<Int> {
        switch text.alignment {
        case .aligned(let starts, let ends):
            let start = Int(starts[range.lowerBound])
            return start..<max(start, Int(ends[range.upperBound - 1]))
        case .original(let counter):
            var start = counter.pointee.scalars(before: range.lowerBound, of: text.bytes)
            if text.bytes[range.lowerBound] & 0xC0 == 0x80 { start -= 1 }
            return start..<counter.pointee.scalars(before: range.upperBound, of: text.bytes)
        }
    }

    private mutating func append(_ token: AddedToken, _ text: TextView, _ range: Range<Int>) {
        var offsets = place(text, range)
        if let trimming = tokenizer.post.trimming {
            let content = UnsafeBufferPointer(start: text.bytes + range.lowerBound, count: range.count)
            offsets = trimming.trimmed(offsets, spelling: content, isFirst: ids.count == front)
        }
        ids.append(token.id)
        self.offsets.append(offsets)
    }

    @inline(__always)
    private mutating func append(word: Range<Int>, of text: TextView) {
        tokenizer.model.encode(text.bytes + word.lowerBound, word.count, in: workspace)
        if workspace.countsSpelling { return appendBySpelling(word: word, of: text) }
        var start = word.lowerBound
        for symbol in 0..<workspace.count {
            let end = start + Int(workspace.lengths[symbol])
            append(Int(workspace.ids[symbol]), place(text, start..<end))
            start = end
        }
    }

    /// Lengths count bytes of the spelling: every one lies where the byte that it spells does.
    private mutating func appendBySpelling(word: Range<Int>, of text: TextView) {
        let bytes = word.flatMap { position in
            ByteAlphabet.spellings[Int(text.bytes[position])].map { _ in position }
        }
        var start = 0
        for symbol in 0..<workspace.count {
            let end = start + Int(workspace.lengths[symbol])
            append(Int(workspace.ids[symbol]), place(text, bytes[start]..<bytes[end - 1] + 1))
            start = end
        }
    }

    @inline(__always)
    private mutating func append(_ id: Int, _ place: Range<Int>) {
        var place = place
        if let trimming = tokenizer.post.trimming, let spelling = tokenizer.model.vocabulary.spelling(id) {
            place = trimming.trimmed(place, spelling: spelling, isFirst: ids.count == front)
        }
        ids.append(id)
        offsets.append(place)
    }
}
