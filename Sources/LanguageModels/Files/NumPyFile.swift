import Foundation

/// A one- or more-dimensional array of floating-point numbers as NumPy writes it (`.npy`, versions 1 to 3).
///
/// Read are little-endian `<f4` and `<f8` in C order; everything else is refused by name.
package struct NumPyFile: Sendable, Equatable {
    package let shape: [Int]
    /// The elements, the last dimension running fastest.
    package let values: [Double]

    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package init(_ url: URL) throws {
        let file = try RandomAccessFile(url)
        try GitPointer.refuse(file)
        do {
            let (header, start) = try Self.header(of: file)
            let size = try Self.elementSize(of: header.type)
            shape = header.shape
            guard !header.isFortranOrder else { throw NumPyFault("the array is in Fortran order") }
            var byteCount = size
            for extent in shape where extent != 0 {
                let (product, overflows) = byteCount.multipliedReportingOverflow(by: extent)
                guard !overflows else { throw NumPyFault("the shape \(shape) is too large") }
                byteCount = product
            }
            if shape.contains(0) { byteCount = 0 }
            guard file.byteCount - start == byteCount else {
                throw NumPyFault(
                    "the shape \(shape) needs \(byteCount) bytes, and \(file.byteCount - start) follow")
            }
            values = try Self.values(in: file, from: start, count: byteCount / size, size: size)
        } catch let fault as NumPyFault {
            throw LanguageModelError.malformed(path: file.path, reason: fault.reason)
        }
    }

    /// The header, and where the elements begin.
    private static func header(of file: RandomAccessFile) throws -> (NumPyHeader, start: Int) {
        var front = [UInt8](repeating: 0, count: 12)
        let count = try front.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
        guard count >= 8, front.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw NumPyFault("it does not begin like a NumPy file")
        }
        guard (1...3).contains(front[6]), front[7] == 0 else {
            throw NumPyFault("version \(front[6]).\(front[7]) is not known")
        }
        let lengthSize = front[6] == 1 ? 2 : 4
        guard count >= 8 + lengthSize else { throw NumPyFault("the file ends inside its header") }
        let length = front[8..<(8 + lengthSize)].reversed().reduce(0) { $0 << 8 | Int($1) }
        let start = 8 + lengthSize + length
        guard length <= NumPyHeader.longest, start <= file.byteCount else {
            throw NumPyFault("the file ends inside its header")
        }
        let text = try file.bytes((start - length)..<start)
        return (try NumPyHeader(text), start)
    }

    private static func elementSize(of type: String) throws -> Int {
        switch type {
        case "<f4": return 4
        case "<f8": return 8
        default: throw NumPyFault("elements of type '\(type)'; '<f4' and '<f8' can be read")
        }
    }

    private static func values(
        in file: RandomAccessFile, from start: Int, count: Int, size: Int
    ) throws -> [Double] {
        let stride = 1 << 14
        var values: [Double] = []
        values.reserveCapacity(count)
        for first in Swift.stride(from: 0, to: count, by: stride) {
            let place = start + first * size
            try file.bytes(place..<(place + min(stride, count - first) * size)).withUnsafeBytes { bytes in
                for offset in Swift.stride(from: 0, to: bytes.count, by: size) {
                    values.append(
                        size == 8
                            ? Double(
                                bitPattern: UInt64(
                                    littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                                ))
                            : Double(
                                Float(
                                    bitPattern: UInt32(
                                        littleEndian: bytes.loadUnaligned(
                                            fromByteOffset: offset, as: UInt32.self)))))
                }
            }
        }
        return values
    }
}

/// Errors of a NumPy file.
private struct NumPyFault: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// The dictionary in front of the elements, a Python literal:
/// `{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }`.
private struct NumPyHeader {
    private(set) var type = ""
    private(set) var isFortranOrder = false
    private(set) var shape: [Int] = []

    /// Longer headers occur for types of many fields only, which are not read.
    static let longest = 1 << 16

    private let text: [UInt8]
    private var place = 0

    init(_ text: [UInt8]) throws {
        self.text = text
        var missing = Set(["descr", "fortran_order", "shape"])
        try expect("{")
        while try peek() != UInt8(ascii: "}") {
            let key = try quoted()
            guard missing.remove(key) != nil else { throw fault("the key '\(key)' is unknown or repeated") }
            try expect(":")
            switch key {
            case "descr": type = try quoted()
            case "fortran_order": isFortranOrder = try truth()
            default: shape = try tuple()
            }
            if try peek() != UInt8(ascii: "}") { try expect(",") }
        }
        place += 1
        guard missing.isEmpty else { throw fault("\(missing.sorted().joined(separator: ", ")) missing") }
        skipSpace()
        guard place == text.count else { throw fault("text after the dictionary") }
    }

    private func fault(_ reason: String) -> NumPyFault { NumPyFault("header, byte \(place): \(reason)") }

    private mutating func skipSpace() {
        while place < text.count, [0x20, 0x0A, 0x09].contains(text[place]) { place += 1 }
    }

    private mutating func peek() throws -> UInt8 {
        skipSpace()
        guard place < text.count else { throw fault("it ends too early") }
        return text[place]
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard try peek() == UInt8(ascii: character) else { throw fault("expected '\(character)'") }
        place += 1
    }

    private mutating func quoted() throws -> String {
        let quote = try peek()
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw fault("expected a text in quotes; types of several fields are not read")
        }
        place += 1
        guard let end = text[place...].firstIndex(of: quote) else { throw fault("a quote is not closed") }
        defer { place = end + 1 }
        return String(decoding: text[place..<end], as: UTF8.self)
    }

    private mutating func truth() throws -> Bool {
        _ = try peek()
        for (word, value) in [("True", true), ("False", false)] where text[place...].starts(with: word.utf8) {
            place += word.utf8.count
            return value
        }
        throw fault("expected True or False")
    }

    private mutating func tuple() throws -> [Int] {
        var extents: [Int] = []
        try expect("(")
        while try peek() != UInt8(ascii: ")") {
            let digits = text[place...].prefix { $0 &- 0x30 < 10 }
            guard !digits.isEmpty, let extent = Int(String(decoding: digits, as: UTF8.self)) else {
                throw fault("expected a number of elements")
            }
            place += digits.count
            // Python 2 wrote `3L`.
            if try peek() == UInt8(ascii: "L") { place += 1 }
            extents.append(extent)
            if try peek() != UInt8(ascii: ")") { try expect(",") }
        }
        place += 1
        return extents
    }
}
