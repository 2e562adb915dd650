/// The last step of encoding: tokens in front, and offsets without spaces.
struct PostProcessor: Sendable, Equatable {
    /// How offsets lose the spaces that their tokens own.
    struct Trimming: Sendable, Equatable {
        /// Whether the text's first token was given a space that it does not have in the text.
        var keepsFirstSpace: Bool
    }

    /// Tokens in front of a text that a model reads.
    var startTokens: [Int] = []
    /// Nil if tokens keep their spaces.
    var trimming: Trimming?
}

extension PostProcessor.Trimming {
    /// `offsets` without the spaces at the ends of the token's `spelling`.
    func trimmed(
        _ offsets: Range<Int>, spelling: some BidirectionalCollection<UInt8>, isFirst: Bool
    ) -> Range<Int> {
        guard let first = spelling.first, let last = spelling.last,
            Self.mayBeSpace(first) || Self.mayBeSpace(last)
        else { return offsets }
        let scalars = Array(String(decoding: Array(spelling), as: UTF8.self).unicodeScalars)
        var leading = scalars.prefix(while: Self.isSpace).count
        let trailing = scalars.reversed().prefix(while: Self.isSpace).count
        var (start, end) = (offsets.lowerBound, offsets.upperBound)
        if leading > 0 {
            // Several spaces cannot have been put there.
            if keepsFirstSpace, isFirst || start == 0, leading == 1 { leading = 0 }
            start = min(start + leading, end)
        }
        if trailing > 0, end >= trailing { end = max(end - trailing, start) }
        return start..<end
    }

    /// Whether a space's spelling can begin or end with `byte`.
    private static func mayBeSpace(_ byte: UInt8) -> Bool { byte <= 0x20 || byte >= 0x80 }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == ByteAlphabet.scalars[0x20] || scalar.properties.isWhitespace
    }
}
