import LanguageModels

extension JSONValue {
    /// Where this value, made on one device, differs from `expected`, made on another: in any key, text or
    /// order, or in a number by more than `accuracy`.  Members `unlike` may have any value of the same kind.
    func differences(
        from expected: JSONValue, accuracy: Double, unlike: Set<String> = [], at place: String = ""
    ) -> [String] {
        switch (self, expected) {
        case (.object(let found), .object(let wanted)):
            guard found.keys == wanted.keys else {
                return ["\(place): \(found.keys) instead of \(wanted.keys)"]
            }
            return found.members.filter { !unlike.contains($0.key) }.flatMap { key, value in
                value.differences(
                    from: wanted[key] ?? .null, accuracy: accuracy, unlike: unlike, at: "\(place).\(key)")
            }
        case (.array(let found), .array(let wanted)):
            guard found.count == wanted.count else {
                return ["\(place): \(found.count) elements instead of \(wanted.count)"]
            }
            return zip(found, wanted).enumerated().flatMap { index, pair in
                pair.0.differences(
                    from: pair.1, accuracy: accuracy, unlike: unlike, at: "\(place)[\(index)]")
            }
        default:
            if let found = double, let wanted = expected.double {
                return abs(found - wanted) <= accuracy ? [] : ["\(place): \(found) instead of \(wanted)"]
            }
            return self == expected ? [] : ["\(place): \(text()) instead of \(expected.text())"]
        }
    }
}
