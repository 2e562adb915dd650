import Foundation
import LanguageModels
import XCTest
import remedi

/// `experiments run` and `status` on the tiny model.
final class ExperimentsRunTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var model: String { TestFiles.training.appendingPathComponent("gpt2").path }
    private var data: String { TestFiles.training.appendingPathComponent("samples.jsonl").path }

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        let configs = folder.appendingPathComponent("Configs")
        try FileManager.default.createDirectory(at: configs, withIntermediateDirectories: true)
        let head = #""dataset": "counterfact", "model": "\#(model)""#
        for (name, members) in [
            ("train.tiny", #""layers": [0, 2], "max_epochs": 2, "hold_out": 0.25"#),
            ("eval.gen.tiny", #""benchmarks": ["efficacy"], "split": "all", "layers": [2]"#),
            ("sweep.gen.tiny", #""benchmarks": ["efficacy", "paraphrase"], "split": "all""#),
        ] {
            try #"{"summary": "s", \#(head), \#(members)}"#.write(
                to: configs.appendingPathComponent(name + ".json"), atomically: true, encoding: .utf8)
        }
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ words: String...) -> TestRun {
        TestRun(["experiments"] + words.flatMap { $0.split(separator: " ").map(String.init) }, in: folder)
    }

    private func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent("results/\(path)")))
    }

    func testWhatIsMissingIsNamed() {
        let made = run("run eval.gen.tiny -f \(data)")
        XCTAssertEqual(made.code, 1)
        XCTAssertEqual(made.output, "")
        XCTAssertEqual(
            made.diagnostics,
            "remedi: eval.gen.tiny needs linear editors of \(model) at layer 2; run 'remedi train tiny --model"
                + " \(model) --editor-types linear --layers 2 --dataset-file \(data)' or add"
                + " --with-dependencies\n")
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.appendingPathComponent("results").path))
    }

    func testDependenciesAreMade() throws {
        let made = run("run eval.gen.tiny -f \(data) --with-dependencies --json --set seed=7")
        XCTAssertEqual(made.code, 0, made.diagnostics)
        let rows = try XCTUnwrap(try JSONValue(parsing: made.output).array)
        XCTAssertEqual(rows.count, 1)
        XCTAssertEqual(rows[0]["layer"], 2)
        XCTAssertEqual(rows[0]["samples"], 72)
        let editors = folder.appendingPathComponent("results/editors_counterfact_gpt2/linear")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: editors.path), ["2"])
        let record = try json("eval_gen_counterfact_gpt2/experiment.json")
        XCTAssertEqual(record["experiment"], "eval.gen.tiny")
        XCTAssertEqual(record["seed"], "7")
        XCTAssertEqual(record["state"], "finished")
        // The short form is the same experiment: its results are there.
        let short = TestRun(["eval", "gen", "tiny", "-f", data, "--seed", "7", "--json"], in: folder)
        XCTAssertEqual(short.output, made.output)
        XCTAssertEqual(short.diagnostics.contains("efficacy, linear"), false, short.diagnostics)
    }

    func testASweepChoosesOnValidationSamples() throws {
        let trained = run("run train.tiny -f \(data)")
        XCTAssertEqual(trained.code, 0, trained.diagnostics)
        let swept = run("run sweep.gen.tiny -f \(data) --set benchmarks=efficacy,paraphrase")
        XCTAssertEqual(swept.code, 0, swept.diagnostics)
        let header = swept.output.split(separator: "\n").first.map(String.init) ?? ""
        XCTAssertTrue(header.contains("layer  paraphrase, validation  test"), header)
        let choice = try json("sweep_gen_counterfact_gpt2/sweep.json")
        XCTAssertEqual(choice["layers"]?.array?.map { $0["layer"] }, [0, 2])
        // None of these samples has paraphrases, so there is nothing to choose by.
        XCTAssertEqual(choice["chosen"], .null)
        let validation = try json("sweep_gen_counterfact_gpt2/validation/linear/2/efficacy.json")
        XCTAssertEqual(validation["samples"]?.array?.count, 18)
        let tested = try json("sweep_gen_counterfact_gpt2/linear/2/efficacy.json")
        XCTAssertEqual(tested["samples"]?.array?.count, 72)
        let ids = Set(validation["samples"]!.array!.map { $0["id"]!.string! })
        let trainedOn = try json("editors_counterfact_gpt2/linear/2/manifest.json")["data"]
        XCTAssertEqual(trainedOn?["validation_samples"]?.integer, ids.count)
    }

    /// A sweep takes the editors that there are; those of the other layers are made if that is asked for.
    func testASweepMayTrainTheLayersThatItLacks() throws {
        XCTAssertEqual(run("run train.tiny -f \(data) -l 1").code, 0)
        let words = "run sweep.gen.tiny -f \(data) --set benchmarks=efficacy"
        XCTAssertEqual(run(words).code, 0)
        let sweep = "sweep_gen_counterfact_gpt2/sweep.json"
        XCTAssertEqual(try json(sweep)["layers"]?.array?.map { $0["layer"] }, [1])
        let all = run(words + " --with-dependencies")
        XCTAssertEqual(all.code, 0, all.diagnostics)
        XCTAssertTrue(all.diagnostics.contains("--layers all"), all.diagnostics)
        XCTAssertEqual(try json(sweep)["layers"]?.array?.map { $0["layer"] }, [0, 1, 2])
        XCTAssertFalse(run(words + " --with-dependencies").diagnostics.contains("--layers all"))
    }

    /// A kill after the last editor leaves a training without its record.
    func testATrainingWithoutItsRecordIsFinished() throws {
        XCTAssertEqual(run("run train.tiny -f \(data)").code, 0)
        let record = folder.appendingPathComponent("results/editors_counterfact_gpt2/experiment.json")
        try FileManager.default.removeItem(at: record)
        let made = run("run eval.gen.tiny -f \(data) --with-dependencies")
        XCTAssertEqual(made.code, 0, made.diagnostics)
        XCTAssertTrue(made.diagnostics.contains("first: remedi train tiny"), made.diagnostics)
        XCTAssertEqual(try json("editors_counterfact_gpt2/experiment.json")["state"], "finished")
        let again = run("run eval.gen.tiny -f \(data) --with-dependencies")
        XCTAssertFalse(again.diagnostics.contains("first: "), again.diagnostics)
    }

    /// Editors that were trained with other options, and have no record, are used as before.
    func testOtherEditorsWithoutARecordAreUsed() throws {
        XCTAssertEqual(run("run train.tiny -f \(data) --set seed=9").code, 0)
        try FileManager.default.removeItem(
            at: folder.appendingPathComponent("results/editors_counterfact_gpt2/experiment.json"))
        let made = run("run eval.gen.tiny -f \(data) --with-dependencies")
        XCTAssertEqual(made.code, 0, made.diagnostics)
        XCTAssertTrue(
            made.diagnostics.contains("were trained otherwise; they are used as they are"), made.diagnostics)
    }

    func testOtherTrainingSamplesAreRefused() throws {
        XCTAssertEqual(run("run train.tiny -f \(data)").code, 0)
        let lines = try String(contentsOfFile: data, encoding: .utf8).split(separator: "\n")
        let other = folder.appendingPathComponent("other.jsonl")
        try lines.reversed().joined(separator: "\n").write(to: other, atomically: true, encoding: .utf8)
        let swept = run("run sweep.gen.tiny -f \(other.path)")
        XCTAssertEqual(swept.code, 1)
        XCTAssertTrue(
            swept.diagnostics.hasSuffix(
                "results/editors_counterfact_gpt2/linear/0 was trained on other samples than the data set's"
                    + " training split, so its validation samples are not known\n"), swept.diagnostics)
    }

    func testStatus() throws {
        let empty = run("status")
        XCTAssertEqual(empty.output, "")
        XCTAssertEqual(
            empty.diagnostics, "no named experiment has results in \(folder.path)/results\n")
        XCTAssertTrue(run("status train.tiny").output.contains("\ntrain.tiny  not begun     0"))
        XCTAssertEqual(run("run train.tiny -f \(data) -l 0").code, 0)
        let list = try JSONValue(parsing: run("status --json").output).array
        XCTAssertEqual(list?.count, 1)
        XCTAssertEqual(list?[0]["state"], "finished")
        XCTAssertEqual(list?[0]["done"], ["linear/0"])
        XCTAssertEqual(list?[0]["missing"], ["linear/2"])
        // A journal is work that was begun.
        let place = folder.appendingPathComponent("results/eval_gen_counterfact_gpt2/linear/0")
        var journal = try SealedLines(place.appendingPathComponent("efficacy.journal.jsonl"))
        try journal.append(["inputs": [:]])
        try journal.append(["scores/0": 1, "scores/1": 2])
        let begun = run("status eval.gen.tiny").output
        XCTAssertTrue(
            begun.contains("unfinished     0  linear/0/efficacy: 2 cases  linear/2/efficacy"), begun)
        let sweep = try JSONValue(parsing: run("status sweep.gen.tiny --json").output).array
        XCTAssertEqual(sweep?[0]["missing"], [])
        let lock = try FolderLock(
            folder: folder.appendingPathComponent("results/editors_counterfact_gpt2/linear/2"))
        let running = run("status train.tiny").output
        XCTAssertTrue(running.contains("train.tiny  running (process "), running)
        withExtendedLifetime(lock) {}
    }

    func testWrongSettings() {
        for (words, message) in [
            (
                "--set benchmraks=efficacy",
                "eval.gen.tiny has no setting 'benchmraks'; did you mean benchmarks?"
            ),
            ("--set seed", "--set: 'seed' is not KEY=VALUE"),
            ("--set batch-size=0", "--set batch-size: '0' is not a whole number from 1 to 65536"),
            ("--json --format csv", "--json and --format exclude each other"),
        ] {
            let made = run("run eval.gen.tiny -f \(data) \(words)")
            XCTAssertEqual(made.code, 2, words)
            XCTAssertEqual(made.output, "", words)
            XCTAssertEqual(
                made.diagnostics.split(separator: "\n").first, "remedi experiments run: \(message)", words)
        }
        let training = run("run train.tiny -f \(data) --set sead=1")
        XCTAssertEqual(training.code, 2)
        XCTAssertTrue(
            training.diagnostics.contains("train.tiny has no setting 'sead'; did you mean seed?"),
            training.diagnostics)
    }
}
