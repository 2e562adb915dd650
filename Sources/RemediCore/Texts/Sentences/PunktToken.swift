/// A word or a mark of the text around a stop, as `PunktSplitter` judges it.
struct PunktToken {
    private let text: ArraySlice<Unicode.Scalar>
    /// In lower case; all numbers are one.
    private let type: String
    private let isAbbreviation: Bool
    private let isEllipsis: Bool

    private static let number = "##number##"

    init(_ text: ArraySlice<Unicode.Scalar>) {
        self.text = text
        let lower = String(String.UnicodeScalarView(text)).lowercased()
        type = Self.isNumber(text) ? Self.number : lower
        let isStopped = text.last == "." && text.count > 1 && text.dropLast().last != "."
        isEllipsis = text.count > 1 && text.allSatisfy { $0 == "." }
        let word = lower.dropLast()
        let part = word.split(separator: "-", omittingEmptySubsequences: false).last ?? ""
        isAbbreviation =
            isStopped
            && (PunktEnglish.abbreviations.contains(String(word))
                || PunktEnglish.abbreviations.contains(String(part)))
    }

    private static func isNumber(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var rest = text
        if rest.first == "-" { rest = rest.dropFirst() }
        if rest.first == "." || rest.first == "," { rest = rest.dropFirst() }
        guard let first = rest.first, isDigit(first) else { return false }
        return rest.allSatisfy { isDigit($0) || $0 == "," || $0 == "." || $0 == "-" }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .decimalNumber
    }

    /// Whether the word alone seems to end a sentence.
    private var seemsFinal: Bool {
        if text.count == 1, let only = text.first, only == "." || only == "?" || only == "!" { return true }
        return text.last == "." && text.dropLast().last != "." && !isAbbreviation
    }

    /// A letter with a full stop.
    private var isInitial: Bool {
        guard text.count == 2, text.last == ".", let first = text.first else { return false }
        return first.isWordScalar && !Self.isDigit(first)
    }

    /// The type without the full stop that ends the sentence.
    private var wordType: String {
        seemsFinal && type.count > 1 && type.hasSuffix(".") ? String(type.dropLast()) : type
    }

    private var isCapitalized: Bool { text.first?.properties.isUppercase ?? false }

    /// Whether a sentence begins with this word; nil if that cannot be told.
    private var startsSentence: Bool? {
        if text.count == 1, let only = text.first, [";", ":", ",", ".", "!", "?"].contains(only) {
            return false
        }
        if isCapitalized, PunktEnglish.uncapitalized.contains(wordType) { return true }
        return text.first?.properties.isLowercase ?? false ? false : nil
    }

    /// Whether a sentence ends between this token and the next.
    func endsSentence(before next: PunktToken) -> Bool {
        guard text.last == "." else { return seemsFinal }
        let isStart = next.startsSentence
        if isAbbreviation || isEllipsis, !isInitial {
            let isStarter = next.isCapitalized && PunktEnglish.starters.contains(next.wordType)
            if isStart == true || isStarter { return true }
        }
        guard isInitial || type == Self.number else { return seemsFinal }
        if isStart == false { return false }
        let isName =
            next.isCapitalized && !PunktEnglish.uncapitalized.contains(next.wordType)
            && !PunktEnglish.sometimesCapitalized.contains(next.wordType)
        return isStart == nil && isInitial && isName ? false : seemsFinal
    }
}

extension PunktSplitter {
    /// The words and marks in `range`.
    func tokens(in text: Text, of range: Range<Int>) -> [PunktToken] {
        let text = text[range]
        var tokens: [PunktToken] = []
        var index = range.lowerBound
        while index < range.upperBound {
            if text[index].isSpaceScalar {
                index += 1
                continue
            }
            var end = index + max(1, lengthOfMarks(text, index))
            if end == index + 1, beginsWord(text[index]) {
                while end < range.upperBound, !endsWord(text, at: end) { end += 1 }
            }
            tokens.append(PunktToken(text[index..<end]))
            index = end
        }
        return tokens
    }

    private func beginsWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "(", "\"", "`", "{", "[", ":", ";", "&", "#", "*", "@", ")", "}", "]", "-", ",": false
        default: true
        }
    }

    private func endsWord(_ text: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
        if parts(text, at: index) { return true }
        return text[index] == "," && (index + 1 == text.endIndex || parts(text, at: index + 1))
    }

    private func parts(_ text: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
        text[index].isSpaceScalar || partsWords(text[index]) || lengthOfMarks(text, index) > 0
    }

    /// The length of a run of hyphens or full stops, or of full stops with spaces between, from `index` on.
    private func lengthOfMarks(_ text: ArraySlice<Unicode.Scalar>, _ index: Int) -> Int {
        let mark = text[index]
        guard mark == "-" || mark == "." else { return 0 }
        let run = text[index...].prefix { $0 == mark }.count
        if run > 1 { return run }
        guard mark == "." else { return 0 }
        var end = index
        while end + 2 < text.endIndex, text[end + 1].isSpaceScalar, text[end + 1] != "\n",
            text[end + 2] == "."
        {
            end += 2
        }
        return end >= index + 4 ? end + 1 - index : 0
    }
}
