import Compute
import Foundation

/// The safetensors format: read by memory map, written atomically.
///
/// A file is the header's length (8 bytes, little-endian), the header, and the data.  The header is a JSON
/// object: tensor names to `{"dtype", "shape", "data_offsets": [from, to]}`, and `__metadata__`, strings to
/// strings.  Tensors fill the data without gap or overlap.
/// (<https://github.com/huggingface/safetensors>, "Format")
package enum SafeTensors {
    /// The values to write: float32, row-major.
    package struct Output: Sendable {
        package var name: String
        package var shape: [Int]
        package var values: [Float]
        package init(name: String, shape: [Int], values: [Float]) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// Longer headers are refused, as the format's own readers do.
    package static let maximumHeaderByteCount = 100_000_000
    static let metadataKey = "__metadata__"

    /// The tensors of F32, F16, BF16 and F64 in the order of their data, and the `__metadata__` strings.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package static func read(_ file: URL) throws -> (tensors: [StoredTensor], metadata: [String: String]) {
        let (records, metadata) = try records(of: file)
        return (records.compactMap(\.stored), metadata)
    }

    /// All tensors, of whatever element type, in the order of their data, and the `__metadata__` strings.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package static func records(
        of file: URL
    ) throws -> (records: [TensorRecord], metadata: [String: String]) {
        try records(of: MappedFile(file))
    }

    static func records(of file: MappedFile) throws -> (records: [TensorRecord], metadata: [String: String]) {
        var reader = SafeTensorsReader(file: file)
        try reader.read()
        return (reader.records, reader.metadata)
    }

    /// Deterministic: the same input gives the same bytes; metadata keys are sorted, tensors stay in order.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package static func write(_ tensors: [Output], metadata: [String: String], to file: URL) throws {
        let header = header(of: tensors, metadata: metadata)
        try AtomicFile.write(to: file) { sink in
            try sink.append(header)
            for tensor in tensors { try tensor.values.withUnsafeBytes { try sink.append($0) } }
        }
    }

    /// Writes float32 tensors that grow side by side: `body` appends elements to them until all are full.
    /// They are never held together, so a file may be larger than the memory.
    ///
    /// - Throws: `LanguageModelError.unwritable`; what `body` throws.
    package static func write(
        _ tensors: [(name: String, shape: [Int])], metadata: [String: String], to file: URL,
        _ body: (SafeTensorsAppender) throws -> Void
    ) throws {
        let outlines = tensors.map { outline($0.name, shape: $0.shape) }
        let header = header(of: outlines, metadata: metadata)
        try AtomicFile.write(to: file) { sink in
            try sink.append(header)
            let appender = SafeTensorsAppender(
                sink.shared(), start: header.count, byteCounts: outlines.map(\.byteCount))
            try body(appender)
            precondition(appender.isFull, "all tensors are full")
        }
    }

    private static func header(of tensors: [Output], metadata: [String: String]) -> Data {
        for tensor in tensors {
            precondition(
                TensorRecord.elementCount(tensor.shape) == tensor.values.count, "a shape covers its values")
        }
        return header(of: tensors.map { outline($0.name, shape: $0.shape) }, metadata: metadata)
    }

    private static func outline(_ name: String, shape: [Int]) -> TensorOutline {
        TensorOutline(
            name: name, typeName: ElementType.float32.rawValue, shape: shape,
            byteCount: shape.reduce(1, *) * MemoryLayout<Float>.stride)
    }

    /// The header with its length in front, padded so that the data is aligned to 8 bytes.
    static func header(of tensors: [TensorOutline], metadata: [String: String]) -> Data {
        var object = JSONObject()
        if !metadata.isEmpty {
            var strings = JSONObject()
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { strings[key] = .string(value) }
            object[metadataKey] = .object(strings)
        }
        var end = 0
        for tensor in tensors {
            precondition(object[tensor.name] == nil, "tensor names differ")
            let start = end
            end += tensor.byteCount
            object[tensor.name] = [
                "dtype": .string(tensor.typeName), "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(start), .integer(end)],
            ]
        }
        return lengthPrefixed(Data(JSONValue.object(object).text().utf8))
    }

    /// A header's text, padded, with its length in front.
    static func lengthPrefixed(_ text: Data) -> Data {
        let padded = text + Data(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        var length = UInt64(padded.count).littleEndian
        return Data(bytes: &length, count: 8) + padded
    }
}

/// Takes the elements of tensors that grow side by side.
package final class SafeTensorsAppender {
    private let sink: AtomicFileSink
    /// Where each tensor goes on, and where it ends.
    private var places: [Int] = []
    private var ends: [Int] = []

    fileprivate init(_ sink: consuming AtomicFileSink, start: Int, byteCounts: [Int]) {
        self.sink = sink
        for count in byteCounts {
            places.append(ends.last ?? start)
            ends.append(places.last! + count)
        }
    }

    fileprivate var isFull: Bool { places == ends }

    /// - Parameter tensor: its place among the tensors of the file.
    /// - Throws: `LanguageModelError.unwritable`.
    package func append(_ values: [Float], to tensor: Int) throws {
        try values.withUnsafeBytes { bytes in
            precondition(places[tensor] + bytes.count <= ends[tensor], "a tensor has room for its elements")
            try sink.write(bytes, at: places[tensor])
            places[tensor] += bytes.count
        }
    }
}
