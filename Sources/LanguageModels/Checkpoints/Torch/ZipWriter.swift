import Foundation

/// Writes a zip archive of stored entries, one after the other.  Contents start at multiples of 64, as torch
/// wants them; the gap is an extra field.  What 32 bits cannot count is said in zip64 records.
/// (PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5.3)
struct ZipWriter {
    private struct Entry {
        let name: String
        let checksum: UInt32
        let byteCount: Int
        /// Of the local header.
        let position: Int
    }

    /// The largest count and position that the plain records hold; one more stands for "see zip64".
    private static let plainCount = 0xFFFE
    private static let plainPosition = 0xFFFF_FFFE

    private var entries: [Entry] = []
    /// Of what comes next.
    private var position = 0

    /// - Throws: `LanguageModelError.unwritable`, also for contents of 4 GiB.
    mutating func append(
        _ name: String, _ content: UnsafeRawBufferPointer, to sink: borrowing AtomicFileSink
    ) throws {
        guard content.count <= Self.plainPosition else {
            throw LanguageModelError.unwritable(
                path: sink.path, reason: "more than 4 GiB do not fit into one tensor of a torch file")
        }
        let entry = Entry(
            name: name, checksum: CRC32.checksum(content), byteCount: content.count, position: position)
        let start = position + 30 + name.utf8.count + 4
        let padding = (64 - start % 64) % 64
        var header = Data()
        header.appendLittleEndian(ZipArchive.localSignature)
        Self.append(entry, version: 20, extra: 4 + padding, to: &header)
        header.append(contentsOf: name.utf8)
        header.append(contentsOf: "FB".utf8)
        header.appendLittleEndian(UInt16(padding))
        header.append(contentsOf: repeatElement(UInt8(ascii: "Z"), count: padding))
        try sink.append(header)
        try sink.append(content)
        entries.append(entry)
        position = start + padding + content.count
    }

    mutating func append(_ name: String, _ content: Data, to sink: borrowing AtomicFileSink) throws {
        try content.withUnsafeBytes { try append(name, $0, to: sink) }
    }

    /// The central directory and the end record, after everything else.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    func finish(to sink: borrowing AtomicFileSink) throws {
        var directory = Data()
        for entry in entries {
            let isFar = entry.position > Self.plainPosition
            directory.appendLittleEndian(ZipArchive.directorySignature)
            directory.appendLittleEndian(UInt16(0))
            Self.append(entry, version: isFar ? 45 : 20, extra: isFar ? 12 : 0, to: &directory)
            // Comment, disk and attributes: none.
            directory.append(contentsOf: repeatElement(0, count: 10))
            directory.appendLittleEndian(isFar ? UInt32.max : UInt32(entry.position))
            directory.append(contentsOf: entry.name.utf8)
            if isFar {
                directory.appendLittleEndian(UInt16(1))
                directory.appendLittleEndian(UInt16(8))
                directory.appendLittleEndian(UInt64(entry.position))
            }
        }
        try sink.append(directory)
        try sink.append(end(directoryByteCount: directory.count))
    }

    private func end(directoryByteCount byteCount: Int) -> Data {
        var result = Data()
        let isLarge = entries.count > Self.plainCount || position + byteCount > Self.plainPosition
        if isLarge {
            result.appendLittleEndian(ZipArchive.end64Signature)
            result.appendLittleEndian(UInt64(44))
            result.appendLittleEndian(UInt16(45))
            result.appendLittleEndian(UInt16(45))
            result.appendLittleEndian(UInt64(0))
            for value in [entries.count, entries.count, byteCount, position] {
                result.appendLittleEndian(UInt64(value))
            }
            result.appendLittleEndian(ZipArchive.locator64Signature)
            result.appendLittleEndian(UInt32(0))
            result.appendLittleEndian(UInt64(position + byteCount))
            result.appendLittleEndian(UInt32(1))
        }
        result.appendLittleEndian(ZipArchive.endSignature)
        result.appendLittleEndian(UInt32(0))
        for _ in 0..<2 { result.appendLittleEndian(isLarge ? UInt16.max : UInt16(entries.count)) }
        for value in [byteCount, position] {
            result.appendLittleEndian(isLarge ? UInt32.max : UInt32(value))
        }
        result.appendLittleEndian(UInt16(0))
        return result
    }

    /// Version needed, flags (names in UTF-8), method, time (1980-01-01), checksum, sizes, lengths.
    private static func append(_ entry: Entry, version: UInt16, extra: Int, to data: inout Data) {
        data.appendLittleEndian(version)
        data.appendLittleEndian(UInt16(0x800))
        data.appendLittleEndian(UInt16(0))
        data.appendLittleEndian(UInt16(0))
        data.appendLittleEndian(UInt16(0x21))
        data.appendLittleEndian(entry.checksum)
        data.appendLittleEndian(UInt32(entry.byteCount))
        data.appendLittleEndian(UInt32(entry.byteCount))
        data.appendLittleEndian(UInt16(entry.name.utf8.count))
        data.appendLittleEndian(UInt16(extra))
    }
}

extension Data {
    mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
