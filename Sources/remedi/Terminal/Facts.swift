import LanguageModels
import RemediCore

/// Names and values below each other, the values in one column.
struct Facts {
    private var lines: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String) {
        lines.append((WrappedText.shown(name), WrappedText.shown(value)))
    }

    var text: String {
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
        }.joined()
    }
}
