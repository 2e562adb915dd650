/// A text as tokens.  Offsets count Unicode scalars of the text; a token's offsets include the space it
/// owns, and byte tokens of one character share that character's range.
package struct Encoding: Sendable, Equatable {
    package var ids: [Int]
    package var offsets: [Range<Int>]
    /// How many leading tokens are the checkpoint's start tokens; their offsets are empty.
    package var startTokens: Int

    package init(ids: [Int], offsets: [Range<Int>], startTokens: Int) {
        self.ids = ids
        self.offsets = offsets
        self.startTokens = startTokens
    }
}

extension Encoding {
    /// The tokens of scalars `range` of the text: from the first token with start ≤ range.lowerBound ≤ end
    /// to the first with start ≤ range.upperBound ≤ end, inclusive; of byte tokens that share one character
    /// the last (with `lastByte` false the first, as the reference does).  Start tokens are never taken.
    ///
    /// Nil if no token touches one of the two ends.
    package func tokens(of range: Range<Int>, lastByte: Bool = true) -> Range<Int>? {
        guard let first = firstToken(touching: range.lowerBound),
            var last = firstToken(touching: range.upperBound), first <= last
        else { return nil }
        if lastByte {
            // The next token holds further bytes of the range's last character if it begins before the
            // range's end and yet after nothing that the range's last token left unread.
            while last + 1 < ids.count, offsets[last + 1].lowerBound < range.upperBound,
                offsets[last + 1].upperBound >= range.upperBound
            {
                last += 1
            }
        }
        return first..<last + 1
    }

    private func firstToken(touching position: Int) -> Int? {
        (startTokens..<ids.count).first {
            offsets[$0].lowerBound <= position && position <= offsets[$0].upperBound
        }
    }
}
