import RemediCore
import XCTest
import remedi

/// Every option of the reference's scripts is understood, or its absence has a reason: the promises of
/// `reference-options.txt`.
final class ReferenceOptionsTests: XCTestCase {
    private struct Promise {
        let script: String
        let command: [String]
        let spellings: [[String]]
        let ours: String

        init(line: Substring) {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                String($0).trimmingCharacters(in: .whitespaces)
            }
            func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
            script = cells[0]
            command = words(cells[1])
            spellings = cells[2].split(separator: ";").map { words(String($0)) }
            ours = cells[3]
        }

        /// Our words for each spelling; nil where a reason stands in their place.
        var commandLines: [[String]]? {
            if ours.hasPrefix("- ") { return nil }
            if ours == "=" { return spellings }
            return [ours.split(separator: " ").map(String.init)]
        }
    }

    private func promises() throws -> [Promise] {
        let file = TestFiles.fixtures.appendingPathComponent("reference-options.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map(Promise.init(line:))
    }

    /// What the command cannot do without.
    private func needed(by command: [String]) -> [String] {
        switch command {
        case ["train"]: ["-n", "x"]
        case ["inspect", "directions"]: ["-n", "x", "-e", "x"]
        default: []
        }
    }

    private func command(_ words: [String]) throws -> any Command {
        guard case .run(let command, _) = try Invocation(words, tree: Commands.tree, summary: "") else {
            throw RemediError.malformedConfiguration(path: "", reason: "\(words) is no command")
        }
        return command
    }

    /// Every option as it came to stand in the command.
    private func values<C: Command>(of command: C) -> [String] {
        C.options.map { "\($0.name): \($0.setting.json(of: command).text())" }
    }

    func testEveryOptionArrives() throws {
        for promise in try promises() {
            let bare = promise.command + needed(by: promise.command)
            if !promise.command.isEmpty { _ = try command(bare) }
            for words in promise.commandLines ?? [] {
                let label = "\(promise.script) \(words.joined(separator: " "))"
                do {
                    let given = values(of: try command(bare + words))
                    XCTAssertNotEqual(given, values(of: try command(bare)), "\(label) changes nothing")
                } catch let failure as UsageFailure {
                    XCTFail("\(label): \(failure.error)")
                }
            }
        }
    }

    /// The reasons are for what is really not there.
    func testWhatIsRefused() throws {
        for promise in try promises() where promise.commandLines == nil && !promise.command.isEmpty {
            for words in promise.spellings {
                XCTAssertThrowsError(
                    try command(promise.command + needed(by: promise.command) + words),
                    "\(promise.script) \(words)")
            }
        }
    }

    func testEveryScriptIsThere() throws {
        let counts = Dictionary(grouping: try promises(), by: \.script).mapValues(\.count)
        let scripts = [
            "train_editors": 26, "eval_fact_gen": 17, "eval_bias_gen": 15, "eval_fact_cls": 17,
            "eval_bias_cls": 18, "eval_entailment": 15, "eval_fact_mediation": 9, "generate_directions": 16,
            "random_init_model": 6, "reformat_dataset": 3,
        ]
        for (script, count) in scripts { XCTAssertEqual(counts[script], count, script) }
    }
}
