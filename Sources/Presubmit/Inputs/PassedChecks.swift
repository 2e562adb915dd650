import Foundation
import LanguageModels
import Synchronization

/// The checks that passed, each with a hash of what it had read, kept from run to run.
///
/// A file that cannot be read or written costs only time.
final class PassedChecks: Sendable {
    struct Entry: Codable, Sendable, Equatable {
        var inputs: String
        /// The number of tests, for a class of tests.
        var tests: Int?
        /// Lines that are repeated while the check is not: tests that were skipped.
        var lines: [String]?
    }

    private let file: URL
    private let entries: Mutex<[String: Entry]>

    init(file: URL) {
        self.file = file
        let data = try? Data(contentsOf: file)
        entries = Mutex(data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:])
    }

    /// The entry of a check that passed with the same inputs; nil otherwise.
    func entry(_ check: String, inputs: String) -> Entry? {
        entries.withLock { $0[check] }.flatMap { $0.inputs == inputs ? $0 : nil }
    }

    func add(_ check: String, _ entry: Entry) { entries.withLock { $0[check] = entry } }

    func remove(_ check: String) { entries.withLock { $0[check] = nil } }

    /// Writes the checks to the file.
    func save() {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let entries = entries.withLock { $0 }
        if let data = try? encoder.encode(entries) { try? AtomicFile.write(data, to: file) }
    }
}
