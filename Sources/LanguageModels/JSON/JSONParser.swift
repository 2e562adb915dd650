import Foundation

/// What is wrong with a JSON text, and at which byte.
package struct JSONError: Error, Equatable, Sendable {
    package let byte: Int
    package let reason: String

    package init(byte: Int, reason: String) {
        self.byte = byte
        self.reason = reason
    }
}

extension JSONValue {
    /// Parses one document; besides RFC 8259, accepts `NaN`, `Infinity` and `-Infinity` as Python writes them.
    ///
    /// - Throws: `JSONError`.
    package init(parsing bytes: UnsafeRawBufferPointer) throws {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }

    package init(parsing data: Data) throws {
        self = try data.withUnsafeBytes { try JSONValue(parsing: $0) }
    }

    package init(parsing text: String) throws {
        var text = text
        self = try text.withUTF8 { try JSONValue(parsing: UnsafeRawBufferPointer($0)) }
    }
}

/// A recursive-descent parser over bytes, with a limit on depth.
package struct JSONParser {
    /// Deeper nesting is refused: it never occurs in honest files and would exhaust the stack.
    package static let maximumDepth = 256

    private let base: UnsafePointer<UInt8>
    private let count: Int
    private let refusesRepeatedKeys: Bool
    /// The byte that is read next.
    package private(set) var position: Int
    private var depth = 0

    /// With `refusesRepeatedKeys`, a key twice in one object is an error; else the last value counts.
    package init(bytes: UnsafeRawBufferPointer, position: Int = 0, refusesRepeatedKeys: Bool = false) {
        precondition(position >= 0 && position <= bytes.count, "a position outside the text")
        // An empty buffer may have no address; nothing is read from the stand-in.
        base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(bitPattern: 1)!
        count = bytes.count
        self.position = position
        self.refusesRepeatedKeys = refusesRepeatedKeys
    }

    /// The whole text as one document; a byte order mark in front is skipped.
    ///
    /// - Throws: `JSONError`.
    package mutating func document() throws -> JSONValue {
        if position == 0, count >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { position = 3 }
        let result = try value()
        skipSpace()
        guard position == count else { throw error("text after the document") }
        return result
    }

    /// Whether only white space is left; skips it.
    package mutating func atEnd() -> Bool {
        skipSpace()
        return position >= count
    }

    /// The next value.
    ///
    /// - Throws: `JSONError`.
    package mutating func value() throws -> JSONValue {
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "N"): return try literal("NaN", .number(.nan))
        case UInt8(ascii: "I"): return try literal("Infinity", .number(.infinity))
        default: return try number()
        }
    }

    private func error(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

    @inline(__always)
    private func peek() throws -> UInt8 {
        guard position < count else { throw error("the text ends too early") }
        return base[position]
    }

    /// The next byte if it is one of the text, else 0.
    @inline(__always)
    private var next: UInt8 { position < count ? base[position] : 0 }

    @inline(__always)
    private mutating func skipSpace() {
        while position < count {
            let byte = base[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }

    @inline(__always)
    private mutating func expect(_ byte: UInt8) throws {
        guard try peek() == byte else { throw error("expected '\(Character(UnicodeScalar(byte)))'") }
        position &+= 1
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < count, base[position] == word.utf8Start[index] else {
                throw error("expected '\(word)'")
            }
            position += 1
        }
        return value
    }

    private mutating func enter() throws {
        depth += 1
        guard depth <= Self.maximumDepth else { throw error("nested deeper than \(Self.maximumDepth)") }
    }

    private mutating func object() throws -> JSONValue {
        try enter()
        var object = JSONObject()
        position &+= 1
        skipSpace()
        if next != UInt8(ascii: "}") {
            while true {
                skipSpace()
                let start = position
                let key = try string()
                skipSpace()
                try expect(UInt8(ascii: ":"))
                let value = try value()
                if !object.set(key, value), refusesRepeatedKeys {
                    throw JSONError(byte: start, reason: "the key \"\(key)\" occurs twice")
                }
                skipSpace()
                if try peek() == UInt8(ascii: "}") { break }
                try expect(UInt8(ascii: ","))
            }
        }
        position &+= 1
        depth -= 1
        return .object(object)
    }

    private mutating func array() throws -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        position &+= 1
        skipSpace()
        if next != UInt8(ascii: "]") {
            while true {
                elements.append(try value())
                skipSpace()
                if try peek() == UInt8(ascii: "]") { break }
                try expect(UInt8(ascii: ","))
            }
        }
        position &+= 1
        depth -= 1
        return .array(elements)
    }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func number() throws -> JSONValue {
        let start = position
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { position &+= 1 }
        if isNegative, next == UInt8(ascii: "I") { return try literal("Infinity", .number(-.infinity)) }
        let leadingZero = next == UInt8(ascii: "0")
        let (digits, magnitude) = skipDigits()
        guard digits > 0 else { throw error("expected a value") }
        guard !leadingZero || digits == 1 else { throw error("a number with a leading zero") }
        var isInteger = true
        if next == UInt8(ascii: ".") {
            position &+= 1
            isInteger = false
            guard skipDigits().count > 0 else { throw error("expected a digit") }
        }
        if next | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            isInteger = false
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position &+= 1 }
            guard skipDigits().count > 0 else { throw error("expected a digit") }
        }
        if isInteger, digits <= 18 {
            return .integer(isNegative ? -magnitude : magnitude)
        }
        let text = String(
            decoding: UnsafeBufferPointer(start: base + start, count: position - start), as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text) else { throw error("not a number") }
        return .number(value)
    }

    /// How many digits follow, and the value of the last 18 or fewer of them.
    @inline(__always)
    private mutating func skipDigits() -> (count: Int, value: Int) {
        let start = position
        var value = 0
        while position < count {
            let digit = base[position] &- 0x30
            guard digit < 10 else { break }
            value = value &* 10 &+ Int(digit)
            position &+= 1
        }
        return (position - start, value)
    }
}

