import Foundation

/// A text as tokens.  Offsets count Unicode scalars of the text; a token's offsets include the space it
/// owns, and byte tokens of one character share that character's range.
package struct Encoding: Sendable, Equatable {
    package var ids: [Int]
    package var offsets: [Range<Int>]
    /// How many leading tokens are the checkpoint's start tokens; their offsets are empty.
    package var startTokens: Int
}

/// Turns text into a checkpoint's token ids and back.
package final class Tokenizer: Sendable {
    /// Reads `tokenizer.json`, or `vocab.json` and `merges.txt`, and `tokenizer_config.json` if present.
    ///
    /// - Throws: `LanguageModelError`.
    package init(folder: URL) throws { fatalError("replaced by the tokens work") }

    package var vocabularySize: Int { fatalError() }
    /// The id that ends a text, if the checkpoint names one.
    package var endToken: Int? { fatalError() }

    /// Tokenises `text`; with `asPrompt` the checkpoint's start token comes first where it wants one.
    package func encode(_ text: String, asPrompt: Bool = true) -> Encoding { fatalError() }
    /// The text of `ids`; special tokens are dropped unless `keepingSpecial`.
    package func decode(_ ids: [Int], keepingSpecial: Bool = false) -> String { fatalError() }
    /// The vocabulary's own spelling of a token ("ĠParis").
    package func token(_ id: Int) -> String { fatalError() }
    /// The first token of `" " + word` (SEMANTICS-DETAILS 39), no start token.
    package func firstToken(ofWord word: String) -> Int { fatalError() }
    /// All tokens of `" " + word`, no start token.
    package func tokens(ofWord word: String) -> [Int] { fatalError() }
}

extension Encoding {
    /// The tokens of scalars `range` of the text: from the first token with start ≤ range.lowerBound ≤ end
    /// to the first with start ≤ range.upperBound ≤ end, inclusive; of byte tokens that share one character
    /// the last (with `lastByte` false the first, as the reference does).  Start tokens are never taken.
    package func tokens(of range: Range<Int>, lastByte: Bool = true) -> Range<Int>? { fatalError() }
}

/// Where the `occurrence`-th (from 0) occurrence of `substring` lies in `text`, in Unicode scalars; each
/// search starts one scalar behind the last hit.  With `wholeWords`, a hit must not touch a letter or digit.
package func occurrence(
    _ occurrence: Int, of substring: String, in text: String, wholeWords: Bool = false
) -> Range<Int>? { fatalError() }
