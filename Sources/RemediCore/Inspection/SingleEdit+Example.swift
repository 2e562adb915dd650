import LanguageModels

extension SingleEditResult {
    /// Whether the first sentence after the edit holds the new fact; nil where the sample does not say it.
    package var isHit: Bool? {
        sample.targetMediated.map { Self.firstSentence(of: after.continuation).containsExactly($0) }
    }

    /// The first sentences before and after.
    package var example: Picture.Example {
        Picture.Example(
            told: sample.context, prompt: sample.prompt,
            before: Self.firstSentence(of: before.continuation),
            after: Self.firstSentence(of: after.continuation), isHit: isHit)
    }

    /// Up to the first full stop, or the first line; what is cut off has an ellipsis instead.
    static func firstSentence(of text: String) -> String {
        let line = text.drop { $0.isNewline }.prefix { !$0.isNewline }
        var end = line.startIndex
        while let stop = line[end...].firstIndex(where: { ".!?".contains($0) }) {
            end = line.index(after: stop)
            if end == line.endIndex || line[end].isWhitespace { return String(line[..<end]) }
        }
        return line.isEmpty || line.endIndex == text.endIndex ? line + "…" : String(line)
    }
}
