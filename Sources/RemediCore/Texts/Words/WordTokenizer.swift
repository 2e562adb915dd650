/// Splits English text into word tokens as NLTK's `word_tokenize` does (Semantics.md §7.5): first into
/// sentences, then each by the rules of the Penn Treebank as NLTK has improved them.  Case is kept.
package struct WordTokenizer: Sendable {
    /// Whose rules.
    package enum Rules: String, Sendable, CaseIterable {
        /// NLTK's as they are now (3.10).
        case current
        /// NLTK 3.8's, of the reference's time: curly quotes end no sentence, dashes between words part
        /// nothing, an apostrophe is a token before a single letter only, and a line break does not part
        /// endings ("'s") as a space does.
        case reference
    }

    private let splitter: PunktSplitter
    private let treebank: TreebankRules

    package init(rules: Rules = .current) {
        splitter = PunktSplitter(followsReference: rules == .reference)
        treebank = TreebankRules(followsReference: rules == .reference)
    }

    /// The tokens of a text of any number of sentences.
    package func words(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return splitter.sentences(of: scalars).flatMap { words(ofSentence: Array(scalars[$0])) }
    }

    /// The tokens of one sentence.  Straight double quotes become two backticks or two apostrophes.
    package func words(ofSentence sentence: String) -> [String] {
        words(ofSentence: Array(sentence.unicodeScalars))
    }

    private func words(ofSentence sentence: [Unicode.Scalar]) -> [String] {
        treebank.spaced(sentence).split(whereSeparator: \.isSeparatorScalar)
            .map { String(String.UnicodeScalarView($0)) }
    }
}
