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

    /// Whether `name` occurs in `text`, yet nowhere as a word of its own.  In scripts that join words,
    /// or particles to them, nothing tells, and nothing is said.
    package static func areInsideWords(of name: String, in text: String) -> Bool {
        guard mention(0, of: name, in: text) != nil, mention(0, of: name, in: text, wholeWords: true) == nil
        else { return false }
        let scalars = Array(text.unicodeScalars)
        var number = 0
        while number < searchedMentions, let place = mention(number, of: name, in: text) {
            let around = max(0, place.lowerBound - 1)..<min(scalars.count, place.upperBound + 1)
            if scalars[around].contains(where: isUnspaced) { return false }
            number += 1
        }
        return true
    }

    /// So many mentions are looked at; each search begins at the text's start.
    private static let searchedMentions = 64

    /// Thai to Myanmar, Khmer, kana, Hangul and the ideographs of Chinese.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF, 0x2E80...0x30FF,
            0x31F0...0x31FF,
            0x3400...0x9FFF, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF:
            true
        default: false
        }
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
