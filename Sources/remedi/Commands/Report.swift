import LanguageModels
import RemediCore

/// A table of text: columns as wide as their widest cell, numbers to the right.
package struct Report {
    private let header: [String]
    private var rows: [[String]] = []

    package init(_ header: [String]) { self.header = header }

    package mutating func add(_ row: [String]) {
        precondition(row.count == header.count, "a row has one cell a column")
        rows.append(row)
    }

    /// One line a row, with a line break behind each.
    package var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let isNumeric = header.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { $0[column].isEmpty || $0[column].first?.isNumberStart == true }
        }
        return all.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return isNumeric[column] ? space + cell : cell + space
            }
            let line = cells.joined(separator: "  ")
            return line.prefix(upTo: line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)
                + "\n"
        }.joined()
    }
}

extension Character {
    fileprivate var isNumberStart: Bool { isWholeNumber || self == "-" || self == "+" }
}

extension Surroundings {
    func write(_ text: String) throws { try output.write(text) }

    /// Writes one line of JSON.
    func write(_ value: JSONValue) throws { try output.write(value.text() + "\n") }
}
