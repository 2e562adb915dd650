/// Text from outside as a terminal can show it.  Escape sequences and other control characters could move the
/// cursor, rename the window or hide a message; bidirectional controls could reorder it (Unicode Standard
/// Annex 9, section 2).
extension String {
    /// The text in one line: line breaks and tabs as spaces, other control characters as U+FFFD.
    package var shownInOneLine: String { replacingControls(keeping: []) }

    /// The text with its line feeds and tabs, every other control character replaced as in one line.
    package var shownInLines: String { replacingControls(keeping: ["\n", "\t"]) }

    /// A JSON text with every control character that its strings may hold as they are written as `\uXXXX`
    /// (RFC 8259, section 7).
    package var withControlsEscaped: String {
        mappingControls(keeping: ["\n"]) { scalar in
            String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }
    }

    /// Whether it has a control character, line breaks and tabs included; bidirectional ones, which names in
    /// some scripts need, are none that another program would obey.
    package var hasControls: Bool {
        unicodeScalars.contains { $0.isControl && !$0.properties.isBidiControl }
    }

    private func replacingControls(keeping kept: Set<UnicodeScalar>) -> String {
        mappingControls(keeping: kept) { $0.properties.isWhitespace ? " " : "\u{FFFD}" }
    }

    private func mappingControls(
        keeping kept: Set<UnicodeScalar>, _ replacement: (UnicodeScalar) -> String
    ) -> String {
        guard unicodeScalars.contains(where: { $0.isControl && !kept.contains($0) }) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar.isControl, !kept.contains(scalar) {
                result.append(contentsOf: replacement(scalar).unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

extension UnicodeScalar {
    /// Whether it is shown as nothing and changes what is shown: C0 and C1 controls, line and paragraph
    /// separators, bidirectional controls.
    package var isControl: Bool {
        switch value {
        case 0x20..<0x7F, 0xA0..<0x061C: false
        case ..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        default: properties.isBidiControl
        }
    }
}
