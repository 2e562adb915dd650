import LanguageModels

/// Splits a text into terms as scikit-learn's vectorizers do: of the lower-cased text the runs of two or more
/// letters, digits and underscores (`(?u)\b\w\w+\b`).  Lower case, letters and digits are Python's.
struct TermTokenizer: Sendable {
    private let classes = ScalarClasses.shared
    /// For each ASCII byte its lower case if terms may hold it, else 0.
    private let plain: [UInt8] = (0..<128).map { (byte: UInt8) in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        case UInt8(ascii: "_"): byte
        default: 0
        }
    }

    /// Calls `body` with the UTF-8 bytes of every term, in order.
    func forEachTerm(in text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var text = text
        text.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return }
            var term = Term()
            var position = 0
            while position < bytes.count {
                let byte = base[position]
                if byte < 0x80 {
                    let lowered = plain[Int(byte)]
                    if lowered != 0 { term.append(lowered) } else { term.end(body) }
                    position += 1
                    continue
                }
                let (value, next) = decodeScalar(base, position)
                let scalar = Unicode.Scalar(value)!
                if value == Self.capitalSigma {
                    term.append(Self.lowerSigma(in: bytes, at: position))
                } else if scalar.properties.changesWhenLowercased {
                    for lowered in scalar.properties.lowercaseMapping.unicodeScalars {
                        if isPart(lowered) { term.append(lowered) } else { term.end(body) }
                    }
                } else if isPart(scalar) {
                    term.append(scalar)
                } else {
                    term.end(body)
                }
                position = next
            }
            term.end(body)
        }
    }

    /// Whether a scalar is one of Python's `\w`.
    private func isPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || classes.kind(scalar.value) & (ScalarClasses.letter | ScalarClasses.number) != 0
    }

    private static let capitalSigma: UInt32 = 0x3A3

    /// Σ becomes ς at the end of a word: after a cased letter, and none follows.  Marks and their like in
    /// between do not count.
    private static func lowerSigma(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Unicode.Scalar {
        let base = bytes.baseAddress!
        var before = position
        var isBehindLetter = false
        while before > 0 {
            before -= 1
            while base[before] & 0xC0 == 0x80 { before -= 1 }
            let properties = Unicode.Scalar(decodeScalar(base, before).value)!.properties
            guard !properties.isCaseIgnorable else { continue }
            isBehindLetter = properties.isCased
            break
        }
        guard isBehindLetter else { return "σ" }
        var after = decodeScalar(base, position).next
        while after < bytes.count {
            let (value, next) = decodeScalar(base, after)
            let properties = Unicode.Scalar(value)!.properties
            guard properties.isCaseIgnorable else { return properties.isCased ? "σ" : "ς" }
            after = next
        }
        return "ς"
    }

    /// The term that is being read.
    private struct Term {
        private var bytes: [UInt8] = []
        private var length = 0

        @inline(__always)
        mutating func append(_ byte: UInt8) {
            bytes.append(byte)
            length += 1
        }

        mutating func append(_ scalar: Unicode.Scalar) {
            bytes.append(contentsOf: UTF8.encode(scalar)!)
            length += 1
        }

        /// Hands the term on if it is long enough, and begins the next.
        @inline(__always)
        mutating func end(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
            guard length > 0 else { return }
            if length > 1 { bytes.withUnsafeBufferPointer(body) }
            bytes.removeAll(keepingCapacity: true)
            length = 0
        }
    }
}
