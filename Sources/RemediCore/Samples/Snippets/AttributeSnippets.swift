import Foundation
import LanguageModels

/// The texts about entities that have an attribute: ROME's `attribute_snippets.json`,
/// `[{relation_id, target_id, samples: [{name, text, …}]}]` (Semantics.md §2.8).  Entries of the same pair of
/// relation and target are appended to each other.
///
/// The file, 926 MB large, is read once to note where each snippet lies; afterwards only the snippets that are
/// asked for are read.  The notes are kept beside the data as `attribute_snippets.json.index`, or in a cache
/// folder if nothing can be written there; they are made anew when size, time or content of the data changed.
package struct AttributeSnippets: Sendable {
    private let file: RandomAccessFile
    private let index: SnippetIndex
    /// Tells files of other content apart: the size, and a hash of parts of the content.
    package let identity: String

    /// Opens the snippets; makes the index if there is none that fits.
    ///
    /// - Parameter cache: where the index goes if it cannot lie beside the data; without it, or if that fails
    ///   too, it lives as long as the process.
    /// - Throws: `RemediError.malformedData`; `RemediError.interrupted` when `progress` asks to stop;
    ///   `LanguageModelError` if the file cannot be read.
    package init(
        file url: URL, cache: URL? = nil, progress: any ProgressReporter = SilentProgress()
    ) throws {
        file = try RandomAccessFile(url)
        try GitPointer.refuse(file)
        let key = try SnippetIndexKey(of: file)
        identity = "\(key.byteCount) bytes, \(key.digest)"
        let places = Self.indexPlaces(of: url, cache: cache)
        for place in places {
            if let index = SnippetIndex(file: place, key: key) {
                self.index = index
                return
            }
        }
        do {
            index = try SnippetIndex(scanning: file, progress: progress)
        } catch let error as JSONError {
            throw Self.malformed(url.path, error)
        }
        guard file.isUnchanged else {
            throw RemediError.malformedData(path: url.path, reason: "the file was changed while it was read")
        }
        for place in places {
            do {
                try index.write(to: place, key: key)
                return
            } catch LanguageModelError.unwritable {
                // The next place may do; without any, the index serves this process.
                continue
            }
        }
    }

    /// Where the index of `file` may lie, in order.
    static func indexPlaces(of file: URL, cache: URL?) -> [URL] {
        let name = file.lastPathComponent + ".index"
        let beside = file.deletingLastPathComponent().appendingPathComponent(name)
        guard let cache else { return [beside] }
        // Files of one name in several folders.
        let folder = SHA256.hash(Data(file.resolvingSymlinksInPath().path.utf8)).prefix(16)
        return [beside, cache.appendingPathComponent("\(folder)-\(name)")]
    }

    /// How many snippets there are of `target` in `relation`; 0 if the file has none.
    package func count(relation: String, target: String) -> Int {
        index.snippets(of: SnippetIndex.Pair(relation, target)).count
    }

    /// The texts of a pair in order of appearance; none if the file lacks the pair.
    ///
    /// - Throws: `RemediError.malformedData` naming the byte; `LanguageModelError.unreadable`.
    package func texts(relation: String, target: String) throws -> [String] {
        try index.snippets(of: SnippetIndex.Pair(relation, target)).map { try member("text", of: $0) }
    }

    /// The names of the entities that a pair's snippets are about, in order of appearance.
    ///
    /// - Throws: as `texts`.
    package func names(relation: String, target: String) throws -> [String] {
        try index.snippets(of: SnippetIndex.Pair(relation, target)).map { try member("name", of: $0) }
    }

    /// The name of the entity that one snippet of a pair is about.
    ///
    /// - Parameter place: from 0 up to one less than the pair's count.
    /// - Throws: as `texts`.
    package func name(at place: Int, relation: String, target: String) throws -> String {
        let snippets = index.snippets(of: SnippetIndex.Pair(relation, target))
        precondition(place >= 0 && place < snippets.count, "a snippet that the pair does not have")
        return try member("name", of: snippets.lowerBound + place)
    }

    /// A text member of a snippet; of a repeated member the last counts.
    private func member(_ name: String, of snippet: Int) throws -> String {
        let range = index.range(snippet)
        let bytes = try file.bytes(range)
        do {
            return try bytes.withUnsafeBytes { bytes in
                var scanner = JSONScanner(bytes: bytes, firstByte: range.lowerBound)
                var key: [UInt8] = []
                var found: String?
                try scanner.beginObject()
                while try scanner.nextMember(into: &key) {
                    if key.elementsEqual(name.utf8) {
                        found = try scanner.string()
                    } else {
                        try scanner.skipValue()
                    }
                }
                guard let found else {
                    throw JSONError(byte: range.lowerBound, reason: "a snippet without \(name)")
                }
                return found
            }
        } catch let error as JSONError {
            throw Self.malformed(file.path, error)
        }
    }

    private static func malformed(_ path: String, _ error: JSONError) -> RemediError {
        .malformedData(path: path, reason: "byte \(error.byte): \(error.reason)")
    }
}
