extension TextTable {
    /// A `tabular` with the rules of the package booktabs.
    func latex() -> String {
        // A bracket after a line's end would be taken for its argument.
        func line(_ cells: [String]) -> String {
            let text = cells.map(Self.latexEscaped).joined(separator: " & ") + " \\\\\n"
            return text.first == "[" || text.first == "*" ? "{}" + text : text
        }
        let letters = columns.map { $0.alignment == .right ? "r" : "l" }.joined()
        return "\\begin{tabular}{\(letters)}\n\\toprule\n" + line(columns.map(\.title)) + "\\midrule\n"
            + rows.map(line).joined() + "\\bottomrule\n\\end{tabular}\n"
    }

    /// A text in which LaTeX finds no commands.  Line breaks become spaces; other control characters are left
    /// out.
    static func latexEscaped(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "-" where isMinus(at: index, of: scalars): result += "$-$"
            case "\\": result += "\\textbackslash{}"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "&", "%", "$", "#", "_", "{", "}": result += "\\" + String(scalar)
            case "–": result += "--"
            case "−": result += "$-$"
            case "Δ": result += "$\\Delta$"
            case let control where control.isControl:
                if control.properties.isWhitespace { result += " " }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A hyphen in front of a number, after nothing that could be part of a word.
    private static func isMinus(at index: Int, of scalars: [UnicodeScalar]) -> Bool {
        guard index + 1 < scalars.count, ("0"..."9").contains(scalars[index + 1]) else { return false }
        return index == 0 || scalars[index - 1] == " " || scalars[index - 1] == "["
    }
}
