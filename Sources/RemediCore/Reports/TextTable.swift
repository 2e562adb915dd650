/// A table of texts, printed with aligned columns, as Markdown, as comma-separated values or
/// for LaTeX.
package struct TextTable: Sendable, Equatable {
    package enum Alignment: Sendable, Equatable { case left, right }

    package enum Format: String, Sendable, CaseIterable { case plain, markdown, csv, latex }

    package struct Column: Sendable, Equatable {
        package var title: String
        package var alignment: Alignment

        package init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    package var columns: [Column]
    package private(set) var rows: [[String]] = []

    package init(columns: [Column]) { self.columns = columns }

    /// Adds a row of as many cells as there are columns.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row needs a cell for every column")
        rows.append(cells)
    }

    /// The lines of the table, each with its line break.
    package func text(_ format: Format = .plain) -> String {
        switch format {
        case .plain: plain()
        case .markdown: markdown()
        case .csv: lines(([columns.map(\.title)] + rows).map { $0.map(Self.quoted).joined(separator: ",") })
        case .latex: latex()
        }
    }

    private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    private func plain() -> String {
        let widths = self.widths(of: [columns.map(\.title)] + rows)
        func line(_ cells: [String]) -> String {
            var text = columns.indices.map { padded(cells[$0], column: $0, width: widths[$0]) }
                .joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return lines([line(columns.map(\.title)), rule] + rows.map(line))
    }

    private func markdown() -> String {
        let escaped = ([columns.map(\.title)] + rows).map { $0.map { $0.replacingExactly("|", with: "\\|") } }
        let widths = self.widths(of: escaped).map { max(3, $0) }
        func line(_ cells: [String]) -> String {
            "| "
                + columns.indices.map { padded(cells[$0], column: $0, width: widths[$0]) }
                .joined(separator: " | ") + " |"
        }
        let rule = columns.indices.map { index -> String in
            let dashes = String(repeating: "-", count: widths[index] + 1)
            return columns[index].alignment == .right ? dashes + ":" : ":" + dashes
        }
        return lines([line(escaped[0]), "|" + rule.joined(separator: "|") + "|"] + escaped[1...].map(line))
    }

    private func widths(of rows: [[String]]) -> [Int] {
        columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    }

    private func padded(_ text: String, column: Int, width: Int) -> String {
        let space = String(repeating: " ", count: width - text.count)
        return columns[column].alignment == .right ? space + text : text + space
    }

    /// RFC 4180.
    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacingExactly("\"", with: "\"\"") + "\""
    }
}
