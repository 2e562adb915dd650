import XCTest

@testable import remedi

/// Every example of every help page, run by a shell in the order of the commands.
final class ExamplesTests: XCTestCase {
    private func examples(_ nodes: [CommandNode]) -> [ExampleLine] {
        nodes.flatMap { node -> [ExampleLine] in
            guard case .group(_, _, let members) = node else { return node.examples }
            return examples(members)
        }
    }

    func testEveryExampleDoesWhatItSays() throws {
        let shell = try ExampleShell()
        defer { try? shell.remove() }
        for example in examples(Commands.tree) + Commands.examples {
            let ended = try shell.run(example.line)
            XCTAssertEqual(ended.code, 0, "\(example.line)\n\(ended.diagnostics)")
        }
        try checkLeftOut(shell)
    }

    func testEveryCommandHasOne() {
        for command in Commands.tree.flatMap({ $0.outlines() }) {
            let start = (["remedi"] + command.path).joined(separator: " ")
            XCTAssertFalse(command.examples.isEmpty, start)
            for example in command.examples {
                XCTAssertTrue(example.line.contains(start), "\(example.line) is not about \(start)")
            }
        }
    }
}

extension XCTestCase {
    /// What was not run is at least a command line.
    func checkLeftOut(_ shell: ExampleShell) throws {
        for words in try shell.leftOut() {
            XCTAssertNoThrow(try Invocation(words, tree: Commands.tree, summary: ""), "\(words)")
        }
    }
}
