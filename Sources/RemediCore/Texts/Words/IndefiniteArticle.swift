import Foundation

/// Chooses between "A" and "An" by how the next word sounds: an hour, a unicorn, an MRI, a one, an 8-track.
package enum IndefiniteArticle {
    /// The key of the lookup.
    package enum Rule: String, Sendable, CaseIterable {
        /// The first word.
        case firstWord = "first-word"
        /// The text as a whole, as the reference does (Semantics.md §2.7): what is not in the dictionary
        /// gets "A", all texts of several words included.
        case wholeText = "whole-text"
    }

    /// "A" or "An", to stand in front of `words`.  What holds no letter or digit gets "A".
    package static func of(_ words: String, rule: Rule = .firstWord) -> String {
        if rule == .wholeText, !VowelWords.all.contain(words) { return "A" }
        return beginsWithVowelSound(firstWord(of: words)) ? "An" : "A"
    }

    /// The first word with a letter or digit, without punctuation around it but for an apostrophe in front,
    /// and without accents.
    private static func firstWord(of words: String) -> [Unicode.Scalar] {
        let scalars = Array(words.decomposedStringWithCanonicalMapping.unicodeScalars)
        guard var start = scalars.firstIndex(where: isWordScalar) else { return [] }
        let end = scalars[start...].firstIndex(where: \.properties.isWhitespace) ?? scalars.count
        if start > 0, scalars[start - 1] == "'" || scalars[start - 1] == "’" { start -= 1 }
        let last = scalars[..<end].lastIndex(where: isWordScalar) ?? start
        return scalars[start...last].compactMap { scalar in
            if scalar.properties.generalCategory == .nonspacingMark { return nil }
            return scalar == "’" ? "'" : scalar
        }
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func beginsWithVowelSound(_ word: [Unicode.Scalar]) -> Bool {
        guard let first = word.first else { return false }
        if ("0"..."9").contains(first) { return numberBeginsWithVowelSound(word) }
        let head = Array(word.prefix { !separators.contains($0) })
        if isSpelledOut(head) { return vowelLetterNames.contains(first) }
        let letters = String(String.UnicodeScalarView(word)).lowercased()
        if let isVowel = beginnings[letters + "$"] { return isVowel }
        let part = Array((String(String.UnicodeScalarView(head)).lowercased() + "$").utf8)
        for length in stride(from: part.count, to: 0, by: -1) {
            if let isVowel = beginnings[String(decoding: part[..<length], as: UTF8.self)] { return isVowel }
        }
        return letters.drop { $0 == "'" }.first.map { "aeiou".contains($0) } ?? false
    }

    /// Eight, eighty, eleven, eighteen, also of thousands and of hundreds (the year 1811).
    private static func numberBeginsWithVowelSound(_ word: [Unicode.Scalar]) -> Bool {
        let number = word.prefix { ("0"..."9").contains($0) || $0 == "," }
        let digits = number.filter { $0 != "," }
        if digits.first == "8" { return true }
        guard digits.starts(with: ["1", "1"]) || digits.starts(with: ["1", "8"]) else { return false }
        return digits.count % 3 == 2 || digits.count == 4 && number.count == 4
    }

    /// Whether a word is read letter by letter: capitals that are few or cannot be pronounced.
    private static func isSpelledOut(_ word: [Unicode.Scalar]) -> Bool {
        guard word.allSatisfy({ ("A"..."Z").contains($0) }) else {
            // "F1", "MP3": letters with a number after them.
            let letters = word.prefix { ("A"..."Z").contains($0) }
            let rest = word.dropFirst(letters.count)
            return (1...2).contains(letters.count) && rest.allSatisfy { ("0"..."9").contains($0) }
        }
        if word.count <= 3 { return !acronyms.contains(String(String.UnicodeScalarView(word))) }
        let onset = String(String.UnicodeScalarView(word.prefix { !pronounced.contains($0) }))
        return onset.unicodeScalars.count == word.count
            || onset.unicodeScalars.count > 1 && !onsets.contains(onset)
    }

    private static let beginnings: [String: Bool] = {
        var table: [String: Bool] = [:]
        for beginning in vowelBeginnings.split(separator: " ") { table[String(beginning)] = true }
        for beginning in consonantBeginnings.split(separator: " ") { table[String(beginning)] = false }
        return table
    }()

    private static let separators: Set<Unicode.Scalar> = ["-", "‐", "‑", "–", "—", "/"]

    /// Letters whose names begin with a vowel sound: an F, an X.
    private static let vowelLetterNames: Set<Unicode.Scalar> = [
        "A", "E", "F", "H", "I", "L", "M", "N", "O", "R", "S", "X",
    ]

    private static let pronounced: Set<Unicode.Scalar> = ["A", "E", "I", "O", "U", "Y"]

    /// Short acronyms that are read as words.
    private static let acronyms: Set<String> = ["FAQ", "LAN", "MAC", "RAM", "ROM", "SAM", "SIM", "SIP"]

    /// Beginnings of English words before their first vowel, of more than one letter.
    private static let onsets: Set<String> = [
        "BL", "BR", "CH", "CHL", "CHR", "CL", "CR", "DR", "DW", "FL", "FR", "GH", "GL", "GN", "GR", "KL",
        "KN",
        "KR", "LL", "PH", "PHR", "PL", "PR", "PS", "QU", "RH", "SC", "SCH", "SCHR", "SCHW", "SCL", "SCR",
        "SH",
        "SHR", "SK", "SL", "SM", "SN", "SP", "SPH", "SPL", "SPR", "SQ", "ST", "STR", "SV", "SW", "TH", "THR",
        "THW", "TR", "TS", "TW", "VL", "WH", "WR",
    ]
}
