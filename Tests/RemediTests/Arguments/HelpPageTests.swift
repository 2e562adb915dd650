import XCTest
import remedi

/// Help pages, word for word: each is a file of the fixtures.  `remedi … --help` writes them.
final class HelpPageTests: XCTestCase {
    private func pages(_ nodes: [CommandNode], path: [String]) -> [[String]] {
        [path]
            + nodes.flatMap { node -> [[String]] in
                switch node {
                case .command: [path + [node.name]]
                case .group(_, _, let members): pages(members, path: path + [node.name])
                }
            }
    }

    func testEveryPage() throws {
        let folder = TestFiles.fixtures.appendingPathComponent("help")
        var names: Set<String> = []
        for path in pages(Commands.tree, path: []) {
            let name = (["remedi"] + path).joined(separator: "-") + ".txt"
            names.insert(name)
            let expected = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for flag in ["--help", "-h"] {
                let run = TestRun(path + [flag])
                XCTAssertEqual(run.output, expected, name)
                XCTAssertEqual(run.code, 0, name)
                XCTAssertEqual(run.diagnostics, "", name)
            }
        }
        XCTAssertEqual(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)), names)
    }

    func testPagesAreEightyColumnsWide() {
        for path in pages(Commands.tree, path: []) {
            for line in TestRun(path + ["--help"]).output.split(separator: "\n") {
                XCTAssertLessThanOrEqual(line.count, 80, "\(path): \(line)")
            }
        }
    }

    func testHelpIsFoundAmongOtherWords() {
        XCTAssertEqual(TestRun("train counterfact -l 1 --help").output, TestRun("train --help").output)
        XCTAssertEqual(TestRun("help").output, TestRun("--help").output)
        XCTAssertEqual(TestRun("help eval gen").output, TestRun("eval gen --help").output)
        XCTAssertEqual(TestRun("help trian").code, 2)
        for line in ["train help", "inspect edit help", "inspect help edit", "experiments show help"] {
            let path = line.split(separator: " ").filter { $0 != "help" }.joined(separator: " ")
            XCTAssertEqual(TestRun(line).output, TestRun(path + " --help").output, line)
        }
        // Here it is a text as any other.
        let gpt2 = TestFiles.training.appendingPathComponent("gpt2").path
        XCTAssertTrue(TestRun("inspect tokens help -m \(gpt2)").output.hasPrefix("index "))
        XCTAssertTrue(TestRun(["inspect", "tokens", "-m", gpt2, "help"]).output.hasPrefix("index "))
    }

    func testVersion() {
        for line in ["--version", "-V", "version"] {
            XCTAssertEqual(TestRun(line).output, "remedi 0.1.0\n", line)
        }
        for line in ["--version --verbose", "-v --version", "version -v"] {
            let lines = TestRun(line).output.split(separator: "\n")
            XCTAssertEqual(lines.first, "remedi 0.1.0", line)
            for name in ["built ", "processor ", "cuda ", "experiments "] {
                XCTAssertTrue(lines.contains { $0.hasPrefix(name) }, "\(line): \(name)")
            }
        }
        XCTAssertEqual(TestRun("--version train").code, 2)
    }
}
