/// The rewriting steps of `WordTokenizer`: each puts spaces into the text where tokens part, as the regular
/// expressions of NLTK's `NLTKWordTokenizer` do, in their order.  What a step sees is the text as the steps
/// before left it.  NLTK's second rule for the final full stop is not here: the first leaves it nothing.
struct TreebankRules {
    typealias Text = [Unicode.Scalar]

    /// Whether the rules are those of NLTK 3.8 where they differ.
    let followsReference: Bool

    /// The sentence with white space between its tokens.
    func spaced(_ sentence: Text) -> Text {
        var text = Self.openingQuotesSpaced(sentence)
        text = followsReference ? Self.lettersQuoted(text) : Self.wordsQuoted(text)
        text = Self.finalStopSpaced(text)
        text = Self.commasSpaced(text)
        text = Self.spaced(text, run: Self.lengthOfMark)
        if !followsReference { text = Self.spaced(text, run: Self.lengthOfLongDash) }
        text = Self.lonelyApostrophesSpaced(text)
        text = Self.spaced(text, run: Self.lengthOfBracketOrDash)
        text = Self.closingQuotesSpaced([" "] + text + [" "])
        if !followsReference { text = Self.spacesMerged(text) }
        text = Self.endingsSpaced(text, length: Self.lengthOfShortEnding)
        text = Self.endingsSpaced(text, length: Self.lengthOfLongEnding)
        return Self.contractionsSpaced(text)
    }

    // MARK: - Runs with a space on either side

