import Foundation
import LanguageModels

/// The finished cases of an unfinished result file: one line of JSON for every case.
///
/// However a run was interrupted, it resumes after the last case written.  Values come back exactly as they
/// were, so the finished file has the same bytes as that of a run without a stop.  Each line has a checksum:
/// what does not match, and all that follows, is computed again.
package final class CaseJournal {
    /// The ending of journals' names.
    static let suffix = ".journal.jsonl"

    /// So many cases are written before the disk is waited for, which may take longer than they took: a
    /// process that is killed loses none of them, a machine without power the last ones.
    private static let casesPerFlush = 256

    /// nil: nothing is written.
    private var lines: SealedLines?
    /// How many cases were written since.
    private var unflushed = 0
    private var known: [String: JSONValue] = [:]

    /// A journal that forgets, for what is quick.
    package init() { lines = nil }

    /// Reads the journal in `file` if there is one.  One that begins with other `inputs` is of another run and
    /// is dropped, and so is one of a version without checksums.
    ///
    /// - Throws: `LanguageModelError.unreadable`, `.unwritable`.
    init(file: URL, inputs: JSONObject, progress: any ProgressReporter = SilentProgress()) throws {
        let head = Self.head(inputs)
        let lines = try SealedLines(file)
        self.lines = lines
        let isOurs = lines.values.first == head
        for line in isOurs ? lines.values.dropFirst() : [] {
            for (key, value) in line.object?.members ?? [] { known[key] = value }
        }
        if lines.isDamaged, isOurs || lines.values.isEmpty {
            progress.report(
                .warning(
                    "\(file.lastPathComponent): the lines after the first \(known.count) cases do not match"
                        + " their checksums; those cases are computed again"))
        }
        guard !isOurs else { return }
        try remove()
        self.lines = try SealedLines(file)
        try self.lines?.append(head)
    }

    private static func head(_ inputs: JSONObject) -> JSONValue { ["inputs": .object(inputs)] }

    /// Whether there is a journal of a run with `inputs`, or what damage left of one.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    static func exists(_ file: URL, inputs: JSONObject) throws -> Bool {
        let lines = try SealedLines(file)
        return lines.values.isEmpty ? SystemCall.status(file.path) != nil : lines.values[0] == head(inputs)
    }

    /// How many cases the journal in `file` holds.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    static func count(in file: URL) throws -> Int {
        try SealedLines(file).values.dropFirst().reduce(0) { $0 + ($1.object?.members.count ?? 0) }
    }

    /// How many cases are known.
    package var count: Int { known.count }

    /// The value of case `index` of `part`; nil if it is not known yet.
    package func value(_ part: String, _ index: Int) -> JSONValue? { known["\(part)/\(index)"] }

    /// Keeps the values of some cases of `part`.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package func keep(_ part: String, _ values: [(index: Int, value: JSONValue)]) throws {
        var line = JSONObject()
        for (index, value) in values {
            known["\(part)/\(index)"] = value
            line["\(part)/\(index)"] = value
        }
        guard lines != nil, !values.isEmpty else { return }
        unflushed += values.count
        let flushes = unflushed >= Self.casesPerFlush
        try lines?.append(.object(line), flushes: flushes)
        if flushes { unflushed = 0 }
    }

    /// Forgets a case: what it stands for is not there any more.
    func forget(_ part: String, _ index: Int) { known["\(part)/\(index)"] = nil }

    /// The value of every item, in order: those known are taken as they are, the others are computed in
    /// batches, each kept at once.
    ///
    /// - Parameters:
    ///   - part: tells lists of one result apart.
    ///   - stage: what progress calls the work.
    ///   - fits: whether a known value can be one of the item; others are computed again.
    /// - Throws: what `compute` throws; `RemediError.interrupted` between batches;
    ///   `LanguageModelError.unwritable`.
    package func map<Item, Value: JournalValue>(
        _ items: [Item], part: String, batchSize: Int, stage: String, progress: any ProgressReporter,
        fits: (Item, Value) -> Bool = { _, _ in true }, _ compute: ([Item]) throws -> [Value]
    ) throws -> [Value] {
        precondition(batchSize > 0)
        var results = items.indices.map { index -> Value? in
            guard let found = value(part, index).flatMap(Value.init(journalEntry:)) else { return nil }
            return fits(items[index], found) ? found : nil
        }
        let missing = items.indices.filter { results[$0] == nil }
        var done = items.count - missing.count
        progress.report(.started(stage: stage, total: items.count))
        for start in stride(from: 0, to: missing.count, by: batchSize) {
            let batch = missing[start..<min(start + batchSize, missing.count)]
            let values = try compute(batch.map { items[$0] })
            precondition(values.count == batch.count, "every item has a value")
            for (index, value) in zip(batch, values) { results[index] = value }
            try keep(part, zip(batch, values).map { ($0, $1.journalEntry) })
            done += batch.count
            try progress.advance(to: done)
        }
        progress.report(.finished)
        return results.map { $0! }
    }

    /// Removes the file: the result is complete.
    func remove() throws {
        known = [:]
        guard let file = lines?.file, SystemCall.status(file.path) != nil else { return }
        do {
            try FileManager.default.removeItem(at: file)
        } catch {
            throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
        }
    }
}

/// A case's value as a journal keeps it.
package protocol JournalValue {
    /// Reads what `journalEntry` wrote; nil if the entry is something else.
    init?(journalEntry: JSONValue)
    var journalEntry: JSONValue { get }
}

extension JSONValue: JournalValue {
    package init?(journalEntry: JSONValue) { self = journalEntry }
    package var journalEntry: JSONValue { self }
}

extension [Double]: JournalValue {
    package init?(journalEntry: JSONValue) {
        guard let entries = journalEntry.array else { return nil }
        let numbers = entries.compactMap(\.double)
        guard numbers.count == entries.count else { return nil }
        self = numbers
    }

    package var journalEntry: JSONValue { .array(map { .number($0) }) }
}
