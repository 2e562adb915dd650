import LanguageModels

/// Finding a name in a text.
package enum Mentions {
    /// The first mention of `name` that starts at or after scalar `start`, by `rule`.  Scalars of `text`; nil if
    /// there is none or the name is empty.
    package static func first(
        of name: String, in text: String, from start: Int = 0, rule: MentionRule = .word
    ) -> Range<Int>? {
        guard !name.isEmpty else { return nil }
        let whole = rule == .word ? first(of: name, in: text, from: start, wholeWords: true) : nil
        return whole ?? first(of: name, in: text, from: start, wholeWords: false)
    }

    /// Whether `name` occurs in `text`, yet nowhere as a word of its own.
    package static func areInsideWords(of name: String, in text: String) -> Bool {
        mention(0, of: name, in: text) != nil && mention(0, of: name, in: text, wholeWords: true) == nil
    }

    /// `text` with every mention of `name` as a whole word replaced; where none is a whole word, with the first
    /// mention at all replaced; nil without any.
    package static func replacing(_ name: String, in text: String, with other: String) -> String? {
        guard let first = first(of: name, in: text) else { return nil }
        let scalars = Array(text.unicodeScalars)
        let words = wholeWordMentions(of: Array(name.unicodeScalars), in: scalars)
        var result = String.UnicodeScalarView()
        var end = 0
        for mention in words.isEmpty ? [first] : words {
            result.append(contentsOf: scalars[end..<mention.lowerBound])
            result.append(contentsOf: other.unicodeScalars)
            end = mention.upperBound
        }
        result.append(contentsOf: scalars[end...])
        return String(result)
    }

    private static func first(
        of name: String, in text: String, from start: Int, wholeWords: Bool
    ) -> Range<Int>? {
        var number = 0
        while let found = mention(number, of: name, in: text, wholeWords: wholeWords) {
            if found.lowerBound >= start { return found }
            number += 1
        }
        return nil
    }
}
