import Foundation

/// The bytes of a pickle; every length is checked against what is left.
struct PickleInput {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(bytes: UnsafeRawBufferPointer, position: Int) {
        precondition(position >= 0 && position <= bytes.count, "a position outside the bytes")
        self.bytes = bytes
        self.position = position
    }

    private func failure(_ reason: String) -> PickleError { PickleError(byte: position, reason: reason) }

    mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw failure("the pickle ends too early") }
        position += 1
        return bytes[position - 1]
    }

    /// A little-endian integer.
    mutating func integer<T: FixedWidthInteger>(_: T.Type) throws -> T {
        let size = MemoryLayout<T>.size
        guard bytes.count - position >= size else { throw failure("the pickle ends too early") }
        position += size
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position - size, as: T.self))
    }

    /// A big-endian double.
    mutating func double() throws -> Double {
        Double(bitPattern: try integer(UInt64.self).byteSwapped)
    }

    /// The next `count` bytes.
    mutating func take(_ count: some BinaryInteger) throws -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - position else {
            throw failure("\(count) bytes are claimed, \(bytes.count - position) are left")
        }
        position += Int(count)
        return UnsafeRawBufferPointer(rebasing: bytes[position - Int(count)..<position])
    }

    /// Text of `count` bytes in UTF-8.  Lone surrogates, which Python lets through, become U+FFFD.
    mutating func text(_ count: some BinaryInteger) throws -> String {
        let start = position
        let bytes = try take(count)
        if let text = String(validating: bytes.bindMemory(to: UInt8.self), as: UTF8.self) { return text }
        var copy = Array(bytes)
        for index in copy.indices.dropLast(2) where copy[index] == 0xED && copy[index + 1] >= 0xA0 {
            copy.replaceSubrange(index..<index + 3, with: UTF8.encodedReplacementCharacter)
        }
        guard let text = String(validating: copy, as: UTF8.self) else {
            throw PickleError(byte: start, reason: "text that is not UTF-8")
        }
        return text
    }

    /// Text up to a line feed, which is taken too.
    mutating func line() throws -> String {
        guard let end = bytes[position...].prefix(1024).firstIndex(of: UInt8(ascii: "\n")) else {
            throw failure("a name without an end")
        }
        let result = try text(end - position)
        position += 1
        return result
    }
}

/// The memo of a pickle, by number.  Numbers come in order but for hostile pickles, so most lie in an
/// array.
struct PickleMemo {
    private var ordered: [PickleValue] = []
    private var others: [Int: PickleValue] = [:]

    var count: Int { ordered.count + others.count }

    subscript(number: Int) -> PickleValue? {
        get { number < ordered.count ? ordered[number] : others[number] }
        set {
            guard let newValue else { return }
            if number < ordered.count {
                ordered[number] = newValue
            } else if number == ordered.count {
                ordered.append(newValue)
                others[number] = nil
            } else {
                others[number] = newValue
            }
        }
    }
}
