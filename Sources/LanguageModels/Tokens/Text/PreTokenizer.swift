/// Splits a text into the words that are encoded one by one.
struct PreTokenizer: Sendable, Equatable {
    /// When `▁` is put in front of a piece.
    enum PrependScheme: String, Sendable {
        case always, first, never
    }

    enum Step: Sendable, Equatable {
        case pattern(SplitPattern)
        /// Numbers apart, digit by digit or run by run.
        case digits(individual: Bool)
        /// A space in front of a piece that has none.
        case prefixSpace
        /// Spaces become `replacement`.
        case metaspace(replacement: [UInt8], prepend: PrependScheme, split: Bool)
        /// Runs of white space are dropped.
        case spaces
        /// As `spaces`, and word characters apart from others.
        case words
    }

    var steps: [Step] = []
    /// Whether words are encoded as bytes.
    var wordsAreBytes = false

    /// Whether a space is put in front of a text that has none.
    var addsSpace: Bool {
        steps.contains { step in
            switch step {
            case .prefixSpace: true
            case .metaspace(_, let prepend, _): prepend != .never
            default: false
            }
        }
    }

    /// Calls `visit` for every word of `range` in order.
    func split(_ text: TextView, _ range: Range<Int>, visit: (TextView, Range<Int>) -> Void) {
        split(text, range, step: 0, visit: visit)
    }

    private func split(
        _ text: TextView, _ range: Range<Int>, step index: Int, visit: (TextView, Range<Int>) -> Void
    ) {
        guard !range.isEmpty else { return }
        guard index < steps.count else { return visit(text, range) }
        let isLast = index + 1 == steps.count
        switch steps[index] {
        case .pattern(let pattern):
            let classes = ScalarClasses.shared
            var start = range.lowerBound
            while start < range.upperBound {
                let end = pattern.pieceEnd(text.bytes, start, range.upperBound, classes)
                if isLast {
                    visit(text, start..<end)
                } else {
                    split(text, start..<end, step: index + 1, visit: visit)
                }
                start = end
            }
        case .digits(let individual):
            splitDigits(text, range, individual) { split(text, $0, step: index + 1, visit: visit) }
        case .spaces, .words:
            splitWords(text, range, marks: steps[index] == .words) {
                split(text, $0, step: index + 1, visit: visit)
            }
        case .prefixSpace:
            if text.bytes[range.lowerBound] == UInt8(ascii: " ") {
                return split(text, range, step: index + 1, visit: visit)
            }
            var changed = AlignedText(text, range)
            changed.prepend([UInt8(ascii: " ")])
            changed.withView { split($0, 0..<$0.count, step: index + 1, visit: visit) }
        case .metaspace(let replacement, let prepend, let isSplit):
            var changed = AlignedText(text, range)
            changed.replace([UInt8(ascii: " ")], with: replacement)
            let prepends = prepend == .always || prepend == .first && changed.starts[0] == 0
            if prepends, !changed.starts(with: replacement) { changed.prepend(replacement) }
            changed.withView { view in
                guard isSplit else { return split(view, 0..<view.count, step: index + 1, visit: visit) }
                splitBefore(replacement, view) { split(view, $0, step: index + 1, visit: visit) }
            }
        }
    }

    private func splitDigits(
        _ text: TextView, _ range: Range<Int>, _ individual: Bool, visit: (Range<Int>) -> Void
    ) {
        let scanner = ScalarScanner(bytes: text.bytes, end: range.upperBound, classes: .shared)
        var start = range.lowerBound
        while start < range.upperBound {
            var (kind, end) = scanner.kind(start)
            let isNumber = kind == ScalarClasses.number
            while end < range.upperBound, !(isNumber && individual) {
                let (other, next) = scanner.kind(end)
                guard (other == ScalarClasses.number) == isNumber else { break }
                end = next
            }
            visit(start..<end)
            start = end
        }
    }

    /// Pieces between white space; with `marks`, word characters and others apart.
    private func splitWords(
        _ text: TextView, _ range: Range<Int>, marks: Bool, visit: (Range<Int>) -> Void
    ) {
        func kind(_ position: Int) -> (kind: Int, next: Int) {
            let (value, next) = decodeScalar(text.bytes, position)
            let scalar = Unicode.Scalar(value)!
            if scalar.properties.isWhitespace { return (0, next) }
            return (!marks || ScalarClasses.isRegexWord(scalar) ? 1 : 2, next)
        }
        var start = range.lowerBound
        while start < range.upperBound {
            var (first, end) = kind(start)
            while end < range.upperBound {
                let (other, next) = kind(end)
                guard other == first else { break }
                end = next
            }
            if first != 0 { visit(start..<end) }
            start = end
        }
    }

    /// Every `mark` begins a piece.
    private func splitBefore(_ mark: [UInt8], _ text: TextView, visit: (Range<Int>) -> Void) {
        var start = 0
        var position = 1
        while position < text.count {
            if text.holds(mark, at: position, end: text.count) {
                visit(start..<position)
                start = position
            }
            position += 1
        }
        visit(start..<text.count)
    }
}
