import Foundation

extension JSONValue {
    /// One line of JSON, with Python's separators (`", "` and `": "`), or indented by two spaces.
    ///
    /// Numbers are written in the shortest form that reads back to the same value; not-a-number and the
    /// infinities as Python writes them.
    package func text(pretty: Bool = false) -> String {
        var output = ""
        write(into: &output, indent: pretty ? 0 : nil)
        return output
    }

    private func write(into output: inout String, indent: Int?) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .integer(let value): output += String(value)
        case .number(let value): output += Self.text(of: value)
        case .string(let value): Self.write(string: value, into: &output)
        case .array(let elements):
            Self.write(list: elements, open: "[", close: "]", indent: indent, into: &output) {
                $0.write(into: &$1, indent: $2)
            }
        case .object(let object):
            Self.write(list: object.members, open: "{", close: "}", indent: indent, into: &output) {
                Self.write(string: $0.key, into: &$1)
                $1 += ": "
                $0.value.write(into: &$1, indent: $2)
            }
        }
    }

    private static func write<Element>(
        list: [Element], open: String, close: String, indent: Int?, into output: inout String,
        element: (Element, inout String, Int?) -> Void
    ) {
        output += open
        let inner = indent.map { $0 + 1 }
        for (index, item) in list.enumerated() {
            if let inner {
                output += (index == 0 ? "\n" : ",\n") + String(repeating: "  ", count: inner)
            } else if index > 0 {
                output += ", "
            }
            element(item, &output, inner)
        }
        if let indent, !list.isEmpty { output += "\n" + String(repeating: "  ", count: indent) }
        output += close
    }

    private static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return "\(value)"
    }

    private static func write(string: String, into output: inout String) {
        output += "\""
        if string.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
        {
            for scalar in string.unicodeScalars { write(scalar: scalar, into: &output) }
        } else {
            output += string
        }
        output += "\""
    }

    private static func write(scalar: UnicodeScalar, into output: inout String) {
        switch scalar {
        case "\"": output += "\\\""
        case "\\": output += "\\\\"
        case "\n": output += "\\n"
        case "\r": output += "\\r"
        case "\t": output += "\\t"
        case "\u{8}": output += "\\b"
        case "\u{C}": output += "\\f"
        case "\u{0}"..<"\u{20}":
            output += scalar.value < 16 ? "\\u000" : "\\u00"
            output += String(scalar.value, radix: 16)
        default: output.unicodeScalars.append(scalar)
        }
    }
}
