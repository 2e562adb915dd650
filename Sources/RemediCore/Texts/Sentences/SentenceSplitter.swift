/// Splits English text into sentences by rules: a full stop, question or exclamation mark, with the quotes
/// and brackets that close after it, ends a sentence if white space and something that can open a sentence
/// follow, unless the stop belongs to an abbreviation, an initial, an ordinal or an open bracket.
package struct SentenceSplitter: Sendable {
    package init() {}

    /// The sentences of `text`, trimmed of white space, none empty.
    package func sentences(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return ranges(of: scalars).map { String(String.UnicodeScalarView(scalars[$0])) }
    }

    /// Where they lie.
    func ranges(of text: [Unicode.Scalar]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for end in boundaries(of: text) + [text.count] {
            let piece = text[start..<end]
            if let first = piece.firstIndex(where: { !$0.isSpaceScalar }),
                let last = piece.lastIndex(where: { !$0.isSpaceScalar })
            {
                ranges.append(first..<last + 1)
            }
            start = end
        }
        return ranges
    }

    /// Where sentences end inside the text: just after the last closing mark.
    private func boundaries(of text: [Unicode.Scalar]) -> [Int] {
        var found: [Int] = []
        var start = 0
        var index = 0
        while index < text.count {
            // Hardly any scalar ends a sentence, and most that do not are letters.
            guard !Self.isPlain(text[index]), Self.terminators.contains(text[index]) else {
                index += 1
                continue
            }
            let marks = run(of: Self.terminators, in: text, from: index)
            let end = run(of: Self.closers, in: text, from: marks)
            if ends(text, sentence: start, marks: index..<marks, end: end) {
                found.append(end)
                start = end
            }
            index = max(end, marks)
        }
        return found
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", " ": true
        default: false
        }
    }

    /// The first index from `start` on that is not in `set`.
    private func run(of set: Set<Unicode.Scalar>, in text: [Unicode.Scalar], from start: Int) -> Int {
        text[start...].firstIndex { !set.contains($0) } ?? text.count
    }

    /// Whether the marks end the sentence that began at `start`.
    private func ends(_ text: [Unicode.Scalar], sentence start: Int, marks: Range<Int>, end: Int) -> Bool {
        guard end < text.count, text[end].isSpaceScalar,
            let next = text[end...].firstIndex(where: { !$0.isSpaceScalar })
        else { return false }
        let opening = next..<run(of: Self.openers, in: text, from: next)
        guard opening.upperBound < text.count else { return false }
        let first = text[opening.upperBound]
        // "said so! he cried", "approx. three": what goes on in lower case is the same sentence.
        if first.properties.isLowercase || Self.continuers.contains(first) { return false }
        if isInsideBracket(text, from: start, to: end) { return false }
        guard marks.count == 1, text[marks.lowerBound] == "." else { return true }
        let word = self.word(before: marks.lowerBound, in: text, from: start)
        return !keepsOn(after: word, nextWord: self.word(from: opening.upperBound, in: text))
    }

    /// Whether a full stop after `word` is part of the word, given the word that follows.
    private func keepsOn(after word: ArraySlice<Unicode.Scalar>, nextWord: String) -> Bool {
        guard let first = word.first else { return false }
        let text = String(String.UnicodeScalarView(word))
        let letters = text.lowercased()
        let startsWithDigit = nextWord.unicodeScalars.first.map { ("0"..."9").contains($0) } ?? false
        // "Roe v. Wade" and "ca. 1900" against "Henry V. Then" and "Los Angeles, CA. Then".
        let isCapital = word.count == 1 && first.properties.isUppercase
        // A name follows a title: a stop after one never ends a sentence.
        if EnglishAbbreviations.titles.contains(letters) || Self.links.contains(text) { return true }
        if !isCapital, Self.numbered.contains(letters) { return startsWithDigit }
        if Self.abbreviations.contains(letters) { return !Self.sentenceStarters.contains(nextWord) }
        if isCapital {
            // An initial ("J. Robert"), unless the letter ends a phrase ("vitamin C. The").
            return !Self.sentenceStarters.contains(nextWord)
        }
        // "U.S.", "Ph.D.", "S.p.A.": letters with stops between, one or two at a time.  "Marxists.org" is a
        // word like any other.
        let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
        if pieces.count > 1, pieces.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isLetter) }) {
            return !Self.sentenceStarters.contains(nextWord)
        }
        return false
    }

    /// The word that ends just before `end`, without quotes or brackets in front.
    private func word(
        before end: Int, in text: [Unicode.Scalar], from start: Int
    ) -> ArraySlice<Unicode.Scalar> {
        var first = end
        while first > start, !text[first - 1].isSpaceScalar,
            !Self.wordBreaks.contains(text[first - 1])
        {
            first -= 1
        }
        return text[first..<end]
    }

    /// The letters and digits from `start` on.
    private func word(from start: Int, in text: [Unicode.Scalar]) -> String {
        let rest = text[start...].prefix { $0.properties.isAlphabetic || $0.properties.numericType != nil }
        return String(String.UnicodeScalarView(rest))
    }

    /// Whether a bracket opened in this sentence is still open at `end` and closed later.
    private func isInsideBracket(_ text: [Unicode.Scalar], from start: Int, to end: Int) -> Bool {
        var depth = 0
        for scalar in text[start..<end] {
            if scalar == "(" { depth += 1 }
            if scalar == ")" { depth = max(0, depth - 1) }
        }
        guard depth > 0 else { return false }
        for scalar in text[end...] {
            if scalar == "(" { return false }
            if scalar == ")" { return true }
        }
        return false
    }
}

