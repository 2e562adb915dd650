import Foundation
import XCTest
import remedi

final class ExperimentsTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func write(_ text: String, _ name: String) throws {
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    private func run(_ line: String) -> TestRun {
        TestRun(line, environment: ["REMEDI_CONFIGS": folder.path], in: folder)
    }

    func testList() throws {
        try write(#"{"summary": "one", "dataset": "counterfact"}"#, "train.a.json")
        try write(#"{"summary": "another", "dataset": "counterfact"}"#, "eval.gen.b.json")
        XCTAssertEqual(
            run("experiments list").output,
            """
            name        summary
            ──────────  ───────
            eval.gen.b  another
            train.a     one

            """)
        XCTAssertEqual(
            run("experiments list --json").output,
            #"[{"name": "eval.gen.b", "summary": "another", "file": "\#(folder.path)/eval.gen.b.json"}, "#
                + #"{"name": "train.a", "summary": "one", "file": "\#(folder.path)/train.a.json"}]"# + "\n")
    }

    /// One file that is not an experiment is told of; the others are listed.
    func testListWithAFileThatCannotBeRead() throws {
        try write(#"{"summary": "one", "dataset": "counterfact"}"#, "train.a.json")
        try write("{", "train.b.json")
        XCTAssertEqual(mkfifo(folder.appendingPathComponent("train.c.json").path, 0o600), 0)
        let run = run("experiments list")
        XCTAssertEqual(run.code, 0)
        XCTAssertTrue(run.output.contains("train.a  one"), run.output)
        XCTAssertTrue(run.diagnostics.contains("train.b: "), run.diagnostics)
        XCTAssertTrue(run.diagnostics.contains("train.c: "), run.diagnostics)
    }

    func testNoConfigurations() {
        let run = run("experiments list")
        XCTAssertEqual(run.code, 1)
        XCTAssertEqual(run.output, "")
        XCTAssertEqual(
            run.diagnostics, "remedi: there are no experiments in \(folder.path) or \(folder.path)/Configs\n")
    }

    func testShow() throws {
        try write(
            #"{"summary": "one", "dataset": "counterfact", "layers": {"gpt2": [0]}, "lr": 0.01}"#,
            "train.a.json")
        let lines = run("experiments show train.a").output.split(separator: "\n").map(String.init)
        XCTAssertTrue(lines.contains("lr                     0.01"), "\(lines)")
        XCTAssertTrue(lines.contains("batch_size             16"), "\(lines)")
        XCTAssertTrue(
            lines.contains(#"layers                 {"gpt2": [0], "otherwise": "all"}"#), "\(lines)")
        XCTAssertEqual(
            run("experiments show train.b").diagnostics,
            "remedi experiments show: there is no experiment 'train.b'; did you mean train.a?\n"
                + "'remedi experiments list' lists them.\n")
    }

    func testThePackagesOwnAreAllRight() {
        let run = TestRun("experiments list")
        XCTAssertEqual(run.diagnostics, "")
        XCTAssertEqual(run.code, 0)
        let names = [
            "train": ["counterfact", "biosbias", "mcrae", "smollm2", "demo"],
            "eval.gen": ["counterfact", "biosbias", "smollm2", "demo"],
            "eval.cls": ["counterfact", "biosbias", "smollm2", "demo"],
            "eval.ent": ["mcrae"],
            "eval.med": ["counterfact", "winoventi", "smollm2"],
            "dump": ["counterfact", "biosbias", "mcrae", "all", "smollm2"],
            "sweep.gen": ["counterfact", "biosbias", "smollm2"],
            "sweep.cls": ["counterfact", "biosbias", "smollm2"],
            "sweep.ent": ["mcrae"],
        ]
        for name in names.flatMap({ kind, ends in ends.map { "\(kind).\($0)" } }) {
            XCTAssertTrue(run.output.contains("\n\(name) "), name)
        }
    }
}
