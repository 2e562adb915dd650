import XCTest

@testable import remedi

/// Every command of README.md and of Experiments.md, run by a shell in the order in which they appear.
///
/// Commands are the lines of blocks that begin with ```` ```sh ````; nothing else is run.  A line that ends with a
/// backslash goes on in the next, lines of comments are left out.  All run in one folder (see `ExampleShell`),
/// so later ones find what earlier ones made; pipes, redirections, `&&`, `cd` and `export` do what they do in
/// bash.  Known programs are `remedi`, `swift build`, `swift run [OPTION...] remedi …`, the scripts named in
/// `ExampleShell`, and a few of the system's; any other makes the test fail.  Where a command is not run as it
/// is written, `ExampleDeviation` says so.  Models are tiny ones of random weights under the names `gpt2`, `gptj`,
/// `gpt2-xl` and `smollm2`, with as many layers as the real ones have; `path/to/model` and `mine.jsonl` are a
/// model and samples of the reader's own.
final class ReadmeTests: XCTestCase {
    /// The command lines, each with the number of its first line.
    static func commands(in text: String) -> [(number: Int, line: String)] {
        var commands: [(number: Int, line: String)] = []
        var isInside = false
        var goesOn = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                isInside = line == "```sh"
                continue
            }
            guard isInside else { continue }
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if !goesOn, trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            if goesOn {
                commands[commands.count - 1].line += "\n" + line
            } else {
                commands.append((index + 1, String(line)))
            }
            goesOn = line.hasSuffix("\\")
        }
        return commands
    }

    /// Documents with blocks of commands, README.md first.
    private static let documents = ["README.md", "Sources/RemediCore/Experiments.md"]

    private static func text(of document: String) throws -> String {
        try String(contentsOf: TestFiles.package.appendingPathComponent(document), encoding: .utf8)
    }

    func testCommandsAreFound() {
        let text = "a\n```sh\n# no\nb \\\n  c\n\nd\n```\ne\n```\nf\n```\n```sh\ng\n```\n"
        let found = Self.commands(in: text)
        XCTAssertEqual(found.map(\.line), ["b \\\n  c", "d", "g"])
        XCTAssertEqual(found.map(\.number), [4, 7, 14])
    }

    func testEveryCommandOfTheReadme() throws {
        let shell = try ExampleShell()
        defer { try? shell.remove() }
        try shell.makeReadersOwn()
        for document in Self.documents {
            let commands = Self.commands(in: try Self.text(of: document))
            XCTAssertGreaterThan(commands.count, 2, document)
            for command in commands {
                let ended = try shell.run(command.line)
                XCTAssertEqual(
                    ended.code, 0,
                    "\(document), line \(command.number): \(command.line)\n\(ended.diagnostics)")
            }
        }
        try checkLeftOut(shell)
    }

    /// What no command begins with any more must go.
    func testEveryDeviationIsNeeded() throws {
        let text = try Self.documents.map(Self.text).joined(separator: "\n")
        let commands = Commands.tree.flatMap { $0.outlines() }
        let examples = (commands.flatMap(\.examples) + Commands.examples).map(\.line)
        let lines = (Self.commands(in: text).map(\.line) + examples).map { line in
            line.split { " \\\n".contains($0) }.joined(separator: " ") + " "
        }
        for deviation in ExampleDeviation.all {
            XCTAssertTrue(
                lines.contains { $0.contains("remedi \(deviation.start) ") }, "\(deviation) is for nothing")
        }
    }

    func testUnknownCommandsFail() throws {
        let shell = try ExampleShell()
        defer { try? shell.remove() }
        for line in [
            "frobnicate", "remedi trian", "swift test", "python3 Scripts/none.py",
            "python3 Scripts/tables/article_table.py",
            "remedi data list | frobnicate", "remedi data download nothing", "cd nowhere",
        ] {
            XCTAssertNotEqual(try shell.run(line).code, 0, line)
        }
    }
}

extension ExampleShell {
    /// `path/to/model` and `mine.jsonl`: what README.md calls the reader's own.
    fileprivate func makeReadersOwn() throws {
        let made = try run(
            "mkdir -p path/to && cp -r stand-ins/smollm2 path/to/model"
                + " && cp Tests/RemediCoreTests/Fixtures/training/samples.jsonl mine.jsonl")
        XCTAssertEqual(made.code, 0, made.diagnostics)
    }
}
