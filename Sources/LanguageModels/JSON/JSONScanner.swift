import Foundation

/// Pulls chosen values out of a JSON text and skips the rest, without making anything of what is skipped.
///
/// A file goes through a fixed buffer, so its size costs no memory.  What is skipped is checked like what is
/// read: grammar, escapes, UTF-8.  Depth is limited and `NaN` and the infinities are taken as in `JSONParser`.
///
///     try scanner.beginObject()
///     while try scanner.nextMember(into: &key) { try scanner.skipValue() }
package struct JSONScanner: ~Copyable {
    private let file: RandomAccessFile?
    /// The buffer of a file; empty for bytes in memory.
    private let storage: UnsafeMutableRawBufferPointer
    private let bytes: UnsafePointer<UInt8>
    /// The place in the text of the first byte in the buffer.
    private var base: Int
    /// How many bytes the buffer holds, and which of them is read next.
    private var filled = 0
    private var cursor = 0
    private var depth = 0
    /// Whether the list that was entered last has had no element yet.
    private var isFresh = false

    /// Large enough that system calls cost nothing, small enough for the processor's cache.
    package static let bufferSize = 1 << 18
    /// The longest run of bytes that is looked at as a whole.
    private static let longestUnit = 6

    /// Reads a whole file; a byte order mark in front is skipped.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    package init(file: RandomAccessFile, bufferSize: Int = JSONScanner.bufferSize) throws {
        precondition(bufferSize >= Self.longestUnit, "a buffer that is too small")
        self.file = file
        storage = .allocate(byteCount: bufferSize, alignment: 16)
        bytes = UnsafePointer(storage.baseAddress!.assumingMemoryBound(to: UInt8.self))
        base = 0
        try skipMark()
    }

    /// Reads `bytes`, which must outlive the scanner.  Errors count from `firstByte`, the place that they come
    /// from.
    package init(bytes: UnsafeRawBufferPointer, firstByte: Int = 0) {
        file = nil
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        // An empty buffer may have no address; nothing is read from the stand-in.
        self.bytes = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(bitPattern: 1)!
        filled = bytes.count
        base = firstByte
    }

    deinit { storage.deallocate() }

    /// The place in the text of the byte that is read next.
    package var position: Int { base + cursor }

    package func error(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

    private mutating func skipMark() throws {
        if try fill(3), bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { cursor = 3 }
    }

    /// Makes `count` bytes readable from the cursor on; false if the text has fewer left.
    @inline(__always)
    private mutating func fill(_ count: Int) throws -> Bool {
        if filled &- cursor >= count { return true }
        return try refill(count)
    }

    private mutating func refill(_ count: Int) throws -> Bool {
        guard let file, let start = storage.baseAddress else { return false }
        let rest = filled - cursor
        memmove(start, bytes + cursor, rest)
        base += cursor
        cursor = 0
        filled = rest
        let free = UnsafeMutableRawBufferPointer(rebasing: storage[rest...])
        filled += try file.read(at: base + rest, into: free)
        return filled >= count
    }

    /// The next byte that is not white space.
    @inline(__always)
    package mutating func peek() throws -> UInt8 {
        while try fill(1) {
            let byte = bytes[cursor]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            cursor &+= 1
        }
        throw error("the text ends too early")
    }

    @inline(__always)
    private mutating func expect(_ byte: UInt8) throws {
        guard try peek() == byte else { throw error("expected '\(Character(UnicodeScalar(byte)))'") }
        cursor &+= 1
    }

    /// Checks that nothing but white space is left.
    ///
    /// - Throws: `JSONError`, as all that follow; `LanguageModelError.unreadable` too when reading a file.
    package mutating func end() throws {
        while try fill(1) {
            guard [0x20, 0x0A, 0x0D, 0x09].contains(bytes[cursor]) else {
                throw error("text after the document")
            }
            cursor += 1
        }
    }
}

// MARK: - Lists

extension JSONScanner {
    package mutating func beginArray() throws { try begin(UInt8(ascii: "[")) }
    package mutating func beginObject() throws { try begin(UInt8(ascii: "{")) }

    /// Goes to the array's next element, which must then be read or skipped; false behind the last.
    package mutating func nextElement() throws -> Bool { try next(close: UInt8(ascii: "]")) }

    /// Goes to the value of the object's next member, which must then be read or skipped, and puts its key's
    /// bytes into `key`; false behind the last.
    package mutating func nextMember(into key: inout [UInt8]) throws -> Bool {
        guard try next(close: UInt8(ascii: "}")) else { return false }
        key.removeAll(keepingCapacity: true)
        try string(appendingTo: &key)
        try expect(UInt8(ascii: ":"))
        return true
    }

    private mutating func begin(_ open: UInt8) throws {
        guard try peek() != open || depth < JSONParser.maximumDepth else {
            throw error("nested deeper than \(JSONParser.maximumDepth)")
        }
        try expect(open)
        depth += 1
        isFresh = true
    }

    @inline(__always)
    private mutating func next(close: UInt8) throws -> Bool {
        let byte = try peek()
        if byte == close {
            cursor &+= 1
            depth &-= 1
            isFresh = false
            return false
        }
        // A comma with nothing behind it is refused by whatever reads the element.
        if !isFresh { try expect(UInt8(ascii: ",")) }
        isFresh = false
        return true
    }

