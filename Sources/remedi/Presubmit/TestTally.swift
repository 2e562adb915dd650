import Foundation
import LanguageModels
import Synchronization

/// What the parts of a run of tests found together.
final class TestTally: Sendable {
    private struct State {
        var parts: Int
        var tests = 0
        var skipLines: [String] = []
        var seconds: [String: Double]
    }

    /// How long each class took, for the next run to know.
    private let file: URL
    private let state: Mutex<State>

    init(parts: Int, seconds: [String: Double], file: URL) {
        self.file = file
        state = Mutex(State(parts: parts, seconds: seconds))
    }

    /// How long each class took before; a file that cannot be read only makes parts less even.
    static func seconds(in file: URL) -> [String: Double] {
        guard let data = try? Data(contentsOf: file) else { return [:] }
        return (try? JSONDecoder().decode([String: Double].self, from: data)) ?? [:]
    }

    /// Adds a part; after the last says what there was.
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
            let skips = state.skipLines.sorted()
            return skips + ["\(state.tests) tests" + (skips.isEmpty ? "" : ", \(skips.count) skipped")]
        }
    }
}
