import Foundation
import XCTest

/// What commands must not do to files that are there already.
final class ResultsSafetyTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var model: String { TestFiles.training.appendingPathComponent("gpt2").path }
    private var data: String { TestFiles.training.appendingPathComponent("samples.jsonl").path }

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        let trained = train("x")
        XCTAssertEqual(trained.code, 0, trained.diagnostics)
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func train(_ name: String, _ more: String...) -> TestRun {
        TestRun(
            ["train", "-m", model, "-f", data, "-n", name, "-l", "1", "--size", "16", "--max-epochs", "1"]
                + more, in: folder)
    }

    private func evaluate(_ name: String, editors: String, _ more: String...) -> TestRun {
        TestRun(
            [
                "eval", "gen", "counterfact", "-m", model, "-f", data, "-n", name, "-e", editors,
                "--split", "all", "-b", "efficacy",
            ] + more, in: folder)
    }

    private var weights: URL { folder.appendingPathComponent("results/x/linear/1/weights.safetensors") }

    private func check(
        _ run: TestRun, fails sentence: String, file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertEqual(run.code, 1, file: file, line: line)
        let last = run.diagnostics.split(separator: "\n").last.map(String.init)
        XCTAssertEqual(last, "remedi: " + sentence, file: file, line: line)
    }

    /// Below a file nothing can be written, whoever asks.
    func testResultsOfAFolderThatTakesNoneGoElsewhereAndAreFoundThere() throws {
        let home = ["HOME": folder.path]
        let nowhere = folder.appendingPathComponent("file")
        try Data().write(to: nowhere)
        let kept = folder.appendingPathComponent(".local/state/remedi/results")
        let words = [
            "train", "-m", model, "-f", data, "-n", "e", "-l", "1", "--size", "16", "--max-epochs", "1",
        ]
        let trained = TestRun(words, environment: home, in: nowhere)
        XCTAssertEqual(trained.code, 0, trained.diagnostics)
        let said = trained.diagnostics.split(separator: "\n").filter { $0.hasPrefix("warning:") }
        XCTAssertEqual(
            said, ["warning: nothing can be written in the working folder: results go to \(kept.path)"])
        XCTAssertTrue(FileManager.default.fileExists(atPath: kept.path + "/e/linear/1/weights.safetensors"))
        let looked = TestRun(["inspect", "run", "e"], environment: home, in: nowhere)
        XCTAssertEqual(looked.code, 0, looked.diagnostics)
    }

    func testADamagedEditorIsTrainedAgain() throws {
        let sound = try Data(contentsOf: weights)
        try Data("xx".utf8).write(to: weights)
        let again = train("x")
        XCTAssertEqual(again.code, 0, again.diagnostics)
        XCTAssertTrue(
            again.diagnostics.contains(
                "warning: \(weights.path) is damaged (2 bytes, too short for a header); its editor is trained again"
            ),
            again.diagnostics)
        XCTAssertEqual(try Data(contentsOf: weights), sound)
    }

    func testAnEvaluationDoesNotClearItsEditors() {
        for name in ["x", "x/linear"] {
            let run = evaluate(name, editors: "results/x/linear/..", "--clear-results-dir")
            XCTAssertEqual(run.code, 1, name)
            XCTAssertTrue(run.diagnostics.contains("is not removed"), run.diagnostics)
            XCTAssertTrue(FileManager.default.fileExists(atPath: weights.path), name)
        }
    }

    func testWhatIsRefusedClearsNothing() {
        XCTAssertEqual(evaluate("y", editors: "results/x").code, 0)
        let result = folder.appendingPathComponent("results/y/linear/1/efficacy.json").path
        XCTAssertEqual(evaluate("y", editors: "results/none", "--clear-results-dir").code, 1)
        XCTAssertTrue(FileManager.default.fileExists(atPath: result))
        XCTAssertEqual(evaluate("y", editors: "results/x", "-l", "0", "--clear-results-dir").code, 1)
        XCTAssertTrue(FileManager.default.fileExists(atPath: result))
        XCTAssertEqual(evaluate("y", editors: "results/x", "--clear-results-dir").code, 0)
    }

    func testProbabilitiesThatAreNoNumbersAreSaid() throws {
        let broken = folder.appendingPathComponent("nan")
        try FileManager.default.copyItem(atPath: model, toPath: broken.path)
        let file = broken.appendingPathComponent("model.safetensors")
        var bytes = try Data(contentsOf: file)
        let header = 8 + bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        // 0xFFFFFFFF is a NaN.
        bytes.replaceSubrange(header..., with: Data(repeating: 0xff, count: bytes.count - header))
        try bytes.write(to: file)
        let evaluated = TestRun(
            [
                "eval", "gen", "counterfact", "-m", broken.path, "-f", data, "-n", "y", "--split", "all",
                "-b", "efficacy", "--conditions", "unedited",
            ], in: folder)
        let predicted = TestRun(["inspect", "predict", "-m", broken.path, "a"], in: folder)
        XCTAssertTrue(
            predicted.diagnostics.contains("the model gives NaN as probabilities\n"), predicted.diagnostics)
        for run in [evaluated, TestRun(["inspect", "run", "results/y"], in: folder)] {
            XCTAssertTrue(run.diagnostics.contains("are not finite numbers"), run.diagnostics)
        }
        XCTAssertTrue(evaluated.output.contains("–"), evaluated.output)
        XCTAssertFalse(evaluated.output.contains("["), evaluated.output)
        let sane = evaluate("z", editors: "results/x")
        XCTAssertFalse(sane.diagnostics.contains("NaN"), sane.diagnostics)
        XCTAssertFalse(sane.diagnostics.contains("finite"), sane.diagnostics)
    }

    func testTheOptionsStayInTheFolder() {
        let evil = train("y", "--args-file-name", "../evil.json")
        XCTAssertEqual(evil.code, 2)
        XCTAssertTrue(
            evil.diagnostics.hasPrefix(
                "remedi train: '../evil.json' cannot be the name of the file for the options: take one such as"
                    + " mine.json\n"), evil.diagnostics)
        for name in ["results", "results/y"] {
            let file = folder.appendingPathComponent(name).appendingPathComponent("evil.json")
            XCTAssertFalse(FileManager.default.fileExists(atPath: file.path), name)
        }
    }

    func testOneSampleCannotAlsoValidate() {
        check(
            train("y", "--size", "1"),
            fails: "nothing is left to train on: of 1 samples, 1 validate (--hold-out) and 0 are left out")
        XCTAssertEqual(train("y", "--size", "1", "--hold-out", "0").code, 0)
    }
}
