/// The classes that splitting patterns distinguish: letter (`\p{L}`), number (`\p{N}`), white space (`\s`).
///
/// A table covers the basic plane; the rest is asked of the standard library each time.
package struct ScalarClasses: Sendable {
    package static let other: UInt8 = 0
    package static let letter: UInt8 = 1
    package static let number: UInt8 = 2
    package static let space: UInt8 = 4

    package static let shared = ScalarClasses()

    private let table: [UInt8]

    private init() {
        table = (0..<0x10000).map { Unicode.Scalar($0).map(Self.classify) ?? Self.other }
    }

    /// The class of a scalar value.
    @inline(__always)
    package func kind(_ value: UInt32) -> UInt8 {
        value < 0x10000 ? table[Int(value)] : Self.classify(Unicode.Scalar(value)!)
    }

    /// Scalars younger than the regular expressions of the `tokenizers` library (Unicode 16) count as
    /// unassigned, so that a text's tokens do not depend on the Unicode version of the standard library.
    private static func classify(_ scalar: Unicode.Scalar) -> UInt8 {
        guard let age = scalar.properties.age, age.major <= 16 else { return other }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return letter
        case .decimalNumber, .letterNumber, .otherNumber: return number
        default: return scalar.properties.isWhitespace ? space : other
        }
    }

    /// Whether a scalar continues a word: a letter, a digit, or a mark on one.
    static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: shared.kind(scalar.value) & (letter | number) != 0
        }
    }

    /// Whether a scalar is one of regular expressions' `\w`.
    static func isRegexWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }
}

/// A scalar decoded from valid UTF-8 at `position`, and where the next one begins.
@inline(__always)
package func decodeScalar(_ bytes: UnsafePointer<UInt8>, _ position: Int) -> (value: UInt32, next: Int) {
    let first = UInt32(bytes[position])
    if first < 0x80 { return (first, position + 1) }
    let second = UInt32(bytes[position + 1] & 0x3F)
    if first < 0xE0 { return ((first & 0x1F) << 6 | second, position + 2) }
    let third = UInt32(bytes[position + 2] & 0x3F)
    if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, position + 3) }
    let fourth = UInt32(bytes[position + 3] & 0x3F)
    return ((first & 0x07) << 18 | second << 12 | third << 6 | fourth, position + 4)
}
