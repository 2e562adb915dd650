import Foundation
import LanguageModels

/// What is known of a result file that is not finished: one line of JSON for every case.
///
/// A run that was stopped, however, goes on behind the last case written.  Values come back exactly as they
/// were, so the finished file has the same bytes as that of a run without a stop.
package final class CaseJournal {
    /// What the names of journals end with.
    static let suffix = ".journal.jsonl"

    /// So many cases are written before the disk is waited for, which may take longer than they took: a
    /// process that is killed loses none of them, a machine without power the last ones.
    private static let casesPerFlush = 256

    private let file: URL?
    /// How many cases were written since.
    private var unflushed = 0
    private var known: [String: JSONValue] = [:]

    /// A journal that forgets, for what is quick.
    package init() { file = nil }

    /// Reads the journal in `file` if there is one.  One that begins with other `inputs` is of another run and
    /// is dropped.
    ///
    /// - Throws: `LanguageModelError.malformed`, `.unreadable`, `.unwritable`.
    init(file: URL, inputs: JSONObject) throws {
        self.file = file
        let head = Self.head(inputs)
        let lines = FileManager.default.fileExists(atPath: file.path) ? try JSONLines.read(file) : []
        if lines.first == head {
            for line in lines.dropFirst() {
                for (key, value) in line.object?.members ?? [] { known[key] = value }
            }
        } else {
            try remove()
            try JSONLines.append([head], to: file)
        }
    }

    private static func head(_ inputs: JSONObject) -> JSONValue { ["inputs": .object(inputs)] }

    /// Whether there is a journal of a run with `inputs`.
    ///
    /// - Throws: `LanguageModelError.malformed`, `.unreadable`.
    static func exists(_ file: URL, inputs: JSONObject) throws -> Bool {
        guard FileManager.default.fileExists(atPath: file.path) else { return false }
        return try JSONLines.read(file).first == head(inputs)
    }

    /// How many cases the journal in `file` holds.
    ///
    /// - Throws: `LanguageModelError.malformed`, `.unreadable`.
    static func count(in file: URL) throws -> Int {
        try JSONLines.read(file).dropFirst().reduce(0) { $0 + ($1.object?.members.count ?? 0) }
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
        guard let file, !values.isEmpty else { return }
        unflushed += values.count
        let flushes = unflushed >= Self.casesPerFlush
        try JSONLines.append([.object(line)], to: file, flushes: flushes)
        if flushes { unflushed = 0 }
    }

    /// The value of every item, in order: those known are taken as they are, the others are computed in
    /// batches, each kept at once.
    ///
    /// - Parameters:
    ///   - part: tells lists of one result apart.
    ///   - stage: what progress calls the work.
    /// - Throws: what `compute` throws; `RemediError.interrupted` between batches;
    ///   `LanguageModelError.unwritable`.
    package func map<Item>(
        _ items: [Item], part: String, batchSize: Int, stage: String, progress: any ProgressReporter,
        _ compute: ([Item]) throws -> [JSONValue]
    ) throws -> [JSONValue] {
        precondition(batchSize > 0)
        let missing = items.indices.filter { value(part, $0) == nil }
        var done = items.count - missing.count
        progress.report(.started(stage: stage, total: items.count))
        for start in stride(from: 0, to: missing.count, by: batchSize) {
            let batch = missing[start..<min(start + batchSize, missing.count)]
            let values = try compute(batch.map { items[$0] })
            precondition(values.count == batch.count, "every item has a value")
            try keep(part, zip(batch, values).map { ($0, $1) })
            done += batch.count
            try progress.advance(to: done)
        }
        progress.report(.finished)
        return items.indices.map { value(part, $0)! }
    }

    /// Removes the file: the result is complete.
    func remove() throws {
        known = [:]
        guard let file, FileManager.default.fileExists(atPath: file.path) else { return }
        do {
            try FileManager.default.removeItem(at: file)
        } catch {
            throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
        }
    }
}
