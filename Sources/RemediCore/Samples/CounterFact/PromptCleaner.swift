/// Takes the unrelated text off the front of a CounterFact paraphrase prompt (Semantics.md §2.4):
/// "Christa Jansohn. Perth Airport is named after" becomes "Perth Airport is named after".
package struct PromptCleaner: Sendable {
    package let subject: String
    private let splitter = SentenceSplitter()

    package init(subject: String) { self.subject = subject }

    package func clean(_ raw: String) -> String {
        let text = withoutLead(raw)
        let sentences = rejoined(splitter.sentences(of: text))
        var cleaned = kept(of: sentences)
        // A stop left inside hides a boundary that the splitter did not see.
        if !subject.containsExactly("."), let stop = cleaned.lastRange(ofExactly: ".") {
            cleaned = String(cleaned[stop.upperBound...]).trimmingSpace()
        }
        return cleaned.containsExactly(subject) ? cleaned : text
    }

    /// Lines before the last, category lists, and the stumps of "(born 1912)" and its like.
    private func withoutLead(_ raw: String) -> String {
        var text = raw
        if let lineBreak = text.lastRange(ofExactly: "\n") { text = String(text[lineBreak.upperBound...]) }
        text = text.trimmingSpace()
        if text.hasPrefix("Category:"), let mention = text.lastRange(ofExactly: subject) {
            text = String(text[mention.lowerBound...])
        }
        for stump in [" (b. ", " (tr. ", " (min. "] {
            if let found = text.lastRange(ofExactly: stump) { text = String(text[found.upperBound...]) }
        }
        return text
    }

    /// Joins sentences that were split inside the subject or just after it.
    private func rejoined(_ sentences: [String]) -> [String] {
        var joined: [String] = []
        for sentence in sentences {
            if let last = joined.last, isSubjectSplit(last, sentence) {
                joined[joined.count - 1] = last + " " + sentence
            } else {
                joined.append(sentence)
            }
        }
        return joined
    }

    private func isSubjectSplit(_ first: String, _ second: String) -> Bool {
        first.hasExactSuffix(subject)
            || !first.containsExactly(subject) && !second.containsExactly(subject)
                && (first + " " + second).containsExactly(subject)
    }

    /// Of one or two sentences both, unless the first lacks the subject; of more the last, with the one
    /// before if that asks a question.
    private func kept(of sentences: [String]) -> String {
        guard let last = sentences.last else { return "" }
        guard sentences.count > 1 else { return last }
        let previous = sentences[sentences.count - 2]
        let keepsBoth =
            sentences.count == 2 ? previous.containsExactly(subject) : previous.containsExactly("?")
        return keepsBoth ? previous + " " + last : last
    }
}