extension SentenceSplitter {
    static let terminators: Set<Unicode.Scalar> = [".", "!", "?", "…", "。", "！", "？"]
    static let closers: Set<Unicode.Scalar> = ["\"", "'", "”", "’", "»", ")", "]", "}"]
    static let openers: Set<Unicode.Scalar> = ["\"", "'", "“", "‘", "«", "(", "[", "{"]
    /// Characters that cannot open a sentence.
    static let continuers: Set<Unicode.Scalar> = [",", ";", ":", "–", "—", "/", "&", "%", ")", "]"]
    static let wordBreaks: Set<Unicode.Scalar> = [
        "(", "[", "{", "\"", "“", "‘", "«", "'", "/", "–", "—", "-",
    ]

    /// Abbreviations that stand between words; in lower case only.
    static let links: Set<String> = ["vs", "v", "cf", "e.g", "i.e", "viz", "approx", "ca", "c"]

    /// Abbreviations that a number follows; before anything else they end a sentence.
    static let numbered = EnglishAbbreviations.months.union([
        "no", "nos", "op", "vol", "vols", "pp", "p", "pg", "fig", "figs", "ch", "chap", "sec", "art", "pt",
        "eq", "ver", "nr",
    ])

    /// Abbreviations that may also end a sentence: they do if a word follows that begins one.
    static let abbreviations = EnglishAbbreviations.companies.union(EnglishAbbreviations.suffixes)

    /// Words that begin sentences and hardly ever continue a name.
    static let sentenceStarters: Set<String> = [
        "The", "A", "An", "This", "That", "These", "Those", "He", "She", "It", "They", "We", "I", "You",
        "His", "Her", "Its", "Their", "Our", "My", "Your", "There", "Here", "In", "On", "At", "By", "For",
        "From", "To", "With", "After", "Before", "During", "Since", "Until", "When", "Where", "While",
        "Who", "What", "Which", "Why", "How", "If", "As", "Although", "Though", "Because", "But", "And",
        "Or", "So", "Then", "However", "Also", "Later", "Both", "Some", "Many", "Most", "One", "Each",
        "Every", "All", "No", "Not", "Such", "Other", "Another", "Under", "Between", "According", "Despite",
    ]
}
