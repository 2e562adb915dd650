import Compute
import Foundation

/// A GGUF file, version 2 or 3: metadata, and tensors that are mapped but not read.
package struct GGUFFile: Sendable {
    package let path: String
    package let identity: FileIdentity
    package let version: Int
    package let metadata: [(key: String, value: GGUFValue)]
    /// In the order of the file, under GGML's names; shapes row-major.
    package let tensors: [TensorRecord]
    private let places: [String: Int]

    /// Whether a file begins as GGUF files do; false if it cannot be read.
    package static func isOne(_ url: URL) -> Bool {
        guard let file = try? MappedFile(url) else { return false }
        return file.bytes.starts(with: magic)
    }

    private static let magic = Array("GGUF".utf8)
    private static let usualAlignment = 32

    package subscript(key: String) -> GGUFValue? { places[key].map { metadata[$0].value } }

    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`; `.elementType` for a tensor of a type
    ///   that is not read.
    package init(_ url: URL) throws {
        let file = try MappedFile(url)
        path = file.path
        identity = file.identity
        try GitPointer.refuse(file)
        guard file.bytes.starts(with: Self.magic) else {
            throw LanguageModelError.malformed(path: file.path, reason: "it does not begin as a GGUF file")
        }
        var cursor = GGUFCursor(file)
        _ = try cursor.read(UInt32.self)
        let version = try cursor.read(UInt32.self)
        guard (2...3).contains(version) else {
            let isSwapped = (1...3).contains(version.byteSwapped)
            throw cursor.malformed(
                isSwapped
                    ? "its numbers are big-endian, which is not read"
                    : "version \(version) of GGUF is not read")
        }
        self.version = Int(version)
        let tensorCount = try cursor.count(of: 24, "tensors")
        let entryCount = try cursor.count(of: 13, "metadata")
        var metadata: [(key: String, value: GGUFValue)] = []
        var places: [String: Int] = [:]
        for index in 0..<entryCount {
            let key = try cursor.name()
            guard places.updateValue(index, forKey: key) == nil else {
                throw cursor.malformed("the key \"\(key)\" occurs twice")
            }
            metadata.append((key, try cursor.value()))
        }
        self.metadata = metadata
        self.places = places
        let alignment =
            places["general.alignment"].map { metadata[$0].value } ?? .integer(Self.usualAlignment)
        guard let alignment = alignment.integer, alignment > 0, alignment <= 1 << 20, alignment % 8 == 0
        else {
            throw cursor.malformed("general.alignment is not a multiple of 8")
        }
        let outlines = try (0..<tensorCount).map { _ in try GGUFTensor(&cursor, alignment: alignment) }
        let start = (cursor.position + alignment - 1) / alignment * alignment
        tensors = try GGUFTensor.records(of: outlines, in: file, from: start)
    }
}

/// A tensor as a GGUF file's head lists it.
private struct GGUFTensor {
    let name: String
    let shape: [Int]
    let typeName: String
    let offset: Int
    let byteCount: Int

    /// Types of elements by GGML's number: name and, for those that are no blocks, bytes.
    private static let elements: [UInt32: (name: String, bytes: Int)] = [
        0: ("F32", 4), 1: ("F16", 2), 24: ("I8", 1), 25: ("I16", 2), 26: ("I32", 4), 27: ("I64", 8),
        28: ("F64", 8),
        30: ("BF16", 2),
    ]
    private static let blocks = Dictionary(
        uniqueKeysWithValues: BlockFormat.allCases.map { ($0.number, $0) })
    /// Formats that are known by name alone.
    private static let others: [UInt32: String] = [
        9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 21: "IQ3_S",
        22: "IQ2_S",
        29: "IQ1_M",
    ]

    init(_ cursor: inout GGUFCursor, alignment: Int) throws {
        let name = try cursor.name()
        self.name = name
        let dimensions = try cursor.read(UInt32.self)
        guard (1...4).contains(dimensions) else {
            throw cursor.malformed("tensor \"\(name)\" has \(dimensions) dimensions")
        }
        let extents = try (0..<dimensions).map { _ in try cursor.read(UInt64.self) }
        shape = try extents.reversed().map { extent in
            guard let extent = Int(exactly: extent), extent > 0 else {
                throw cursor.malformed("tensor \"\(name)\" has an extent of \(extent)")
            }
            return extent
        }
        guard let count = TensorRecord.elementCount(shape) else {
            throw cursor.malformed("tensor \"\(name)\" has more elements than can be counted")
        }
        let type = try cursor.read(UInt32.self)
        let bytes: Int?
        if let element = Self.elements[type] {
            typeName = element.name
            let (product, overflows) = count.multipliedReportingOverflow(by: element.bytes)
            bytes = overflows ? nil : product
        } else if let format = Self.blocks[type] {
            typeName = format.rawValue
            guard shape[shape.count - 1] % format.blockCount == 0 else {
                throw cursor.malformed(
                    "the rows of tensor \"\(name)\" do not fill blocks of \(format.rawValue)")
            }
            bytes = format.byteCount(of: count)
        } else {
            throw LanguageModelError.elementType(
                name: name, found: Self.others[type] ?? "type \(type) of GGML")
        }
        let offset = try cursor.read(UInt64.self)
        guard let bytes, let offset = Int(exactly: offset), offset % alignment == 0 else {
            throw cursor.malformed("tensor \"\(name)\" does not lie where tensors may")
        }
        self.offset = offset
        byteCount = bytes
    }

    /// - Parameter start: the file's byte at which data begin.
    static func records(of tensors: [GGUFTensor], in file: MappedFile, from start: Int) throws
        -> [TensorRecord]
    {
        func malformed(_ reason: String) -> LanguageModelError { .malformed(path: file.path, reason: reason) }
        var names: Set<ExactString> = []
        var end = 0
        for tensor in tensors.sorted(by: { $0.offset < $1.offset }) {
            guard names.insert(ExactString(tensor.name)).inserted else {
                throw malformed("tensor \"\(tensor.name)\" occurs twice")
            }
            guard tensor.offset >= end else { throw malformed("tensor \"\(tensor.name)\" overlaps another") }
            let room = file.byteCount - start - tensor.offset
            guard tensor.offset <= file.byteCount, room >= tensor.byteCount else {
                throw malformed("tensor \"\(tensor.name)\" ends after the file's end")
            }
            end = tensor.offset + tensor.byteCount
        }
        return tensors.map {
            TensorRecord(
                name: $0.name, typeName: $0.typeName, shape: $0.shape, storage: file.storage,
                byteOffset: start + $0.offset, byteCount: $0.byteCount)
        }
    }
}
