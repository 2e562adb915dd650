import LanguageModels
import RemediCore

/// Names and values below each other, the values in one column.
struct Facts {
    private var lines: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String) { lines.append((name, value)) }

    var text: String {
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
        }.joined()
    }
}

extension Surroundings {
    func write(_ text: String) throws { try output.write(text) }

    /// As wide as the terminal that shows it.
    func write(_ table: TextTable, _ format: TextTable.Format = .plain) throws {
        try output.write(table.text(format, terminal: columns()))
    }

    /// Writes one line of JSON.
    func write(_ value: JSONValue) throws { try output.write(value.text() + "\n") }
}
