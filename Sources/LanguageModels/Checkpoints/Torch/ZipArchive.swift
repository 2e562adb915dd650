import Foundation

/// The entries of a zip archive that are stored as they are, found by its central directory.
///
/// Zip64 sizes and data descriptors are understood; compressed, encrypted and split archives are refused.
/// (PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5.3)
struct ZipArchive {
    struct Entry {
        let name: String
        /// The bytes of the archive that are the entry's content.
        let range: Range<Int>
        let checksum: UInt32
    }

    /// In the order of their data.
    let entries: [Entry]
    private let file: MappedFile

    static let localSignature: UInt32 = 0x0403_4B50
    static let directorySignature: UInt32 = 0x0201_4B50
    static let endSignature: UInt32 = 0x0605_4B50
    static let end64Signature: UInt32 = 0x0606_4B50
    static let locator64Signature: UInt32 = 0x0706_4B50

    /// - Throws: `LanguageModelError.malformed`.
    init(_ file: MappedFile) throws {
        self.file = file
        let directory = try ZipDirectory(file)
        var entries: [Entry] = []
        var names: Set<String> = []
        var position = directory.range.lowerBound
        for _ in 0..<directory.count {
            let (entry, next) = try directory.entry(at: position)
            guard names.insert(entry.name).inserted else {
                throw LanguageModelError.malformed(
                    path: file.path, reason: "zip: two entries \"\(entry.name)\"")
            }
            entries.append(entry)
            position = next
        }
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        for (a, b) in zip(entries, entries.dropFirst()) where a.range.upperBound > b.range.lowerBound {
            throw LanguageModelError.malformed(
                path: file.path, reason: "zip: the entries \"\(a.name)\" and \"\(b.name)\" overlap")
        }
        self.entries = entries
    }

    /// An entry's content, compared with its checksum; torch can be told to leave that 0.
    ///
    /// - Throws: `LanguageModelError.malformed`.
    func checkedContent(_ entry: Entry) throws -> UnsafeRawBufferPointer {
        let content = UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
        guard entry.checksum == 0 || CRC32.checksum(content) == entry.checksum else {
            throw LanguageModelError.malformed(
                path: file.path, reason: "zip: \"\(entry.name)\" does not match its checksum")
        }
        return content
    }
}

/// Where a zip archive's central directory lies, and what it says.
private struct ZipDirectory {
    private(set) var range: Range<Int> = 0..<0
    private(set) var count = 0
    private let path: String
    private let bytes: UnsafeRawBufferPointer

    /// - Throws: `LanguageModelError.malformed`.
    init(_ file: MappedFile) throws {
        path = file.path
        bytes = file.bytes
        try locate()
    }

    private func malformed(_ reason: String) -> LanguageModelError {
        .malformed(path: path, reason: "zip: " + reason)
    }

    private func load<T: FixedWidthInteger>(_: T.Type, _ position: Int) throws -> Int {
        guard position >= 0, position <= bytes.count - MemoryLayout<T>.size else {
            throw malformed("a record outside the file")
        }
        let value = T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
        guard let result = Int(exactly: value) else { throw malformed("the impossible size \(value)") }
        return result
    }

    private func has(_ signature: UInt32, at position: Int) -> Bool {
        (try? load(UInt32.self, position)) == Int(signature)
    }

