import Foundation

/// Reads a GGUF file's head from front to end; everything is checked against the bytes that are left.
struct GGUFCursor {
    private let file: MappedFile
    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private(set) var position = 0

    /// - Parameter position: the first byte that is read.
    init(_ file: MappedFile, at position: Int = 0) {
        self.file = file
        bytes = file.bytes
        path = file.path
        self.position = position
    }

    var left: Int { bytes.count - position }

    func malformed(_ reason: String) -> LanguageModelError {
        .malformed(path: path, reason: "byte \(position): \(reason)")
    }

    mutating func read<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        guard left >= MemoryLayout<Number>.size else { throw malformed("the file ends inside its head") }
        defer { position += MemoryLayout<Number>.size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    /// A number of things of which each takes `size` bytes or more.
    mutating func count(of size: Int, _ things: String) throws -> Int {
        let count = try read(UInt64.self)
        guard count <= UInt64(left / size) else {
            throw malformed("\(count) \(things) are announced, more than the file can hold")
        }
        return Int(count)
    }

    mutating func text() throws -> UnsafeRawBufferPointer {
        let count = try count(of: 1, "bytes of text")
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// A name, which must be UTF-8.
    mutating func name() throws -> String {
        let bytes = try text()
        guard let name = String(validating: bytes, as: UTF8.self), !name.isEmpty else {
            throw malformed("a name is not UTF-8, or empty")
        }
        return name
    }

    /// A value of the type that its number names.
    mutating func value() throws -> GGUFValue {
        let type = try read(UInt32.self)
        guard type == 9 else { return try scalar(type) }
        let element = try read(UInt32.self)
        guard let size = GGUFList.sizes[element] else {
            throw malformed("a list of values of type \(element) is not known")
        }
        let count = try count(of: size, "values")
        let start = position
        if element == GGUFList.text {
            for _ in 0..<count { _ = try text() }
        } else {
            position += count * size
        }
        return .list(GGUFList(file: file, type: element, count: count, bytes: start..<position))
    }

    /// A value of a type that is not a list.
    mutating func scalar(_ type: UInt32) throws -> GGUFValue {
        switch type {
        case 0: return .integer(Int(try read(UInt8.self)))
        case 1: return .integer(Int(try read(Int8.self)))
        case 2: return .integer(Int(try read(UInt16.self)))
        case 3: return .integer(Int(try read(Int16.self)))
        case 4: return .integer(Int(try read(UInt32.self)))
        case 5: return .integer(Int(try read(Int32.self)))
        case 6: return .number(Double(Float(bitPattern: try read(UInt32.self))))
        case 7: return .bool(try read(UInt8.self) != 0)
        case 8: return .string(String(decoding: try text(), as: UTF8.self))
        case 10:
            let value = try read(UInt64.self)
            guard let whole = Int(exactly: value) else { throw malformed("the number \(value) is too large") }
            return .integer(whole)
        case 11: return .integer(Int(try read(Int64.self)))
        case 12: return .number(Double(bitPattern: try read(UInt64.self)))
        default: throw malformed("a value of type \(type) is not known")
        }
    }
}
