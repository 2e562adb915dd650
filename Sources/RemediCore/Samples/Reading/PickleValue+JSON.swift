import LanguageModels

extension PickleValue {
    /// Why a value has no JSON form.
    enum JSONFailure: Error {
        /// It holds more than was allowed; a pickle may refer to one part many times.
        case tooLarge
    }

    /// The value as JSON, where the values in it and the bytes of its texts are at most `budget`, which is
    /// lowered by what they are.  Tuples become arrays; what JSON cannot hold (bytes, names, integers beyond
    /// 64 bits, members whose key is no text) is left out.
    ///
    /// - Throws: `JSONFailure`.
    func json(budget: inout Int) throws -> JSONValue? {
        budget -= 1 + (string?.utf8.count ?? 0)
        guard budget >= 0 else { throw JSONFailure.tooLarge }
        switch self {
        case .none: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .float(let value): return .number(value)
        case .string(let text): return .string(text)
        case .list, .tuple:
            var elements: [JSONValue] = []
            for item in items ?? [] {
                if let element = try item.json(budget: &budget) { elements.append(element) }
            }
            return .array(elements)
        case .dictionary(let dictionary):
            var object = JSONObject()
            for (key, value) in dictionary.items {
                budget -= 1
                guard budget >= 0 else { throw JSONFailure.tooLarge }
                guard let name = key.string else { continue }
                budget -= name.utf8.count
                if let member = try value.json(budget: &budget) { object[name] = member }
            }
            return .object(object)
        case .long, .bytes, .name, .call, .persistent: return nil
        }
    }
}
