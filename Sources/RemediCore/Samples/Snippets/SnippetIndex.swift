import Foundation
import LanguageModels

/// Where each snippet of an attribute_snippets.json lies, by relation and target.
struct SnippetIndex: Sendable, Equatable {
    /// The key by which snippets are found.
    struct Pair: Hashable, Sendable {
        let relation: ExactString
        let target: ExactString

        init(_ relation: String, _ target: String) {
            self.relation = ExactString(relation)
            self.target = ExactString(target)
        }
    }

    /// The pairs in order of first appearance.
    let pairs: [Pair]
    /// The first byte and the length of every snippet's object; those of one pair follow each other, in order
    /// of appearance.
    let starts: [UInt64]
    let lengths: [UInt32]
    /// One more than the last snippet of each pair.
    let ends: [UInt32]
    private let numbers: [Pair: Int]

    /// The snippets of each pair; `ends` must rise to the number of snippets.
    init(pairs: [Pair], ends: [UInt32], starts: [UInt64], lengths: [UInt32]) {
        precondition(pairs.count == ends.count && starts.count == lengths.count, "lists that fit")
        precondition(Int(ends.last ?? 0) == starts.count, "as many snippets as the pairs have")
        self.pairs = pairs
        self.ends = ends
        self.starts = starts
        self.lengths = lengths
        numbers = Dictionary(zip(pairs, pairs.indices)) { first, _ in first }
    }

    /// The numbers of a pair's snippets; none if the file lacks the pair.
    func snippets(of pair: Pair) -> Range<Int> {
        guard let number = numbers[pair] else { return 0..<0 }
        return (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
    }

    /// The bytes of one snippet's object.
    func range(_ snippet: Int) -> Range<Int> {
        let start = Int(starts[snippet])
        return start..<(start + Int(lengths[snippet]))
    }
}

// MARK: - Making

extension SnippetIndex {
    /// Reads the whole file once, through a buffer of `bufferSize` bytes.  A snippet longer than
    /// `longestSnippet` is refused, as it would not be read either.
    ///
    /// - Throws: `JSONError`; `LanguageModelError.unreadable`; `RemediError.interrupted` when asked to stop.
    init(
        scanning file: RandomAccessFile, bufferSize: Int = JSONScanner.bufferSize,
        longestSnippet: Int = 1 << 26,
        progress: any ProgressReporter = SilentProgress()
    ) throws {
        let million = 1_000_000
        progress.report(.started(stage: "indexing snippets (MB)", total: file.byteCount / million))
        var scanner = try JSONScanner(bufferSize: bufferSize, reading: file.read)
        scanner.longestString = longestSnippet
        var builder = SnippetIndexBuilder()
        var reported = 0
        try scanner.beginArray()
        while try scanner.nextElement() {
            try builder.addEntry(&scanner)
            if let signal = progress.stopRequested { throw RemediError.interrupted(signal: signal) }
            if scanner.position / million >= reported + 8 {
                reported = scanner.position / million
                progress.report(.advanced(done: reported, note: nil))
            }
        }
        try scanner.end()
        progress.report(.advanced(done: file.byteCount / million, note: nil))
        progress.report(.finished)
        self = builder.index()
    }
}

/// Collects snippets in the order of the file.
private struct SnippetIndexBuilder {
    private var pairs: [SnippetIndex.Pair] = []
    private var numbers: [SnippetIndex.Pair: Int] = [:]
    private var starts: [UInt64] = []
    private var lengths: [UInt32] = []
    /// The pair of each snippet.
    private var owners: [UInt32] = []
    private var key: [UInt8] = []
    private static let keys = (
        relation: Array("relation_id".utf8), target: Array("target_id".utf8), samples: Array("samples".utf8)
    )

    /// Reads `{relation_id, target_id, samples: [{…}]}`, its members in any order; of a repeated member the
    /// last counts.
    mutating func addEntry(_ scanner: inout JSONScanner) throws {
        guard try scanner.peek() == UInt8(ascii: "{") else { throw scanner.error("expected an entry, '{'") }
        let place = scanner.position
        var (relation, target): (String?, String?)
        var hasSamples = false
        let first = starts.count
        try scanner.beginObject()
        while try scanner.nextMember(into: &key) {
            switch key {
            case Self.keys.relation: relation = try scanner.string()
            case Self.keys.target: target = try scanner.string()
            case Self.keys.samples:
                starts.removeSubrange(first...)
                lengths.removeSubrange(first...)
                try addSamples(&scanner)
                hasSamples = true
            default: try scanner.skipValue()
            }
        }
        func missing(_ key: String) -> JSONError { JSONError(byte: place, reason: "an entry without \(key)") }
        guard let relation else { throw missing("relation_id") }
        guard let target else { throw missing("target_id") }
        guard hasSamples else { throw missing("samples") }
        let number = number(of: SnippetIndex.Pair(relation, target))
        owners.append(contentsOf: repeatElement(UInt32(number), count: starts.count - first))
    }

    private mutating func addSamples(_ scanner: inout JSONScanner) throws {
        try scanner.beginArray()
        while try scanner.nextElement() {
            guard try scanner.peek() == UInt8(ascii: "{") else {
                throw scanner.error("expected a snippet, '{'")
            }
            let range = try scanner.skipValue()
            guard range.count <= scanner.longestString else {
                throw JSONError(
                    byte: range.lowerBound,
                    reason: "a snippet of more than \(scanner.longestString) bytes")
            }
            starts.append(UInt64(range.lowerBound))
            lengths.append(UInt32(range.count))
        }
    }

    private mutating func number(of pair: SnippetIndex.Pair) -> Int {
        if let number = numbers[pair] { return number }
        numbers[pair] = pairs.count
        pairs.append(pair)
        return pairs.count - 1
    }

    /// Brings the snippets of each pair together; within a pair they keep their order.
    func index() -> SnippetIndex {
        var ends = [UInt32](repeating: 0, count: pairs.count)
        for owner in owners { ends[Int(owner)] += 1 }
        var next = [Int](repeating: 0, count: pairs.count)
        for pair in pairs.indices.dropFirst() {
            next[pair] = Int(ends[pair - 1])
            ends[pair] += ends[pair - 1]
        }
        var sortedStarts = [UInt64](repeating: 0, count: starts.count)
        var sortedLengths = [UInt32](repeating: 0, count: starts.count)
        for (snippet, owner) in owners.enumerated() {
            let place = next[Int(owner)]
            next[Int(owner)] += 1
            sortedStarts[place] = starts[snippet]
            sortedLengths[place] = lengths[snippet]
        }
        return SnippetIndex(pairs: pairs, ends: ends, starts: sortedStarts, lengths: sortedLengths)
    }
}