    /// Finds the end record, after which a comment of up to 65,535 bytes may stand.
    private mutating func locate() throws {
        let first = max(0, bytes.count - 22 - 0xFFFF)
        var end = bytes.count - 22
        while end >= first, !has(ZipArchive.endSignature, at: end) { end -= 1 }
        guard end >= first else { throw malformed("no end record; the file is cut off") }
        var parts = [
            try load(UInt16.self, end + 8), try load(UInt16.self, end + 10), try load(UInt32.self, end + 12),
            try load(UInt32.self, end + 16),
        ]
        var disks = [try load(UInt16.self, end + 4), try load(UInt16.self, end + 6)]
        if has(ZipArchive.locator64Signature, at: end - 20) {
            let end64 = try load(UInt64.self, end - 20 + 8)
            guard end64 <= end - 20 - 56, has(ZipArchive.end64Signature, at: end64) else {
                throw malformed("no zip64 end record where it should be")
            }
            disks = [try load(UInt32.self, end64 + 16), try load(UInt32.self, end64 + 20)]
            parts = try [24, 32, 40, 48].map { try load(UInt64.self, end64 + $0) }
        }
        guard disks == [0, 0], parts[0] == parts[1] else { throw malformed("a split archive") }
        let (_, count, size, start) = (parts[0], parts[1], parts[2], parts[3])
        guard start <= end, size <= end - start, count <= size / 46 else {
            throw malformed("a directory of \(count) entries, \(size) bytes at \(start), outside the file")
        }
        self.count = count
        range = start..<start + size
    }

    /// The entry whose record starts at `position`, and where the next one starts.
    func entry(at position: Int) throws -> (ZipArchive.Entry, next: Int) {
        guard position + 46 <= range.upperBound, has(ZipArchive.directorySignature, at: position) else {
            throw malformed("the directory ends too early")
        }
        let nameCount = try load(UInt16.self, position + 28)
        let extraCount = try load(UInt16.self, position + 30)
        let next = position + 46 + nameCount + extraCount + (try load(UInt16.self, position + 32))
        guard next <= range.upperBound else { throw malformed("the directory ends too early") }
        let nameBytes = bytes[position + 46..<position + 46 + nameCount]
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw malformed("a name that is not UTF-8")
        }
        guard try load(UInt16.self, position + 8) & 0x2041 == 0 else {
            throw malformed("\"\(name)\" is encrypted")
        }
        let method = try load(UInt16.self, position + 10)
        guard method == 0 else {
            throw malformed("\"\(name)\" is compressed (method \(method)); torch stores")
        }
        var sizes = [
            try load(UInt32.self, position + 24), try load(UInt32.self, position + 20),
            try load(UInt32.self, position + 42),
        ]
        let extra = position + 46 + nameCount
        try widen(&sizes, extra: extra..<extra + extraCount, name)
        guard sizes[0] == sizes[1] else {
            throw malformed("\"\(name)\" is stored in another size than its own")
        }
        let start = try dataStart(header: sizes[2], name: nameBytes)
        guard sizes[0] <= range.lowerBound - start else {
            throw malformed("\"\(name)\" claims \(sizes[0]) bytes at \(start), outside the file")
        }
        let checksum = UInt32(try load(UInt32.self, position + 16))
        return (ZipArchive.Entry(name: name, range: start..<start + sizes[0], checksum: checksum), next)
    }

    /// Takes those of size, stored size and offset that are all ones from the zip64 field.
    private func widen(_ sizes: inout [Int], extra: Range<Int>, _ name: String) throws {
        var position = extra.lowerBound
        while position + 4 <= extra.upperBound {
            let count = try load(UInt16.self, position + 2)
            let end = position + 4 + count
            guard end <= extra.upperBound else { throw malformed("\"\(name)\" has a torn extra field") }
            if try load(UInt16.self, position) == 1 {
                var field = position + 4
                for index in 0..<3 where sizes[index] == 0xFFFF_FFFF {
                    guard field + 8 <= end else { throw malformed("\"\(name)\" has a torn zip64 field") }
                    sizes[index] = try load(UInt64.self, field)
                    field += 8
                }
                return
            }
            position = end
        }
    }

    /// Where the content starts whose local header is at `header`.
    private func dataStart(header: Int, name: Slice<UnsafeRawBufferPointer>) throws -> Int {
        guard header <= range.lowerBound - 30, has(ZipArchive.localSignature, at: header) else {
            throw malformed("no entry where the directory says")
        }
        let nameCount = try load(UInt16.self, header + 26)
        let start = header + 30 + nameCount + (try load(UInt16.self, header + 28))
        guard start <= range.lowerBound, bytes[header + 30..<header + 30 + nameCount].elementsEqual(name)
        else {
            throw malformed("directory and entry disagree about a name")
        }
        return start
    }
}