    /// Skips any value; returns the places of its bytes.
    @discardableResult
    package mutating func skipValue() throws -> Range<Int> {
        let first = try peek()
        let start = position
        switch first {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"):
            try beginObject()
            while try next(close: UInt8(ascii: "}")) {
                try skipString()
                try expect(UInt8(ascii: ":"))
                try skipValue()
            }
        case UInt8(ascii: "["):
            try beginArray()
            while try nextElement() { try skipValue() }
        case UInt8(ascii: "t"): try skip(word: "true")
        case UInt8(ascii: "f"): try skip(word: "false")
        case UInt8(ascii: "n"): try skip(word: "null")
        case UInt8(ascii: "N"): try skip(word: "NaN")
        case UInt8(ascii: "I"): try skip(word: "Infinity")
        default: try skipNumber()
        }
        return start..<position
    }

    private mutating func skip(word: StaticString) throws {
        for index in 0..<word.utf8CodeUnitCount {
            guard try fill(1), bytes[cursor] == word.utf8Start[index] else {
                throw error("expected '\(word)'")
            }
            cursor += 1
        }
    }
}

// MARK: - Numbers

extension JSONScanner {
    /// Reads a whole number.
    package mutating func integer() throws -> Int {
        _ = try peek()
        let start = position
        let isNegative = try nextByte() == UInt8(ascii: "-")
        if isNegative { cursor += 1 }
        let first = try nextByte()
        let (digits, value) = try skipDigits()
        let isFollowed = try [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(nextByte())
        guard (1...18).contains(digits), first != UInt8(ascii: "0") || digits == 1, !isFollowed else {
            throw JSONError(byte: start, reason: "expected a whole number")
        }
        return isNegative ? -value : value
    }

    private mutating func skipNumber() throws {
        let isNegative = try nextByte() == UInt8(ascii: "-")
        if isNegative { cursor += 1 }
        let first = try nextByte()
        if isNegative, first == UInt8(ascii: "I") { return try skip(word: "Infinity") }
        let digits = try skipDigits().count
        guard digits > 0 else { throw error("expected a value") }
        guard first != UInt8(ascii: "0") || digits == 1 else { throw error("a number with a leading zero") }
        if try nextByte() == UInt8(ascii: ".") {
            cursor += 1
            guard try skipDigits().count > 0 else { throw error("expected a digit") }
        }
        if try nextByte() | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            if try [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(nextByte()) { cursor += 1 }
            guard try skipDigits().count > 0 else { throw error("expected a digit") }
        }
    }

    /// How many digits follow, and the value of the last 18 or fewer of them.
    private mutating func skipDigits() throws -> (count: Int, value: Int) {
        var count = 0
        var value = 0
        while try fill(1) {
            let digit = bytes[cursor] &- 0x30
            guard digit < 10 else { break }
            value = value &* 10 &+ Int(digit)
            count += 1
            cursor += 1
        }
        return (count, value)
    }

    /// The next byte if the text has one, else 0.
    private mutating func nextByte() throws -> UInt8 { try fill(1) ? bytes[cursor] : 0 }
}

// MARK: - Strings

extension JSONScanner {
    package mutating func string() throws -> String {
        var text: [UInt8] = []
        try string(appendingTo: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the bytes of a string, which are valid UTF-8; a lone surrogate becomes U+FFFD.
    package mutating func string(appendingTo output: inout [UInt8]) throws {
        try string(&output, isKept: true)
    }

    private mutating func skipString() throws {
        var nothing: [UInt8] = []
        try string(&nothing, isKept: false)
    }

    private mutating func string(_ output: inout [UInt8], isKept: Bool) throws {
        try expect(UInt8(ascii: "\""))
        while true {
            let start = cursor
            passPlain()
            if isKept { output.append(contentsOf: UnsafeBufferPointer(rebasing: slice(from: start))) }
            guard try fill(1) else { throw error("the text ends too early") }
            switch bytes[cursor] {
            case UInt8(ascii: "\""):
                cursor &+= 1
                return
            case UInt8(ascii: "\\"): try escape(&output, isKept: isKept)
            case 0x80...: try sequence(&output, isKept: isKept)
            case 0..<0x20: throw error("a control character in a string")
            // The buffer ended inside the string and was filled again.
            default: continue
            }
        }
    }

    private func slice(from start: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
        UnsafeBufferPointer(start: bytes, count: filled)[start..<cursor]
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

    /// Passes one character beyond ASCII.
    @inline(__always)
    private mutating func sequence(_ output: inout [UInt8], isKept: Bool) throws {
        _ = try fill(4)
        let available = filled &- cursor
        let first = bytes[cursor]
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard first >= 0xC2, first <= 0xF4, available >= length else { throw error("not UTF-8") }
        let second = bytes[cursor &+ 1]
        let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
        guard second >= low, second <= high, length < 3 || bytes[cursor &+ 2] & 0xC0 == 0x80,
            length < 4 || bytes[cursor &+ 3] & 0xC0 == 0x80
        else { throw error("not UTF-8") }
        let start = cursor
        cursor &+= length
        if isKept { output.append(contentsOf: UnsafeBufferPointer(rebasing: slice(from: start))) }
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

    /// What follows `\u`: four digits, or a surrogate pair.
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
