import LanguageModels

/// How often each of some texts occurs, the most frequent first, else in order of first appearance.
package struct TextTally: Sendable {
    package let entries: [(text: String, count: Int)]

    package init(_ texts: some Sequence<String>) {
        var numbers: [ExactString: Int] = [:]
        var entries: [(text: String, count: Int)] = []
        for text in texts {
            let number = numbers[ExactString(text)] ?? entries.count
            if number == entries.count {
                numbers[ExactString(text)] = number
                entries.append((text, 0))
            }
            entries[number].count += 1
        }
        let order = entries.indices.sorted {
            entries[$0].count != entries[$1].count ? entries[$0].count > entries[$1].count : $0 < $1
        }
        self.entries = order.map { entries[$0] }
    }

    /// How many different texts there are.
    package var count: Int { entries.count }

    /// How many texts there are.
    package var total: Int { entries.reduce(0) { $0 + $1.count } }

    /// Text → count.
    package var json: JSONValue {
        var object = JSONObject()
        for (text, count) in entries { object[text] = .integer(count) }
        return .object(object)
    }
}
