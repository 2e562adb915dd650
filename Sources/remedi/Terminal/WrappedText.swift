/// Text in lines of a given width.
enum WrappedText {
    /// Breaks a text at spaces so that no line is wider than `width`, if its words are not.
    static func lines(_ text: String, indent: Int, width: Int = 80) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = margin
        for word in text.split(separator: " ") {
            if line.count > indent, line.count + 1 + word.count > width {
                lines.append(line)
                line = margin
            }
            line += (line.count > indent ? " " : "") + word
        }
        return lines + [line]
    }

    /// The text as a terminal can show it: white space as spaces, control characters replaced.
    static func shown(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            scalars.append(scalar.properties.isWhitespace ? " " : isControl ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }
}
