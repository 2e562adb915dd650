/// The patterns that byte-level checkpoints split text with before merging, as matchers written by hand.
/// Every one of them covers its text without gaps.
enum SplitPattern: Sendable, Equatable {
    /// GPT-2's: contractions, an optional space and letters, numbers or others, white space.
    case gpt2
    /// Llama 3's and cl100k's: contractions in any case, up to `digits` digits a piece, line ends apart.
    case cased(digits: Int)

    /// GPT-2's pattern as files spell it.
    static let gpt2Text = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// Llama 3's.
    static let llama3Text = casedText(numbers: #"\p{N}{1,3}"#)
    /// Qwen 2's.
    static let qwen2Text = casedText(numbers: #"\p{N}"#)

    private static func casedText(numbers: String) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// The matcher of a pattern's text, nil if the pattern is unknown.
    init?(text: String) {
        switch text {
        case Self.gpt2Text: self = .gpt2
        case Self.llama3Text: self = .cased(digits: 3)
        case Self.qwen2Text: self = .cased(digits: 1)
        default: return nil
        }
    }

    /// Where the piece that begins at `start` ends; `start < end`.
    @inline(__always)
    func pieceEnd(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ classes: ScalarClasses) -> Int {
        let scanner = ScalarScanner(bytes: bytes, end: end, classes: classes)
        switch self {
        case .gpt2: return scanner.gpt2PieceEnd(start)
        case .cased(let digits): return scanner.casedPieceEnd(start, digits: digits)
        }
    }
}

/// Looks at scalars of valid UTF-8 bytes up to `end`.
struct ScalarScanner {
    let bytes: UnsafePointer<UInt8>
    let end: Int
    let classes: ScalarClasses

    /// The class of the scalar at `position` and where the next begins; `position < end`.
    @inline(__always)
    func kind(_ position: Int) -> (kind: UInt8, next: Int) {
        let (value, next) = decodeScalar(bytes, position)
        return (classes.kind(value), next)
    }

    /// The end of the run of scalars of `kind` from `position` on.
    @inline(__always)
    func runEnd(_ kind: UInt8, from position: Int) -> Int {
        var position = position
        while position < end {
            let (found, next) = self.kind(position)
            guard found == kind else { break }
            position = next
        }
        return position
    }

    func gpt2PieceEnd(_ start: Int) -> Int {
        let first = bytes[start]
        if first == UInt8(ascii: "'"), let end = contractionEnd(start, anyCase: false) { return end }
        if first == UInt8(ascii: " "), start + 1 < end {
            let (kind, next) = self.kind(start + 1)
            if kind != ScalarClasses.space { return runEnd(kind, from: next) }
            return spaceEnd(start)
        }
        let (kind, next) = self.kind(start)
        return kind == ScalarClasses.space ? spaceEnd(start) : runEnd(kind, from: next)
    }

    func casedPieceEnd(_ start: Int, digits: Int) -> Int {
        let first = bytes[start]
        if first == UInt8(ascii: "'"), let end = contractionEnd(start, anyCase: true) { return end }
        let (kind, next) = self.kind(start)
        if kind == ScalarClasses.letter { return runEnd(ScalarClasses.letter, from: next) }
        if kind == ScalarClasses.number { return numberEnd(next, left: digits - 1) }
        let isLineEnd = first == UInt8(ascii: "\r") || first == UInt8(ascii: "\n")
        if next < end {
            let (second, afterSecond) = self.kind(next)
            if second == ScalarClasses.letter, !isLineEnd {
                return runEnd(ScalarClasses.letter, from: afterSecond)
            }
            if first == UInt8(ascii: " "), second == ScalarClasses.other {
                return lineEnds(from: runEnd(ScalarClasses.other, from: afterSecond))
            }
        }
        if kind == ScalarClasses.other { return lineEnds(from: runEnd(ScalarClasses.other, from: next)) }
        return lineBreakEnd(start) ?? spaceEnd(start)
    }

    private func numberEnd(_ position: Int, left: Int) -> Int {
        var position = position
        for _ in 0..<left where position < end {
            let (kind, next) = self.kind(position)
            guard kind == ScalarClasses.number else { break }
            position = next
        }
        return position
    }

    private func lineEnds(from position: Int) -> Int {
        var position = position
        while position < end, bytes[position] == UInt8(ascii: "\r") || bytes[position] == UInt8(ascii: "\n") {
            position += 1
        }
        return position
    }

    /// `\s*[\r\n]+`: up to the last line end of the white space.
    private func lineBreakEnd(_ start: Int) -> Int? {
        var position = runEnd(ScalarClasses.space, from: start)
        while position > start {
            let last = bytes[position - 1]
            if last == UInt8(ascii: "\r") || last == UInt8(ascii: "\n") { return position }
            position -= 1
        }
        return nil
    }

    /// `\s+(?!\S)|\s+`: the last of several white-space scalars is left for what follows.
    private func spaceEnd(_ start: Int) -> Int {
        let stop = runEnd(ScalarClasses.space, from: start)
        guard stop < end else { return stop }
        var last = stop - 1
        while bytes[last] & 0xC0 == 0x80 { last -= 1 }
        return last > start ? last : stop
    }

    /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `start`.
    private func contractionEnd(_ start: Int, anyCase: Bool) -> Int? {
        guard start + 1 < end else { return nil }
        if anyCase, let end = longSEnd(start) { return end }
        let fold: UInt8 = anyCase ? 0x20 : 0
        let first = bytes[start + 1] | fold
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
            guard start + 2 < end else { return nil }
            let wanted = first == UInt8(ascii: "l") ? UInt8(ascii: "l") : UInt8(ascii: "e")
            return bytes[start + 2] | fold == wanted ? start + 3 : nil
        default: return nil
        }
    }

    /// "ſ" (U+017F) folds to "s".
    private func longSEnd(_ start: Int) -> Int? {
        start + 2 < end && bytes[start + 1] == 0xC5 && bytes[start + 2] == 0xBF ? start + 3 : nil
    }
}
