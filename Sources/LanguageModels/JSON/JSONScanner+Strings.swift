extension JSONScanner {
    package mutating func string() throws -> String {
        try expect(UInt8(ascii: "\""))
        let start = cursor
        passPlain()
        while filled &- cursor >= 4, bytes[cursor] >= 0x80 {
            try passSequence()
            passPlain()
        }
        if cursor < filled, bytes[cursor] == UInt8(ascii: "\"") {
            let text = UnsafeBufferPointer(start: bytes + start, count: cursor &- start)
            guard text.count <= longestString else {
                throw error("a string of more than \(longestString) bytes")
            }
            cursor &+= 1
            return String(decoding: text, as: UTF8.self)
        }
        // The string has an escape, or goes on in what follows the buffer.
        cursor = start &- 1
        var text: [UInt8] = []
        try string(appendingTo: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the bytes of a string, which are valid UTF-8; a lone surrogate becomes U+FFFD.
    package mutating func string(appendingTo output: inout [UInt8]) throws {
        try string(&output, isKept: true)
    }

    mutating func skipString() throws {
        var nothing: [UInt8] = []
        try string(&nothing, isKept: false)
    }

    private mutating func string(_ output: inout [UInt8], isKept: Bool) throws {
        try expect(UInt8(ascii: "\""))
        let first = output.count
        while true {
            var start = cursor
            passPlain()
            while filled &- cursor >= 4, bytes[cursor] >= 0x80 {
                try passSequence()
                passPlain()
            }
            if isKept { keep(from: start, in: &output) }
            guard output.count &- first <= longestString else {
                throw error("a string of more than \(longestString) bytes")
            }
            guard try fill(1) else { throw error("the text ends too early") }
            switch bytes[cursor] {
            case UInt8(ascii: "\""):
                cursor &+= 1
                return
            case UInt8(ascii: "\\"): try escape(&output, isKept: isKept)
            case 0x80...:
                // Perhaps the buffer ends inside the character.
                _ = try fill(4)
                start = cursor
                try passSequence()
                if isKept { keep(from: start, in: &output) }
            case 0..<0x20: throw error("a control character in a string")
            // The buffer ended inside the string and was filled again.
            default: continue
            }
        }
    }

    @inline(__always)
    private func keep(from start: Int, in output: inout [UInt8]) {
        output.append(contentsOf: UnsafeBufferPointer(start: bytes + start, count: cursor &- start))
    }

    /// Moves the cursor to the first byte that is a quote, a backslash, a control character or beyond ASCII,
    /// or to the buffer's end.
    @inline(__always)
    private mutating func passPlain() {
        let (bytes, filled) = (bytes, filled)
        var place = cursor
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while place &+ 8 <= filled {
            let word = UInt64(littleEndian: UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            // A byte's top bit is set where it stops the run; borrows may set further bits, but only above.
            let stops =
                (((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
                    | ((word &- ones &* 0x20) & ~word) | word) & tops
            if stops != 0 {
                cursor = place &+ stops.trailingZeroBitCount / 8
                return
            }
            place &+= 8
        }
        while place < filled {
            let byte = bytes[place]
            if byte == 0x22 || byte == 0x5C || byte &- 0x20 >= 0x60 { break }
            place &+= 1
        }
        cursor = place
    }

    /// Passes one character beyond ASCII, of which all bytes that the text has are in the buffer.
    @inline(__always)
    private mutating func passSequence() throws {
        let first = bytes[cursor]
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard first >= 0xC2, first <= 0xF4, filled &- cursor >= length else {
            throw error("a string that is not UTF-8")
        }
        let second = bytes[cursor &+ 1]
        let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
        guard second >= low, second <= high, length < 3 || bytes[cursor &+ 2] & 0xC0 == 0x80,
            length < 4 || bytes[cursor &+ 3] & 0xC0 == 0x80
        else { throw error("a string that is not UTF-8") }
        cursor &+= length
    }

    private mutating func escape(_ output: inout [UInt8], isKept: Bool) throws {
        cursor &+= 1
        guard try fill(1) else { throw error("the text ends too early") }
        let plain: UInt8
        switch bytes[cursor] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = bytes[cursor]
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            cursor &+= 1
            let scalar = try unicodeEscape()
            if isKept { output.append(contentsOf: String(scalar).utf8) }
            return
        default: throw error("an unknown escape")
        }
        cursor &+= 1
        if isKept { output.append(plain) }
    }

    /// The part after `\u`: four digits, or a surrogate pair.
    private mutating func unicodeEscape() throws -> UnicodeScalar {
        let unit = try hexUnit()
        if let scalar = UnicodeScalar(unit) { return scalar }
        guard unit < 0xDC00, try fill(6), bytes[cursor] == UInt8(ascii: "\\"),
            bytes[cursor + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let mark = cursor
        cursor += 2
        let low = try hexUnit()
        if (0xDC00..<0xE000).contains(low),
            let scalar = UnicodeScalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        {
            return scalar
        }
        cursor = mark
        return "\u{FFFD}"
    }

    private mutating func hexUnit() throws -> UInt32 {
        guard try fill(4) else { throw error("the text ends inside an escape") }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[cursor]
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte &- 0x30)
            case 0x41...0x46, 0x61...0x66: unit = unit << 4 | UInt32(byte & 0x0F &+ 9)
            default: throw error("expected a hexadecimal digit")
            }
            cursor &+= 1
        }
        return unit
    }
}
