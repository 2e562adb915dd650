/// The last steps: endings and contractions.
extension TreebankRules {
    /// Puts a space in front of every ending of `length` that has a space after it and neither an
    /// apostrophe nor a space before it.
    static func endingsSpaced(_ text: Text, length: (Text, Int) -> Int) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        var index = 0
        while index < text.count {
            let count = length(text, index)
            if count > 0, index > 0, text[index - 1] != "'", text[index - 1] != " ",
                index + count < text.count, text[index + count] == " "
            {
                result.append(" ")
                result.append(contentsOf: text[index..<(index + count)])
                index += count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    static func lengthOfShortEnding(_ text: Text, _ index: Int) -> Int {
        guard text[index] == "'" else { return 0 }
        guard index + 1 < text.count else { return 1 }
        return switch text[index + 1] {
        case "s", "S", "m", "M", "d", "D": 2
        default: 1
        }
    }

    static func lengthOfLongEnding(_ text: Text, _ index: Int) -> Int {
        guard index + 2 < text.count else { return 0 }
        let second = text[index + 1]
        let third = text[index + 2]
        switch text[index] {
        case "'":
            return switch (second, third) {
            case ("l", "l"), ("L", "L"), ("r", "e"), ("R", "E"), ("v", "e"), ("V", "E"): 3
            default: 0
            }
        case "n": return second == "'" && third == "t" ? 3 : 0
        case "N": return second == "'" && third == "T" ? 3 : 0
        default: return 0
        }
    }

    /// Words that are two: "cannot", "gonna", "d'ye".  Case counts for nothing.
    static func contractionsSpaced(_ text: Text) -> Text {
        let text = contractionsSpaced(text, of: contractions)
        // One after the other: each needs a space in front, which the one before may have put there.
        return contractionsSpaced(contractionsSpaced(text, of: [itIs]), of: [itWas])
    }

    private static func contractionsSpaced(_ text: Text, of contractions: [Contraction]) -> Text {
        var result = Text()
        result.reserveCapacity(text.count + 16)
        var index = 0
        while index < text.count {
            if let found = contractions.first(where: { $0.fits(text, at: index) }) {
                let middle = index + found.head
                let end = index + found.letters.count
                result += [" "] + text[index..<middle] + [" "] + text[middle..<end] + [" "]
                index = end
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    private struct Contraction: Sendable {
        let letters: Text
        /// How many of the letters belong to the first word.
        let head: Int

        init(_ first: String, _ second: String) {
            letters = Text((first + second).unicodeScalars)
            head = first.unicodeScalars.count
        }

        /// Whether a word at `index` is this one.  "'tis" must have a space before it, "wanna" one after it.
        func fits(_ text: Text, at index: Int) -> Bool {
            guard text[index].foldedScalar == letters[0] else { return false }
            let end = index + letters.count
            guard end <= text.count, index > 0,
                letters[0] == "'" ? text[index - 1] == " " : !text[index - 1].isAlphanumericScalar
            else { return false }
            for offset in letters.indices where text[index + offset].foldedScalar != letters[offset] {
                return false
            }
            if letters[0] == "w" { return end < text.count && text[end].isSeparatorScalar }
            return end == text.count || !text[end].isAlphanumericScalar
        }
    }

    private static let contractions = [
        Contraction("can", "not"), Contraction("d", "'ye"), Contraction("gim", "me"),
        Contraction("gon", "na"),
        Contraction("got", "ta"), Contraction("lem", "me"), Contraction("more", "'n"),
        Contraction("wan", "na"),
    ]
    private static let itIs = Contraction("'t", "is")
    private static let itWas = Contraction("'t", "was")
}
