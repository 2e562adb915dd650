/// A piece of XML that HTML's parsers read too.  Texts and attributes are escaped; what XML cannot hold is
/// left out.
package struct Markup: Sendable, Equatable {
    package let text: String

    /// An element.  One without children is closed at once, so use `text` for those that HTML wants open.
    package init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = [])
    {
        let head = name + attributes.map { " \($0)=\"\(Self.escaped($1))\"" }.joined()
        text = children.isEmpty ? "<\(head)/>" : "<\(head)>\(children.map(\.text).joined())</\(name)>"
    }

    package init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: String) {
        self.init(name, attributes, [Markup(text: content)])
    }

    /// Text between elements.
    package init(text: String) { self.text = Self.escaped(text) }

    /// Text that is not escaped: style sheets of our own.
    init(verbatim: String) { text = verbatim }

    private static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{FFFE}"..."\u{FFFF}": continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A number of a drawing: at most two digits after the point.
func coordinate(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    if let whole = Int(exactly: rounded) { return String(whole) }
    return "\(rounded)"
}
