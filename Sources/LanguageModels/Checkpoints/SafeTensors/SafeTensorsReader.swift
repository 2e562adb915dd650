import Compute
import Foundation

/// Reads one safetensors file's header and checks that it is true of the file.
struct SafeTensorsReader {
    private let file: MappedFile
    private(set) var records: [TensorRecord] = []
    private(set) var metadata: [String: String] = [:]

    init(file: MappedFile) { self.file = file }

    /// - Throws: `LanguageModelError.malformed`.
    mutating func read() throws {
        let header = try header()
        let dataStart = 8 + header.count
        for (name, value) in try members(header) {
            if name == SafeTensors.metadataKey {
                metadata = try strings(value)
            } else {
                records.append(try record(name, value, dataStart: dataStart))
            }
        }
        records.sort { ($0.byteOffset, $0.byteCount, $0.name) < ($1.byteOffset, $1.byteCount, $1.name) }
        try checkCoverage(dataStart: dataStart)
    }

    private func malformed(_ reason: String) -> LanguageModelError {
        .malformed(path: file.path, reason: reason)
    }

    private func header() throws -> UnsafeRawBufferPointer {
        let bytes = file.bytes
        guard bytes.count >= 8 else { throw malformed("\(bytes.count) bytes, too short for a header") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        try GitPointer.refuse(file)
        guard length <= SafeTensors.maximumHeaderByteCount else {
            throw malformed("the header claims \(length) bytes, more than the format allows")
        }
        guard length <= bytes.count - 8 else {
            throw malformed("the header claims \(length) bytes, but only \(bytes.count - 8) follow")
        }
        let header = UnsafeRawBufferPointer(rebasing: bytes[8..<8 + Int(length)])
        guard header.first == UInt8(ascii: "{") else { throw malformed("the header is not a JSON object") }
        return header
    }

    private func members(
        _ header: UnsafeRawBufferPointer
    ) throws -> [(key: String, value: JSONValue)] {
        do {
            var scanner = JSONScanner(bytes: header, refusesRepeatedKeys: true)
            guard let object = try scanner.document().object else {
                throw malformed("the header is not a JSON object")
            }
            return object.members
        } catch let error as JSONError {
            throw malformed("header, byte \(error.byte): \(error.reason)")
        }
    }

    private func strings(_ value: JSONValue) throws -> [String: String] {
        if value.isNull { return [:] }
        guard let object = value.object else { throw malformed("__metadata__ is not an object") }
        var strings: [String: String] = [:]
        for (key, value) in object.members {
            guard let text = value.string else { throw malformed("__metadata__ \"\(key)\" is not a string") }
            strings[key] = text
        }
        return strings
    }

    private func record(_ name: String, _ value: JSONValue, dataStart: Int) throws -> TensorRecord {
        guard let type = value["dtype"]?.string else { throw malformed("tensor \"\(name)\" has no dtype") }
        guard let shape = integers(value["shape"]) else {
            throw malformed("tensor \"\(name)\" has no shape of whole numbers")
        }
        guard let offsets = integers(value["data_offsets"]), offsets.count == 2 else {
            throw malformed("tensor \"\(name)\" has no pair of data_offsets")
        }
        let available = file.byteCount - dataStart
        guard 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= available else {
            throw malformed(
                "tensor \"\(name)\" claims bytes \(offsets[0]) to \(offsets[1]) of \(available)")
        }
        guard let count = TensorRecord.elementCount(shape) else {
            throw malformed("tensor \"\(name)\" has the impossible shape \(shape)")
        }
        let byteCount = offsets[1] - offsets[0]
        if let size = TensorRecord.elementByteCount(type) {
            let (needed, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, needed == byteCount else {
                throw malformed("tensor \"\(name)\" of \(type) \(shape) has \(byteCount) bytes")
            }
        }
        return TensorRecord(
            name: name, typeName: type, shape: shape, storage: file.storage,
            byteOffset: dataStart + offsets[0], byteCount: byteCount)
    }

    private func integers(_ value: JSONValue?) -> [Int]? {
        guard let elements = value?.array else { return nil }
        var result: [Int] = []
        for element in elements {
            guard case .integer(let number) = element else { return nil }
            result.append(number)
        }
        return result
    }

    /// Tensors, in the order of their data, must fill it without gap or overlap.
    private func checkCoverage(dataStart: Int) throws {
        var end = dataStart
        var last = "the header"
        for record in records {
            guard record.byteOffset >= end else {
                throw malformed("tensor \"\(record.name)\" overlaps \(last)")
            }
            guard record.byteOffset == end else {
                throw malformed("a gap of \(record.byteOffset - end) bytes after \(last)")
            }
            end = record.byteOffset + record.byteCount
            last = "tensor \"\(record.name)\""
        }
        guard end == file.byteCount else {
            throw malformed("\(file.byteCount - end) bytes that no tensor owns after \(last)")
        }
    }
}
