/// Whole values, of bytes in memory.
extension JSONScanner {
    /// The whole text as one document; a byte order mark in front is skipped.
    ///
    /// - Throws: `JSONError`.
    package mutating func document() throws -> JSONValue {
        try skipMark()
        let result = try value()
        try end()
        return result
    }

    /// The next value.
    ///
    /// - Throws: `JSONError`.
    package mutating func value() throws -> JSONValue {
        switch try peek() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try beginArray()
            while try nextElement() { elements.append(try value()) }
            return .array(elements)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
        case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        try skip(word: word)
        return value
    }

    private mutating func object() throws -> JSONObject {
        var object = JSONObject()
        try beginObject()
        while try next(close: UInt8(ascii: "}")) {
            if refusesRepeatedKeys { _ = try peek() }
            let start = position
            let key = try string()
            try expect(UInt8(ascii: ":"))
            if !object.set(key, try value()), refusesRepeatedKeys {
                throw JSONError(byte: start, reason: "the key \"\(key)\" occurs twice")
            }
        }
        return object
    }

    private mutating func number() throws -> JSONValue {
        let start = cursor
        let isInteger: Bool
        switch try passNumber() {
        case .integer(let value): return .integer(value)
        case .negativeInfinity: return .number(-.infinity)
        case .longInteger: isInteger = true
        case .fraction: isInteger = false
        }
        let text = String(
            decoding: UnsafeBufferPointer(start: bytes + start, count: cursor - start), as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text) else { throw error("not a number") }
        return .number(value)
    }
}
