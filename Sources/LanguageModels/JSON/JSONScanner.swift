import Foundation

/// Reads a JSON text: whole values, or chosen ones, without making anything of what is skipped.
///
/// A file is read through a fixed buffer, so its size costs no memory.  What is skipped is checked like what is
/// read: grammar, escapes, UTF-8.  Besides RFC 8259, `NaN`, `Infinity` and `-Infinity` are taken as Python writes
/// them.
///
///     try scanner.beginObject()
///     while try scanner.nextMember(into: &key) { try scanner.skipValue() }
package struct JSONScanner: ~Copyable {
    /// Reads more of the text, as `RandomAccessFile.read` does; nil for bytes in memory.
    package typealias Read = (_ offset: Int, _ buffer: UnsafeMutableRawBufferPointer) throws -> Int

    private let read: Read?
    /// The buffer that is read into; empty for bytes in memory.
    private let storage: UnsafeMutableRawBufferPointer
    let bytes: UnsafePointer<UInt8>
    /// The place in the text of the first byte in the buffer.
    private var base: Int
    /// How many bytes the buffer holds, and which of them is read next.
    private(set) var filled = 0
    var cursor = 0
    private var depth = 0
    let refusesRepeatedKeys: Bool
    /// Whether the list that was entered last has had no element yet.
    private var isFresh = false

    /// Longer strings and keys of a file are refused when they are read, so that a damaged one cannot fill the
    /// memory; what is skipped may have any length.
    package var longestString: Int

    /// Large enough that system calls cost nothing, small enough for the processor's cache.
    package static let bufferSize = 1 << 18
    /// Deeper nesting is refused: it never occurs in honest files and would exhaust the stack.
    package static let maximumDepth = 256
    /// The longest run of bytes that is looked at as a whole.
    private static let longestUnit = 6

    /// Scans what `read` gives, from offset 0 on; a byte order mark in front is skipped.
    ///
    /// - Throws: what `read` throws, as all that follow do too.
    package init(bufferSize: Int = JSONScanner.bufferSize, reading read: @escaping Read) throws {
        precondition(bufferSize >= Self.longestUnit, "a buffer that is too small")
        self.read = read
        storage = .allocate(byteCount: bufferSize, alignment: 16)
        bytes = UnsafePointer(storage.baseAddress!.assumingMemoryBound(to: UInt8.self))
        base = 0
        refusesRepeatedKeys = false
        longestString = 1 << 26
        try skipMark()
    }

    /// Reads `bytes`, which must outlive the scanner, from `offset` on.  Errors count from `firstByte`, the place
    /// that they come from.  With `refusesRepeatedKeys`, a key twice in one object of a whole value is an error;
    /// else the last one counts.
    package init(
        bytes: UnsafeRawBufferPointer, offset: Int = 0, firstByte: Int = 0, refusesRepeatedKeys: Bool = false
    ) {
        precondition(offset >= 0 && offset <= bytes.count, "an offset outside the text")
        read = nil
        self.refusesRepeatedKeys = refusesRepeatedKeys
        longestString = .max
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        // An empty buffer may have no address; nothing is read from the stand-in.
        self.bytes = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(bitPattern: 1)!
        filled = bytes.count
        base = firstByte
        cursor = offset
    }

    deinit { storage.deallocate() }

    /// The place in the text of the byte that is read next.
    package var position: Int { base + cursor }

    package func error(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

    /// Skips a byte order mark at the text's start.
    package mutating func skipMark() throws {
        if cursor == 0, try fill(3), bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { cursor = 3 }
    }

    /// Makes `count` bytes readable from the cursor on; false if the text has fewer left.
    @inline(__always)
    mutating func fill(_ count: Int) throws -> Bool {
        if filled &- cursor >= count { return true }
        return try refill(count)
    }

    private mutating func refill(_ count: Int) throws -> Bool {
        guard let read, let start = storage.baseAddress else { return false }
        let rest = filled - cursor
        memmove(start, bytes + cursor, rest)
        base += cursor
        cursor = 0
        filled = rest
        let free = UnsafeMutableRawBufferPointer(rebasing: storage[rest...])
        filled += try read(base + rest, free)
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
    mutating func expect(_ byte: UInt8) throws {
        guard try peek() == byte else { throw error("expected '\(Character(UnicodeScalar(byte)))'") }
        cursor &+= 1
    }

    /// Whether nothing but white space is left; skips it.
    package mutating func atEnd() throws -> Bool {
        while try fill(1) {
            guard [0x20, 0x0A, 0x0D, 0x09].contains(bytes[cursor]) else { return false }
            cursor += 1
        }
        return true
    }

    /// Checks that nothing but white space is left.
    ///
    /// - Throws: `JSONError`, as all that follow.
    package mutating func end() throws {
        guard try atEnd() else { throw error("text after the document") }
    }

    /// Skips `character` if it is next after white space.
    package mutating func skip(_ character: Unicode.Scalar) throws -> Bool {
        guard try !atEnd(), bytes[cursor] == UInt8(ascii: character) else { return false }
        cursor += 1
        return true
    }
}

// MARK: - Lists

extension JSONScanner {
    package mutating func beginArray() throws { try begin(UInt8(ascii: "[")) }
    package mutating func beginObject() throws { try begin(UInt8(ascii: "{")) }

    /// Goes to the array's next element, which must then be read or skipped; false after the last.
    package mutating func nextElement() throws -> Bool { try next(close: UInt8(ascii: "]")) }

    /// Goes to the value of the object's next member, which must then be read or skipped, and puts its key's
    /// bytes into `key`; false after the last.
    package mutating func nextMember(into key: inout [UInt8]) throws -> Bool {
        guard try next(close: UInt8(ascii: "}")) else { return false }
        key.removeAll(keepingCapacity: true)
        try string(appendingTo: &key)
        try expect(UInt8(ascii: ":"))
        return true
    }

    private mutating func begin(_ open: UInt8) throws {
        guard try peek() != open || depth < Self.maximumDepth else {
            throw error("nested deeper than \(Self.maximumDepth)")
        }
        try expect(open)
        depth += 1
        isFresh = true
    }

    @inline(__always)
    mutating func next(close: UInt8) throws -> Bool {
        let byte = try peek()
        if byte == close {
            cursor &+= 1
            depth &-= 1
            isFresh = false
            return false
        }
        // A comma with nothing after it is refused by whatever reads the element.
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
        default: _ = try passNumber()
        }
        return start..<position
    }

    mutating func skip(word: StaticString) throws {
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

    /// A number that was passed.
    enum PassedNumber {
        case integer(Int)
        /// An integer of more than 18 digits.
        case longInteger
        case fraction
        case negativeInfinity
    }

    mutating func passNumber() throws -> PassedNumber {
        let isNegative = try nextByte() == UInt8(ascii: "-")
        if isNegative { cursor += 1 }
        let first = try nextByte()
        if isNegative, first == UInt8(ascii: "I") {
            try skip(word: "Infinity")
            return .negativeInfinity
        }
        let (digits, magnitude) = try skipDigits()
        guard digits > 0 else { throw error("expected a value") }
        guard first != UInt8(ascii: "0") || digits == 1 else { throw error("a number with a leading zero") }
        var isInteger = true
        if try nextByte() == UInt8(ascii: ".") {
            cursor += 1
            isInteger = false
            guard try skipDigits().count > 0 else { throw error("expected a digit") }
        }
        if try nextByte() | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            isInteger = false
            let sign = try nextByte()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { cursor += 1 }
            guard try skipDigits().count > 0 else { throw error("expected a digit") }
        }
        guard isInteger else { return .fraction }
        return digits <= 18 ? .integer(isNegative ? -magnitude : magnitude) : .longInteger
    }

    /// How many digits follow, and the value of the last 18 or fewer of them.
    @inline(__always)
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
    @inline(__always)
    private mutating func nextByte() throws -> UInt8 { try fill(1) ? bytes[cursor] : 0 }
}
