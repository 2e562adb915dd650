/// Reads the large members of tokenizer files straight into byte tables, without a value for each entry.
///
/// The bytes must be valid UTF-8.
struct VocabularyScanner {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(bytes: UnsafeRawBufferPointer, position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    func error(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

    /// The next byte that is not white space.
    mutating func peek() throws -> UInt8 {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return bytes[position]
            }
        }
        throw error("the text ends too early")
    }

    mutating func expect(_ byte: UInt8) throws {
        guard try peek() == byte else { throw error("expected '\(Character(UnicodeScalar(byte)))'") }
        position += 1
    }

    /// Reads an object; `member` reads the value of each key.
    mutating func object(_ member: (inout VocabularyScanner, String) throws -> Void) throws {
        try list(open: "{", close: "}") { scanner in
            var key: [UInt8] = []
            try scanner.string(into: &key)
            try scanner.expect(UInt8(ascii: ":"))
            try member(&scanner, String(decoding: key, as: UTF8.self))
        }
    }

    /// Any value.
    mutating func value() throws -> JSONValue {
        var parser = JSONParser(bytes: bytes, position: position)
        let value = try parser.value()
        position = parser.position
        return value
    }

    /// An object from spellings to ids.
    mutating func vocabulary() throws -> (spellings: ByteStrings, ids: [Int]) {
        var spellings = ByteStrings()
        var ids: [Int] = []
        try list(open: "{", close: "}") { scanner in
            try spellings.append { try scanner.string(into: &$0) }
            try scanner.expect(UInt8(ascii: ":"))
            ids.append(try scanner.integer())
        }
        return (spellings, ids)
    }

    /// A list of merges, each `"left right"` or `["left", "right"]`, as pairs of strings one after another.
    mutating func merges() throws -> ByteStrings {
        var parts = ByteStrings()
        try list(open: "[", close: "]") { scanner in
            if try scanner.peek() == UInt8(ascii: "\"") {
                var line: [UInt8] = []
                try scanner.string(into: &line)
                guard parts.append(mergeLine: line) else { throw scanner.error("not a pair of tokens") }
                return
            }
            try scanner.expect(UInt8(ascii: "["))
            try parts.append { try scanner.string(into: &$0) }
            try scanner.expect(UInt8(ascii: ","))
            try parts.append { try scanner.string(into: &$0) }
            try scanner.expect(UInt8(ascii: "]"))
        }
        return parts
    }

    private mutating func list(
        open: Unicode.Scalar, close: Unicode.Scalar, _ element: (inout VocabularyScanner) throws -> Void
    ) throws {
        try expect(UInt8(ascii: open))
        if try peek() == UInt8(ascii: close) {
            position += 1
            return
        }
        while true {
            try element(&self)
            if try peek() == UInt8(ascii: close) { break }
            try expect(UInt8(ascii: ","))
        }
        position += 1
    }

    private mutating func integer() throws -> Int {
        let first = try peek()
        let start = position
        var value = 0
        while position < bytes.count, bytes[position] &- 0x30 < 10, position - start < 12 {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        guard position > start, first != 0x30 || position == start + 1 else { throw error("expected an id") }
        if position < bytes.count,
            [0x2E, 0x45, 0x65].contains(bytes[position]) || bytes[position] &- 0x30 < 10
        {
            throw error("expected an id")
        }
        return value
    }

    /// Appends the bytes of a string.
    private mutating func string(into output: inout [UInt8]) throws {
        try expect(UInt8(ascii: "\""))
        var start = position
        while true {
            guard position < bytes.count else { throw error("the text ends too early") }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
                position += 1
                if byte == UInt8(ascii: "\"") { return }
                try escape(into: &output)
                start = position
            } else {
                guard byte >= 0x20 else { throw error("a control character in a string") }
                position += 1
            }
        }
    }

    private mutating func escape(into output: inout [UInt8]) throws {
        guard position < bytes.count else { throw error("the text ends too early") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): UTF8.encode(try unicodeEscape()).map { output.append(contentsOf: $0) }
        default: throw error("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws -> Unicode.Scalar {
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, position + 2 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let mark = position
        position += 2
        let low = try hexUnit()
        guard (0xDC00..<0xE000).contains(low) else {
            position = mark
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))!
    }

    private mutating func hexUnit() throws -> UInt32 {
        guard position + 4 <= bytes.count else { throw error("the text ends inside an escape") }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[position]
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: unit = unit << 4 | UInt32(byte & 0x0F + 9)
            default: throw error("expected a hexadecimal digit")
            }
            position += 1
        }
        return unit
    }
}

extension ByteStrings {
    /// Appends both tokens of `"left right"`; false if it is not a pair.
    mutating func append(mergeLine line: some BidirectionalCollection<UInt8>) -> Bool {
        guard let space = line.firstIndex(of: 0x20), line.lastIndex(of: 0x20) == space else { return false }
        let right = line[line.index(after: space)...]
        guard space > line.startIndex, !right.isEmpty else { return false }
        append(line[..<space])
        append(right)
        return true
    }
}
