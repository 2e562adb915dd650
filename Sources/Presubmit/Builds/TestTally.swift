import Foundation
import LanguageModels
import Synchronization

/// The combined outcome of the parts of a run of tests.
final class TestTally: Sendable {
    private struct State {
        var parts: Int
        var tests: Int
        var skipLines: [String]
        var seconds: [String: Double]
    }

    /// How long each class took, for the next run to know.
    private let file: URL
    private let state: Mutex<State>

    private let unchangedTests: Int

    /// - Parameter unchanged: entries of classes that need not run.
    init(parts: Int, unchanged: [PassedChecks.Entry], seconds: [String: Double], file: URL) {
        self.file = file
        unchangedTests = unchanged.reduce(0) { $0 + ($1.tests ?? 0) }
        state = Mutex(
            State(
                parts: parts, tests: unchangedTests, skipLines: unchanged.flatMap { $0.lines ?? [] },
                seconds: seconds))
    }

    /// How long each class took before; a file that cannot be read only makes parts less even.
    static func seconds(in file: URL) -> [String: Double] {
        guard let data = try? Data(contentsOf: file) else { return [:] }
        return (try? JSONDecoder().decode([String: Double].self, from: data)) ?? [:]
    }

    /// Adds a part, and returns the summary after the last.
    func add(_ log: TestLog) -> [String] {
        state.withLock { state in
            state.parts -= 1
            state.tests += log.count
            state.skipLines += log.skipLines
            state.seconds.merge(log.seconds) { $1 }
            guard state.parts == 0 else { return [] }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            if let data = try? encoder.encode(state.seconds) { try? AtomicFile.write(data, to: file) }
            return summary(state)
        }
    }

    /// The tests that were skipped, and how many there were.
    var summary: [String] { state.withLock { summary($0) } }

    private func summary(_ state: State) -> [String] {
        var counts = ["\(state.tests) tests"]
        if !state.skipLines.isEmpty { counts.append("\(state.skipLines.count) skipped") }
        if unchangedTests > 0 { counts.append("\(unchangedTests) unchanged since they passed") }
        return state.skipLines.sorted() + [counts.joined(separator: ", ")]
    }
}
