import Foundation
import LanguageModels
import XCTest
import remedi

/// `eval cls` and `inspect probe` on a tiny model, from trained editors to a table.
final class ClassificationCommandTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var model: String { TestFiles.training.appendingPathComponent("gpt2").path }
    private var data: String { TestFiles.training.appendingPathComponent("samples.jsonl").path }

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ line: String, _ more: [String] = []) -> TestRun {
        TestRun(
            line.split(separator: " ").map(String.init) + more,
            environment: ["REMEDI_CONFIGS": folder.path], in: folder)
    }

    private func files(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(name).path)
            .filter { $0.hasSuffix(".json") }.sorted()
    }

    private func train(_ name: String, model: String) {
        let trained = run("train -l 1 --size 16 --max-epochs 1", ["-n", name, "-m", model, "-f", data])
        XCTAssertEqual(trained.code, 0, trained.diagnostics)
    }

    func testOptionsOfTheReference() throws {
        train("x", model: model)
        let line = "eval cls counterfact -n y --split all -e results/x --entity-layers 2"
        let plain = run(line, ["-m", model, "-f", data])
        XCTAssertEqual(plain.code, 0, plain.diagnostics)
        let lines = plain.output.components(separatedBy: "\n\n")[0].split(separator: "\n")
        XCTAssertEqual(lines.count, 3, plain.output)
        XCTAssertTrue(
            lines[0].hasPrefix("condition  layer  entity layer  samples"), plain.output)
        XCTAssertTrue(lines[2].hasPrefix("linear "), plain.output)
        for flags in ["--control-task", "--control-model", "--control-task --control-model"] {
            let controlled = run(line + " " + flags, ["-m", model, "-f", data])
            XCTAssertEqual(controlled.code, 0, controlled.diagnostics)
        }
        XCTAssertEqual(
            try files("results/y/linear/1"),
            ["", "_control_model", "_control_task", "_control_task_control_model"].flatMap {
                ["fact_cls_layer_2\($0).json", "fact_cls_layer_2\($0)_metrics.json"]
            }.sorted())
        let identity = run(
            "eval cls counterfact -n y --split all -t identity -l 1 --json", ["-m", model, "-f", data])
        XCTAssertEqual(identity.code, 0, identity.diagnostics)
        let rows = try XCTUnwrap(try JSONValue(parsing: identity.output).array)
        XCTAssertEqual(rows.map { $0["entity_layer"]?.integer }, [1, 2])
        XCTAssertNotNil(rows[0]["metrics"]?["contextual mcc"])
    }

    /// The named experiment runs the editor and its three controls, each from where it lies.
    func testTheNamedExperiment() throws {
        try """
        {"summary": "s", "dataset": "counterfact", "prefix": "p_", "split": "all", "entity_layers": [1, 2],
         "layers": [1], "variants": ["editor", "identity", "control-task", "control-model"]}
        """.write(
            to: folder.appendingPathComponent("eval.cls.counterfact.json"), atomically: true, encoding: .utf8)
        let models = folder.appendingPathComponent("models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: model, toPath: models.appendingPathComponent("gpt2_random").path)
        train("p_editors_counterfact_gpt2", model: model)
        let missing = run("eval cls counterfact", ["-m", model, "-f", data])
        XCTAssertEqual(missing.code, 1)
        XCTAssertTrue(
            missing.diagnostics.contains(
                "there is no editor at \(folder.path)/results/p_editors_counterfact_gpt2_random/linear/1"),
            missing.diagnostics)
        train("p_editors_counterfact_gpt2_random", model: "gpt2_random")
        let done = run("eval cls counterfact --format csv", ["-m", model, "-f", data])
        XCTAssertEqual(done.code, 0, done.diagnostics)
        let rows = done.output.split(separator: "\n").map { $0.split(separator: ",") }
        XCTAssertEqual(
            done.output.split(separator: "\n").dropFirst().map { line in
                ["\"linear, control task\"", "\"linear, control model\"", "identity", "linear"].first {
                    line.hasPrefix($0 + ",1,")
                } ?? String(line)
            },
            ["linear", "identity", "\"linear, control task\"", "\"linear, control model\""].flatMap {
                [$0, $0]
            })
        XCTAssertTrue(rows[0].contains("entity_layer") && rows[0].contains("contextual_f1_lower"))
        XCTAssertEqual(
            try files("results/p_eval_cls_counterfact_gpt2/linear/1").filter {
                !$0.hasSuffix("metrics.json")
            },
            [1, 2].flatMap { layer in
                ["", "_control_model", "_control_task"].map { "fact_cls_layer_\(layer)\($0).json" }
            })
    }

    func testProbing() throws {
        train("x", model: model)
        let sample = try XCTUnwrap(
            String(contentsOfFile: data, encoding: .utf8).split(separator: "\n").first)
        let fact = try JSONValue(parsing: String(sample))
        let entity = try XCTUnwrap(fact["entity"]?.string)
        let prompt = try XCTUnwrap(fact["prompt"]?.string)
        let words = [
            "-m", model, "-e", "results/x", "-l", "1", "--entity", entity, "--prompt", prompt, "--attribute",
            "plays jazz", "--attribute", "is a city",
        ]
        let early = run("inspect probe", words)
        XCTAssertEqual(early.code, 1)
        XCTAssertEqual(
            early.diagnostics.split(separator: "\n").last.map(String.init),
            "remedi: there is no \(folder.path)/results/x/linear/1/normalizer.safetensors; 'remedi eval cls"
                + " counterfact --normalize train' with the same model, editor and layer makes it of the"
                + " training split")
        let made = run(
            "eval cls counterfact -n y --split all -e results/x --normalize train", ["-m", model, "-f", data])
        XCTAssertEqual(made.code, 0, made.diagnostics)
        let probed = run("inspect probe --entity-layer 2", words)
        XCTAssertEqual(probed.code, 0, probed.diagnostics)
        XCTAssertTrue(probed.output.contains("plays jazz"), probed.output)
        XCTAssertTrue(probed.output.contains("rather '"), probed.output)
        XCTAssertTrue(probed.output.contains("of the training samples"), probed.output)
        let json = try JSONValue(
            parsing: run("inspect probe --json --context", ["Once upon a time"] + words).output)
        XCTAssertEqual(json["attributes"]?.array?.count, 2)
        XCTAssertEqual(json["pairs"]?.array?.count, 1)
        XCTAssertEqual(json["context"]?.string, "Once upon a time")
        XCTAssertEqual(run("inspect probe", Array(words.prefix(10))).code, 2)
    }

    func testOptionsThatExcludeEachOther() {
        for (line, sentence) in [
            ("--control-task --variants editor", "--control-task and --variants exclude each other"),
            ("--control-model --variants identity", "--control-model and --variants exclude each other"),
            (
                "--normalize train --editor-entity prompt",
                "--normalize train and --editor-entity prompt exclude each other"
            ),
        ] {
            let run = run("eval cls counterfact -n y -e x " + line)
            XCTAssertEqual(run.code, 2, line)
            XCTAssertTrue(run.diagnostics.contains(sentence), run.diagnostics)
        }
    }
}
