/// Kinds of scalars as Python and its two engines of regular expressions see them.
extension Unicode.Scalar {
    /// `\w` of the engine `regex`: letters, marks, decimal digits, connectors such as the underscore.
    var isWordScalar: Bool {
        if value < 0x80 { return isAlphanumericScalar }
        return switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        default: properties.isAlphabetic || properties.isJoinControl
        }
    }

    /// `\w` of the engine `re`: letters, digits, all other numerals, the underscore, but no marks.
    var isAlphanumericScalar: Bool {
        if value < 0x80 {
            return switch self {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber:
            true
        default: properties.numericType != nil
        }
    }

    /// `\s` of the engine `regex`.
    var isSpaceScalar: Bool {
        value < 0x80 ? value == 0x20 || (0x09...0x0d).contains(value) : properties.isWhitespace
    }

    /// The separators of `str.split`: white space and the four separators among the control characters.
    var isSeparatorScalar: Bool { isSpaceScalar || (0x1c...0x1f).contains(value) }

    /// In lower case where that makes an ASCII letter, as comparisons without case do.
    var foldedScalar: Unicode.Scalar {
        switch self {
        case "A"..."Z": Unicode.Scalar(UInt8(value) + 0x20)
        case "\u{17f}": "s"
        case "\u{130}", "\u{131}": "i"
        case "\u{212a}": "k"
        default: self
        }
    }
}
