import RemediCore

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

    /// The text in one line as a terminal can show it; see `String.shownInOneLine`.
    static func shown(_ text: String) -> String { text.shownInOneLine }
}