    /// Puts spaces around every run whose length `run` gives; 0 is none.
    private static func spaced(_ text: Text, run: (Text, Int) -> Int) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        var index = 0
        while index < text.count {
            let length = run(text, index)
            if length == 0 {
                result.append(text[index])
                index += 1
            } else {
                result.append(" ")
                result.append(contentsOf: text[index..<(index + length)])
                result.append(" ")
                index += length
            }
        }
        return result
    }

    /// How many times `scalar` stands from `index` on.
    private static func count(_ scalar: Unicode.Scalar, in text: Text, from index: Int) -> Int {
        var end = index
        while end < text.count, text[end] == scalar { end += 1 }
        return end - index
    }

    private static func isPair(_ scalar: Unicode.Scalar, in text: Text, at index: Int) -> Bool {
        text[index] == scalar && index + 1 < text.count && text[index + 1] == scalar
    }

    private static func lengthOfMark(_ text: Text, _ index: Int) -> Int {
        switch text[index] {
        case ".":
            let dots = count(".", in: text, from: index)
            // A single stop inside the text stays where it is.
            return dots > 1 ? dots : 0
        case ";", "@", "#", "$", "%", "&", "?", "!": return 1
        default: return 0
        }
    }

    private static func lengthOfLongDash(_ text: Text, _ index: Int) -> Int {
        ("\u{2012}"..."\u{2015}").contains(text[index]) ? 1 : 0
    }

    private static func lengthOfBracketOrDash(_ text: Text, _ index: Int) -> Int {
        switch text[index] {
        case "*", "[", "]", "(", ")", "{", "}", "<", ">": return 1
        case "-": return isPair("-", in: text, at: index) ? 2 : 0
        default: return 0
        }
    }

    // MARK: - Quotes

    private static func openingQuotesSpaced(_ sentence: Text) -> Text {
        var text = spaced(sentence) { text, index in
            switch text[index] {
            case "«", "“", "‘", "„": 1
            case "`": count("`", in: text, from: index)
            default: 0
            }
        }
        if text.first == "\"" { text.replaceSubrange(0...0, with: ["`", "`"]) }
        text = spaced(text) { isPair("`", in: $0, at: $1) ? 2 : 0 }
        return doubleQuotesOpened(text)
    }

    /// A straight double quote, or two apostrophes, after a space or an opening bracket opens.
    private static func doubleQuotesOpened(_ text: Text) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        var index = 0
        while index < text.count {
            let isQuote = text[index] == "\""
            if isQuote || isPair("'", in: text, at: index), index > 0, opensQuote(text[index - 1]) {
                result.append(contentsOf: [" ", "`", "`", " "])
                index += isQuote ? 1 : 2
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    private static func opensQuote(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "(", "[", "{", "<": true
        default: false
        }
    }

    /// An apostrophe in front of a word opens a quotation, unless the word is an ending ("'s", "'ll").
    private static func wordsQuoted(_ text: Text) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        for index in text.indices {
            result.append(text[index])
            guard text[index] == "'", index == 0 || !text[index - 1].isWordScalar, index + 1 < text.count,
                text[index + 1].isWordScalar, !isEndingWord(text, from: index + 1)
            else { continue }
            result.append(" ")
        }
        return result
    }

    /// The older rule: in front of a single letter, but for some that are endings.
    private static func lettersQuoted(_ text: Text) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        for index in text.indices {
            result.append(text[index])
            guard text[index] == "'", index + 1 < text.count, text[index + 1].isAlphanumericScalar,
                index + 2 == text.count || !text[index + 2].isAlphanumericScalar
            else { continue }
            switch text[index + 1].foldedScalar {
            case "m", "t", "s", "d", "n": continue
            default: result.append(" ")
            }
        }
        return result
    }

    private static func isEndingWord(_ text: Text, from start: Int) -> Bool {
        let word = text[start..<min(start + 3, text.count)].prefix(while: \.isWordScalar).map(\.foldedScalar)
        return switch word {
        case ["m"], ["t"], ["s"], ["d"], ["n"], ["r", "e"], ["v", "e"], ["l", "l"]: true
        default: false
        }
    }

    /// Closing quotes are tokens, straight double ones become two apostrophes.
    private static func closingQuotesSpaced(_ text: Text) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        var index = 0
        while index < text.count {
            let scalar = text[index]
            switch scalar {
            case "»", "”", "’": result.append(contentsOf: [" ", scalar, " "])
            case "\"": result.append(contentsOf: [" ", "'", "'", " "])
            case "'" where isPair("'", in: text, at: index):
                result.append(contentsOf: [" ", "'", "'", " "])
                index += 1
            default: result.append(scalar)
            }
            index += 1
        }
        return result
    }

    /// Every run of white space becomes one space.
    private static func spacesMerged(_ text: Text) -> Text {
        var result = Text()
        result.reserveCapacity(text.count)
        for scalar in text {
            if !scalar.isSpaceScalar {
                result.append(scalar)
            } else if result.last != " " {
                result.append(" ")
            }
        }
        return result
    }

    /// An apostrophe with a space after it parts from what stands before.
    private static func lonelyApostrophesSpaced(_ text: Text) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        var index = 0
        // Where the last find ended: what it took cannot stand in front of another.
        var taken = 0
        while index < text.count {
            if text[index] == "'", index > taken, text[index - 1] != "'", index + 1 < text.count,
                text[index + 1] == " "
            {
                result.append(contentsOf: [" ", "'", " "])
                index += 2
                taken = index
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    // MARK: - Stops and commas

    /// The full stop that ends the sentence, with quotes and brackets after it, is a token.
    private static func finalStopSpaced(_ text: Text) -> Text {
        var end = text.count
        while end > 0, text[end - 1].isSpaceScalar { end -= 1 }
        var stop = end
        while stop > 0, closesBehindStop(text[stop - 1]) { stop -= 1 }
        guard stop > 1, text[stop - 1] == ".", text[stop - 2] != "." else { return text }
        return text[..<(stop - 1)] + [" ", ".", " "] + text[stop..<end] + [" "]
    }

    private static func closesBehindStop(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "]", ")", "}", ">", "\"", "'", "»", "”", "’", " ": true
        default: false
        }
    }

    /// Commas and colons are tokens unless a digit follows.
    private static func commasSpaced(_ text: Text) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        var index = 0
        while index < text.count {
            guard text[index] == ":" || text[index] == "," else {
                result.append(text[index])
                index += 1
                continue
            }
            guard index + 1 < text.count else {
                result.append(contentsOf: [" ", text[index], " "])
                return result
            }
            let next = text[index + 1]
            if next.properties.generalCategory == .decimalNumber {
                result.append(text[index])
                index += 1
            } else {
                // The scalar after is taken too: of two commas in a row the second is not looked at.
                result.append(contentsOf: [" ", text[index], " ", next])
                index += 2
            }
        }
        return result
    }
}
