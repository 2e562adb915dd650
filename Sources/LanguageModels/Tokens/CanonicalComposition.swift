/// Normalisation form C.
enum CanonicalComposition {
    /// Whether no scalar of `text` can change: quick, and false when in doubt.
    static func isComposed(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.allSatisfy { $0 < 0xCC }
    }

    static func compose(_ text: inout AlignedText) {
    }
}
