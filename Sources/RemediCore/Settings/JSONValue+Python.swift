import LanguageModels

extension JSONValue {
    /// The value as Python's `str` writes it: `None`, `True`, `0.001`, `[0, 1]`, `['linear']`.
    package var pythonText: String {
        if case .string(let text) = self { return text }
        return pythonLiteral
    }

    private var pythonLiteral: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .number(let value): "\(value)"
        case .string(let text):
            if text.contains("'"), !text.contains("\"") {
                "\"\(text)\""
            } else {
                "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
            }
        case .array(let elements): "[" + elements.map(\.pythonLiteral).joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.members.map { "'\($0.key)': \($0.value.pythonLiteral)" }.joined(separator: ", ")
                + "}"
        }
    }
}
