/// Splits English text into sentences as NLTK's `sent_tokenize` does: the method of Kiss and Strunk
/// ("Unsupervised Multilingual Sentence Boundary Detection", 2006) with the English model's lists, shortened.
///
/// Word tokens depend on it; `SentenceSplitter`, which follows spaCy, reads the data sets.
struct PunktSplitter: Sendable {
    typealias Text = [Unicode.Scalar]

    /// Whether curly quotes and guillemets close nothing, as in NLTK 3.8.
    let followsReference: Bool

    /// A stop that may end a sentence.
    private struct Candidate {
        var stop: Int
        /// After what follows: a mark, or white space and a word.
        var end: Int
        /// Where the word begins that follows after white space.
        var next: Int?
    }

    /// The ranges of the sentences, in order, without the white space between them.
    func sentences(of text: Text) -> [Range<Int>] {
        var sentences: [Range<Int>] = []
        var skipped = 0
        let slices = self.slices(of: text)
        for (index, slice) in slices.enumerated() {
            let start = slice.lowerBound + skipped
            skipped = 0
            var end = slice.upperBound
            if index + 1 < slices.count, let closers = closers(in: text, of: slices[index + 1]) {
                end = closers.upperBound
                skipped =
                    afterSpace(in: text, from: end, to: slices[index + 1].upperBound) - closers.lowerBound
            }
            if start < end { sentences.append(start..<end) }
        }
        return sentences
    }

    /// Quotes and brackets at the beginning of a slice that close the sentence before.
    private func closers(in text: Text, of slice: Range<Int>) -> Range<Int>? {
        let end = text[slice].firstIndex { !closes($0) } ?? slice.upperBound
        guard end > slice.lowerBound else { return nil }
        if end == slice.upperBound || text[end].isSpaceScalar { return slice.lowerBound..<end }
        let isDash = text[end] == "-" && end + 1 < slice.upperBound && text[end + 1] == "-"
        return isDash ? slice.lowerBound..<end : nil
    }

    private func afterSpace(in text: Text, from start: Int, to end: Int) -> Int {
        text[start..<end].firstIndex { !$0.isSpaceScalar } ?? end
    }

    private func closes(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "'", ")", "]", "}": true
        default: isCurly(scalar)
        }
    }

    private func isCurly(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "‘", "’", "“", "”", "«", "»": !followsReference
        default: false
        }
    }

    /// Characters that cannot stand inside a word.
    func partsWords(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ")", "\"", ";", "}", "]", "*", ":", "@", "'", "(", "{", "[", "!", "?": true
        default: isCurly(scalar)
        }
    }

    /// The text cut after every stop that ends a sentence.
    private func slices(of text: Text) -> [Range<Int>] {
        var slices: [Range<Int>] = []
        var start = 0
        for (candidate, word) in contexts(in: text) {
            let tokens = self.tokens(in: text, of: word..<candidate.end)
            let breaks = zip(tokens, tokens.dropFirst()).contains { $0.endsSentence(before: $1) }
            guard breaks else { continue }
            slices.append(start..<(candidate.stop + 1))
            start = candidate.next ?? candidate.stop + 1
        }
        let end = text.lastIndex { !$0.isSeparatorScalar }.map { $0 + 1 } ?? 0
        slices.append(start..<max(start, end))
        return slices
    }

    /// Of stops in one word ("U.S.", "!!!") only the last counts; with each goes the beginning of its word.
    private func contexts(in text: Text) -> [(candidate: Candidate, word: Int)] {
        var found: [(candidate: Candidate, word: Int)] = []
        var previous: Candidate?
        var word = 0..<0
        for candidate in candidates(in: text) {
            let between = word.upperBound..<candidate.stop
            // White space right after the stop before is not looked at.
            let space = text[between].lastIndex { $0.isSpaceScalar && $0.value < 0x80 } ?? between.lowerBound
            let start = space > between.lowerBound ? space + 1 : word.lowerBound
            if let previous, word.upperBound <= start { found.append((previous, word.lowerBound)) }
            previous = candidate
            word = start..<candidate.stop
        }
        if let previous { found.append((previous, word.lowerBound)) }
        return found
    }

    private func candidates(in text: Text) -> [Candidate] {
        text.indices.dropLast().compactMap { stop in
            guard text[stop] == "." || text[stop] == "?" || text[stop] == "!" else { return nil }
            if partsWords(text[stop + 1]) { return Candidate(stop: stop, end: stop + 2) }
            guard text[stop + 1].isSpaceScalar else { return nil }
            let next = afterSpace(in: text, from: stop + 1, to: text.count)
            if next == text.count { return nil }
            let end = text[next...].firstIndex(where: \.isSpaceScalar) ?? text.count
            return Candidate(stop: stop, end: end, next: next)
        }
    }
}
