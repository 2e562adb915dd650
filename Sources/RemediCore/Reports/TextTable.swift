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
    /// So many columns on the left say what a row is about.  A plain table that is wider than a page is split
    /// into parts below each other, each with these columns; 0: it is never split.
    package var keyColumns = 0

    /// Columns of characters on a page.
    private static let pageWidth = 80

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
        return parts(widths).map { plain($0, widths) }.joined(separator: "\n")
    }

    private func plain(_ part: [Int], _ widths: [Int]) -> String {
        func line(_ cells: [String]) -> String {
            var text = part.map { padded(cells[$0], column: $0, width: widths[$0]) }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
        let rule = part.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  ")
        return lines([line(columns.map(\.title)), rule] + rows.map(line))
    }

    /// Which columns stand beside each other.
    private func parts(_ widths: [Int]) -> [[Int]] {
        let keys = Array(columns.indices.prefix(keyColumns))
        var parts = [keys]
        for column in columns.indices.dropFirst(keyColumns) {
            let part = parts[parts.count - 1] + [column]
            let width = part.reduce(2 * (part.count - 1)) { $0 + widths[$1] }
            if keyColumns > 0, part.count > keyColumns + 1, width > Self.pageWidth {
                parts.append(keys + [column])
            } else {
                parts[parts.count - 1] = part
            }
        }
        return parts
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
