/// A table of texts, printed with aligned columns, as Markdown, as comma-separated values or
/// for LaTeX.
package struct TextTable: Sendable, Equatable {
    package enum Alignment: Sendable, Equatable { case left, right }

    package enum Format: String, Sendable, CaseIterable { case plain, markdown, csv, latex }

    package struct Column: Sendable, Equatable {
        package var title: String
        package var alignment: Alignment
        /// Whether its texts may go on over several lines where the table is too wide for a terminal.
        package var wraps: Bool

        package init(_ title: String, _ alignment: Alignment = .left, wraps: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.wraps = wraps
        }
    }

    package var columns: [Column]
    package private(set) var rows: [[String]] = []
    /// So many columns on the left say what a row is about.  A plain table that is wider than a page is split
    /// into parts below each other, each with these columns; 0: it is never split.
    package var keyColumns = 0

    /// Columns of characters on a page.
    private static let pageWidth = 80
    /// No column that wraps becomes narrower.
    private static let narrowest = 16

    package init(columns: [Column]) { self.columns = columns }

    /// Adds a row of as many cells as there are columns.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row needs a cell for every column")
        rows.append(cells)
    }

    /// The table without the columns in which no row says anything.
    package var withoutEmptyColumns: TextTable {
        let kept = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        var table = TextTable(columns: kept.map { columns[$0] })
        table.keyColumns = kept.count { $0 < keyColumns }
        table.rows = rows.map { row in kept.map { row[$0] } }
        return table
    }

    /// The lines of the table, each with its line break.  A cell is in one line, without control characters.
    ///
    /// - Parameter terminal: the columns of the terminal that shows a plain table; nil: it goes elsewhere, as
    ///   into a file or another program, where no text is broken.
    package func text(_ format: Format = .plain, terminal: Int? = nil) -> String {
        switch format {
        case .plain: shown.plain(terminal: terminal)
        case .markdown: shown.markdown()
        case .csv: shown.csv()
        case .latex: latex()
        }
    }

    /// The table with cells that a terminal can show.
    private var shown: TextTable {
        var table = self
        for column in columns.indices { table.columns[column].title = columns[column].title.shownInOneLine }
        table.rows = rows.map { $0.map(\.shownInOneLine) }
        return table
    }

    private func csv() -> String {
        lines(([columns.map(\.title)] + rows).map { $0.map(Self.quoted).joined(separator: ",") })
    }

    private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    private func plain(terminal: Int?) -> String {
        let natural = widths(of: [columns.map(\.title)] + rows)
        return parts(natural, terminal: terminal).map { part in
            plain(part, terminal.map { fitting(part, natural, page: $0) } ?? natural)
        }.joined(separator: "\n")
    }

    private func plain(_ part: [Int], _ widths: [Int]) -> String {
        func line(_ cells: [String]) -> String {
            var text = part.map { padded(cells[$0], column: $0, width: widths[$0]) }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
        func broken(_ cells: [String]) -> [String] {
            let cells = columns.indices.map {
                columns[$0].wraps ? Self.broken(cells[$0], width: widths[$0]) : [cells[$0]]
            }
            return (0..<(part.map { cells[$0].count }.max() ?? 1)).map { index in
                line(cells.map { index < $0.count ? $0[index] : "" })
            }
        }
        let rule = part.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  ")
        return lines([line(columns.map(\.title)), rule] + rows.flatMap(broken))
    }

    /// The widths with which the columns of `part` fit on a page, as far as those that wrap can give way.
    private func fitting(_ part: [Int], _ natural: [Int], page: Int) -> [Int] {
        var widths = natural
        var excess = part.reduce(2 * (part.count - 1)) { $0 + widths[$1] } - page
        for column in part.reversed() where columns[column].wraps && excess > 0 {
            let least = max(columns[column].title.count, min(widths[column], Self.narrowest))
            let less = min(excess, widths[column] - least)
            widths[column] -= less
            excess -= less
        }
        return widths
    }

    /// The text in lines of at most `width`, broken at spaces, or inside a word that alone is wider.
    private static func broken(_ text: String, width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            var word = word
            let room = width - lines[lines.count - 1].count - 1
            if lines != [""] {
                if word.count <= room {
                    lines[lines.count - 1] += " " + word
                    continue
                }
                lines.append("")
            }
            while word.count > width {
                lines[lines.count - 1] = String(word.prefix(width))
                lines.append("")
                word = word.dropFirst(width)
            }
            lines[lines.count - 1] = String(word)
        }
        return lines
    }

    /// Which columns stand beside each other on a page.
    private func parts(_ widths: [Int], terminal: Int?) -> [[Int]] {
        let keys = Array(columns.indices.prefix(keyColumns))
        var parts = [keys]
        for column in columns.indices.dropFirst(keyColumns) {
            let part = parts[parts.count - 1] + [column]
            let width = part.reduce(2 * (part.count - 1)) { sum, column in
                let isNarrowed = terminal != nil && columns[column].wraps
                return sum + (isNarrowed ? min(widths[column], Self.narrowest) : widths[column])
            }
            if keyColumns > 0, part.count > keyColumns + 1, width > terminal ?? Self.pageWidth {
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
        let space = String(repeating: " ", count: max(0, width - text.count))
        return columns[column].alignment == .right ? space + text : text + space
    }

    /// RFC 4180.
    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacingExactly("\"", with: "\"\"") + "\""
    }
}
