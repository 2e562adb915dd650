import Foundation
import LanguageModels

/// By what an index knows the file that it was made of.
struct SnippetIndexKey: Equatable, Sendable {
    let byteCount: Int
    let modified: (seconds: Int, nanoseconds: Int)
    /// SHA-256 of some blocks spread over the file, its beginning and end among them.
    let digest: String

    /// Reads the blocks.
    ///
    /// - Throws: `LanguageModelError`.
    init(of file: RandomAccessFile) throws {
        byteCount = file.byteCount
        modified = file.modified
        var hash = SHA256()
        let (blocks, size) = (32, 4096)
        var start = 0
        for block in 0..<blocks {
            // A small file has fewer blocks than that, and all of it is read.
            start = max(start, (file.byteCount - size) / (blocks - 1) * block)
            if block == blocks - 1 { start = max(start, file.byteCount - size) }
            let end = min(file.byteCount, start + size)
            guard start < end else { break }
            try file.bytes(start..<end).withUnsafeBytes { hash.update($0) }
            start = end
        }
        digest = hash.finish()
    }

    static func == (a: SnippetIndexKey, b: SnippetIndexKey) -> Bool {
        a.byteCount == b.byteCount && a.modified == b.modified && a.digest == b.digest
    }
}

extension SnippetIndex {
    /// The first bytes of an index file; the last digit is the version.
    private static let mark = Array("remedi snippets 1\n".utf8)

    /// Writes the index for the file known by `key`: the mark, the key, counts, keys of pairs, ends, starts,
    /// lengths, each number in little-endian order, and the SHA-256 of it all.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    func write(to url: URL, key: SnippetIndexKey) throws {
        var output = Data(Self.mark)
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
        }
        func append(_ text: String) {
            append(UInt32(text.utf8.count))
            output.append(contentsOf: text.utf8)
        }
        append(UInt64(key.byteCount))
        append(Int64(key.modified.seconds))
        append(Int64(key.modified.nanoseconds))
        append(key.digest)
        append(UInt32(pairs.count))
        append(UInt32(starts.count))
        for pair in pairs {
            append(pair.relation.text)
            append(pair.target.text)
        }
        for end in ends { append(end) }
        for start in starts { append(start) }
        for length in lengths { append(length) }
        output.append(contentsOf: SHA256.hash(output).utf8)
        try AtomicFile.write(output, to: url)
    }

    /// Reads the index that `write` made for the file known by `key`; nil if there is none, it was made for
    /// another file or it is damaged.
    init?(file url: URL, key: SnippetIndexKey) {
        guard let file = try? RandomAccessFile(url), let bytes = try? file.bytes(0..<file.byteCount),
            bytes.count > 64
        else { return nil }
        let content = Data(bytes.dropLast(64))
        guard bytes.starts(with: Self.mark), SHA256.hash(content).utf8.elementsEqual(bytes.suffix(64)) else {
            return nil
        }
        var reader = IndexReader(bytes: content, place: Self.mark.count)
        guard reader.number(UInt64.self).map({ Int(exactly: $0) }) == key.byteCount,
            reader.number(Int64.self).map(Int.init) == key.modified.seconds,
            reader.number(Int64.self).map(Int.init) == key.modified.nanoseconds, reader.text() == key.digest,
            let pairCount = reader.number(UInt32.self), let snippetCount = reader.number(UInt32.self),
            let pairs = reader.list(
                pairCount,
                { reader in
                    reader.text().flatMap { relation in reader.text().map { Pair(relation, $0) } }
                }),
            let ends = reader.list(pairCount, { $0.number(UInt32.self) }),
            let starts = reader.list(snippetCount, { $0.number(UInt64.self) }),
            let lengths = reader.list(snippetCount, { $0.number(UInt32.self) }), reader.isAtEnd,
            ends.last ?? 0 == snippetCount, zip(ends, ends.dropFirst()).allSatisfy(<=),
            zip(starts, lengths).allSatisfy({ $0 <= key.byteCount && $0 + UInt64($1) <= key.byteCount })
        else { return nil }
        self.init(pairs: pairs, ends: ends, starts: starts, lengths: lengths)
    }
}

/// Reads the numbers and texts of an index file; nil past its end.
private struct IndexReader {
    let bytes: Data
    var place: Int

    var isAtEnd: Bool { place == bytes.count }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
        let size = MemoryLayout<Number>.size
        guard bytes.count - place >= size else { return nil }
        defer { place += size }
        return bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self))
        }
    }

    mutating func text() -> String? {
        guard let count = number(UInt32.self), bytes.count - place >= count else { return nil }
        defer { place += Int(count) }
        return String(decoding: bytes[place..<place + Int(count)], as: UTF8.self)
    }

    mutating func list<Element>(
        _ count: UInt32, _ element: (inout IndexReader) -> Element?
    ) -> [Element]? {
        var elements: [Element] = []
        for _ in 0..<count {
            guard let element = element(&self) else { return nil }
            elements.append(element)
        }
        return elements
    }
}