// MARK: - Strings

extension JSONParser {
    private mutating func string() throws -> String {
        try expect(UInt8(ascii: "\""))
        let start = position
        let isASCII = skipPlain()
        switch try peek() {
        case UInt8(ascii: "\""):
            let text = UnsafeBufferPointer(start: base + start, count: position - start)
            position &+= 1
            if isASCII { return String(decoding: text, as: UTF8.self) }
            guard let text = String(validating: text, as: UTF8.self) else {
                throw error("a string that is not UTF-8")
            }
            return text
        case UInt8(ascii: "\\"): return try escapedString(from: start)
        default: throw error("a control character in a string")
        }
    }

    /// Skips to the next quote, backslash or control character; returns whether all before it is ASCII.
    @inline(__always)
    private mutating func skipPlain() -> Bool {
        var seen: UInt64 = 0
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while position &+ 8 <= count {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            // A byte's top bit is set where it is zero (or, borrowed, above such a byte: then the bytes
            // are looked at one by one anyway).
            let stops =
                ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | ((word &- ones &* 0x20) & ~word)
            if stops & tops != 0 { break }
            seen |= word
            position &+= 8
        }
        while position < count {
            let byte = base[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { break }
            seen |= UInt64(byte)
            position &+= 1
        }
        return seen & tops == 0
    }

    private mutating func escapedString(from start: Int) throws -> String {
        var buffer = Array(UnsafeBufferPointer(start: base + start, count: position - start))
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                position &+= 1
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw error("a string that is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                position &+= 1
                try escape(into: &buffer)
            case 0..<0x20: throw error("a control character in a string")
            default:
                let from = position
                _ = skipPlain()
                buffer.append(contentsOf: UnsafeBufferPointer(start: base + from, count: position - from))
            }
        }
    }

    private mutating func escape(into buffer: inout [UInt8]) throws {
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            position &+= 1
            buffer.append(contentsOf: UTF8.encode(try unicodeEscape()) ?? UTF8.encodedReplacementCharacter)
            return
        default: throw error("an unknown escape")
        }
        position &+= 1
    }

    /// A `\uXXXX` or a surrogate pair; a lone surrogate becomes U+FFFD.
    private mutating func unicodeEscape() throws -> UnicodeScalar {
        let unit = try hexUnit()
        if let scalar = UnicodeScalar(unit) { return scalar }
        guard unit < 0xDC00, position + 1 < count, base[position] == UInt8(ascii: "\\"),
            base[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let mark = position
        position += 2
        let low = try hexUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = UnicodeScalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        else {
            position = mark
            return "\u{FFFD}"
        }
        return scalar
    }

    private mutating func hexUnit() throws -> UInt32 {
        guard position + 4 <= count else { throw error("the text ends inside an escape") }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = base[position]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw error("expected a hexadecimal digit")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
