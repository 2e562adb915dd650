import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// Commands on a tiny model, from a checkpoint folder to results.
final class EndToEndTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var model: String { TestFiles.training.appendingPathComponent("gpt2").path }
    private var otherModel: String { TestFiles.training.appendingPathComponent("llama").path }
    private var data: String { TestFiles.training.appendingPathComponent("samples.jsonl").path }

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ words: [String]) -> TestRun { TestRun(words, in: folder) }

    private func run(_ line: String, _ more: [String] = []) -> TestRun {
        run(line.split(separator: " ").map(String.init) + more)
    }

    private var training: [String] {
        ["train", "-m", model, "-f", data, "-n", "x", "-l", "1", "--size", "16", "--max-epochs", "1"]
    }

    /// The names below a folder of the results.
    private func files(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(name).path).sorted()
    }

    private func check(
        _ run: TestRun, fails sentence: String, file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertEqual(run.code, 1, file: file, line: line)
        XCTAssertEqual(run.output, "", file: file, line: line)
        let last = run.diagnostics.split(separator: "\n").last.map(String.init)
        XCTAssertEqual(last, "remedi: " + sentence, file: file, line: line)
    }

    /// What the command line and the model's configuration are enough to see.
    private func check(
        _ run: TestRun, isWrongUsage sentence: String, file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertEqual(run.code, 2, file: file, line: line)
        XCTAssertEqual(run.output, "", file: file, line: line)
        let lines = run.diagnostics.split(separator: "\n").suffix(2).map(String.init)
        XCTAssertEqual(lines.first, "remedi train: " + sentence, file: file, line: line)
        XCTAssertTrue(lines.last?.hasPrefix("'remedi ") == true, run.diagnostics, file: file, line: line)
    }

    func testTheMainJob() throws {
        let trained = run(training)
        XCTAssertEqual(trained.code, 0, trained.diagnostics)
        let lines = trained.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 3, trained.output)
        XCTAssertTrue(lines.last?.hasPrefix("linear      1       1  ") == true, trained.output)
        XCTAssertEqual(try files("results/x"), ["args-20230403-020100.json", "experiment.json", "linear"])
        XCTAssertEqual(
            try files("results/x/linear/1"),
            [".lock", "manifest.json", "metrics.jsonl", "weights.safetensors"].filter {
                $0 != ".lock"
                    || FileManager.default.fileExists(
                        atPath: folder.appendingPathComponent("results/x/linear/1/.lock").path)
            })
        try checkExperimentFile()

        let evaluated = run(
            "eval gen counterfact -n y --split all -b efficacy -l 1",
            ["-e", "results/x", "-m", model, "-f", data])
        XCTAssertEqual(evaluated.code, 0, evaluated.diagnostics)
        XCTAssertTrue(evaluated.output.hasPrefix("condition  layer  samples"), evaluated.output)
        XCTAssertEqual(
            try files("results/y/linear/1").filter { $0.hasPrefix("eff") },
            ["efficacy.json", "efficacy_metrics.json"])

        let shown = run("inspect editor -e results/x --json")
        let editor = try JSONValue(parsing: shown.output).array?.first
        XCTAssertEqual(editor?["type"]?.string, "linear")
        XCTAssertEqual(editor?["layer"]?.integer, 1)
        XCTAssertEqual(editor?["hyperparameters"]?["max_epochs"]?.integer, 1)
    }

    private func checkExperimentFile() throws {
        let file = folder.appendingPathComponent("results/x/experiment.json")
        let experiment = try JSONValue(parsing: try Data(contentsOf: file))
        XCTAssertEqual(experiment["experiment"], .null)
        XCTAssertEqual(experiment["seed"]?.string, "123456")
        XCTAssertEqual(experiment["version"]?.string, RemediVersion.current)
        XCTAssertEqual(experiment["settings"]?["max_epochs"]?.integer, 1)
        XCTAssertEqual(experiment["settings"]?["layers"], [1])
        let arguments = folder.appendingPathComponent("results/x/args-20230403-020100.json")
        let text = try String(contentsOf: arguments, encoding: .utf8)
        for part in [
            #""layers": "[1]""#, #""max_epochs": "1""#, #""lam_u": "None""#, #""log_level": "20""#,
            #""experiment_name": "x""#, #""editor_types": "['linear']""#,
        ] {
            XCTAssertTrue(text.contains(part), part)
        }
    }

    func testANamedExperimentAndWhatOverridesIt() throws {
        try """
        {"summary": "s", "dataset": "counterfact", "model": "nowhere", "prefix": "p_", "max_epochs": 9,
         "layers": {"gpt2": [0]}, "editor_types": ["scalar"]}
        """.write(to: folder.appendingPathComponent("train.tiny.json"), atomically: true, encoding: .utf8)
        let trained = TestRun(
            ["train", "tiny", "-m", model, "-f", data, "--size", "8", "--max-epochs", "0", "--lam-kl", "1"],
            environment: ["REMEDI_CONFIGS": folder.path, "CM_RESULTS_DIR": "out"], in: folder)
        XCTAssertEqual(trained.code, 0, trained.diagnostics)
        XCTAssertEqual(try files("out"), ["p_editors_counterfact_gpt2"])
        XCTAssertTrue(
            try files("out/p_editors_counterfact_gpt2/scalar/0").contains("weights.safetensors"))
        XCTAssertTrue(trained.diagnostics.contains(Messages.summedDivergence + "\n"), trained.diagnostics)
    }

    func testTheNoteComesOnlyWhereItIsDue() {
        for more in [["--lam-kl", "1", "--kl", "batch"], ["--lam-kl", "1", "--compat", "reference"], []] {
            let run = run(training + ["--max-epochs", "0", "--overwrite"] + more)
            XCTAssertEqual(run.code, 0, run.diagnostics)
            XCTAssertFalse(run.diagnostics.contains("note:"), "\(more)")
        }
    }

    func testResultsOfOtherOptionsAreNotTouched() throws {
        XCTAssertEqual(run(training).code, 0)
        let file = folder.appendingPathComponent("results/x/linear/1/weights.safetensors")
        let bytes = try Data(contentsOf: file)
        let other = run(training + ["--lr", "0.5"])
        XCTAssertEqual(other.code, 1)
        XCTAssertTrue(
            other.diagnostics.contains("holds results of a run with other options"), other.diagnostics)
        XCTAssertEqual(try Data(contentsOf: file), bytes)
        XCTAssertEqual(run(training + ["--lr", "0.5", "--overwrite"]).code, 0)
        XCTAssertNotEqual(try Data(contentsOf: file), bytes)
        XCTAssertEqual(run(training + ["--clear-results-dir"]).code, 0)
        XCTAssertEqual(try Data(contentsOf: file), bytes)
    }

    func testInspecting() throws {
        let sample = try XCTUnwrap(
            String(contentsOfFile: data, encoding: .utf8).split(separator: "\n").first)
        let fact = try JSONValue(parsing: String(sample))
        let prompt = try XCTUnwrap(fact["prompt"]?.string)
        let entity = try XCTUnwrap(fact["entity"]?.string)
        let attribute = try XCTUnwrap(fact["attribute"]?.string)
        let edited = run([
            "inspect", "edit", "-m", model, "-t", "identity", "-l", "1", "--json", "--entity", entity,
            "--attribute", attribute, "--prompt", prompt, "--top", "3", "--targets", "a", "b",
        ])
        XCTAssertEqual(edited.code, 0, edited.diagnostics)
        let result = try JSONValue(parsing: edited.output)
        for side in ["before", "after"] {
            XCTAssertEqual(result[side]?["top"]?.array?.count, 3, side)
            XCTAssertNotNil(result[side]?["continuation"]?.string, side)
            XCTAssertEqual(result[side]?["targets"]?.array?.count, 2, side)
        }
        XCTAssertNotEqual(result["before"]?["top"], result["after"]?["top"])

        let tokens = run(["inspect", "tokens", "-m", model, "--json", "--substring", entity, prompt])
        let encoding = try JSONValue(parsing: tokens.output)
        XCTAssertEqual(encoding["ids"]?.array?.count, encoding["offsets"]?.array?.count)
        XCTAssertEqual(encoding["range"]?.array?.first, 5)
        let predicted = run(["inspect", "predict", "-m", model, "--json", "--top", "3", prompt])
        let prediction = try JSONValue(parsing: predicted.output).array?.first
        XCTAssertEqual(prediction?["prompt"]?.string, prompt)
        XCTAssertEqual(prediction?["top"], result["before"]?["top"])
        let summary = try JSONValue(parsing: run(["inspect", "model", "-m", model, "--json"]).output)
        XCTAssertEqual(summary["model_type"]?.string, "gpt2")
        XCTAssertGreaterThan(summary["memory_bytes"]?["training"]?.integer ?? 0, 0)
    }

    func testDirections() throws {
        let dumped = run([
            "inspect", "directions", "-m", model, "-f", data, "--all", "-t", "identity", "-l", "1", "-o",
            "d.safetensors", "--json",
        ])
        XCTAssertEqual(dumped.code, 0, dumped.diagnostics)
        let (tensors, metadata) = try SafeTensors.read(folder.appendingPathComponent("d.safetensors"))
        XCTAssertEqual(
            Set(tensors.map(\.name)), ["direction", "h_attr", "h_entity_pre", "h_entity_post"])
        let count = try JSONValue(parsing: dumped.output)["samples"]?.integer
        XCTAssertEqual(tensors.first { $0.name == "direction" }?.shape.first, count)
        XCTAssertNotNil(metadata["ids"])
    }

    func testDirectionsOfSeveralLayers() throws {
        let words = ["inspect", "directions", "-m", model, "-f", data, "--all", "-t", "identity"]
        let dumped = run(words + ["-l", "0", "2", "-o", "dumps", "--json"])
        XCTAssertEqual(dumped.code, 0, dumped.diagnostics)
        XCTAssertEqual(
            try JSONValue(parsing: dumped.output).array?.map { $0["layer"]?.integer }, [0, 2])
        let both = run(words + ["-l", "2", "-o", "d.safetensors", "d.pth"])
        XCTAssertEqual(both.code, 0, both.diagnostics)
        for form in ["safetensors", "pth"] {
            XCTAssertEqual(
                try Data(contentsOf: folder.appendingPathComponent("d.\(form)")),
                try Data(contentsOf: folder.appendingPathComponent("dumps/identity/2/dump.\(form)")), form)
        }
        for _ in 0..<2 {
            let named = run(words + ["-l", "2", "-n", "named", "--args-file-name", "mine.json", "--json"])
            XCTAssertEqual(named.code, 0, named.diagnostics)
            XCTAssertEqual(try JSONValue(parsing: named.output).array?.count, 1)
            for file in ["identity/2/dump.safetensors", "identity/2/dump.pth"] {
                XCTAssertEqual(
                    try Data(contentsOf: folder.appendingPathComponent("results/named/\(file)")),
                    try Data(contentsOf: folder.appendingPathComponent("dumps/\(file)")), file)
            }
        }
        XCTAssertEqual(run(words + ["-n", "named", "-o", "all"]).code, 2)
        XCTAssertEqual(run(words + ["-o", "all", "--overwrite"]).code, 2)
        let unnamed = run(words + ["-o", "all"])
        XCTAssertEqual(unnamed.code, 0, unnamed.diagnostics)
        XCTAssertEqual(unnamed.output.split(separator: "\n").count, 3)
    }

    func testDirectionsInOneFileAreOfOneLayer() {
        let dumped = run(["inspect", "directions", "-m", model, "-t", "identity", "-o", "d.pth"])
        XCTAssertEqual(dumped.code, 2)
        XCTAssertTrue(
            dumped.diagnostics.contains(
                "--output: 'd.pth' is not the name of a folder, which more than one layer needs"),
            dumped.diagnostics)
    }

    /// A group runs its experiments one after the other.
    func testGroups() throws {
        let configs = folder.appendingPathComponent("Configs")
        try FileManager.default.createDirectory(at: configs, withIntermediateDirectories: true)
        for (name, layer) in [("one", 0), ("two", 1)] {
            let plan = """
                {"summary": "\(name)", "dataset": "counterfact", "prefix": "\(name)_", "layers": [\(layer)],
                "editor_type": "identity", "formats": ["pth"], "size": 5}
                """
            try AtomicFile.write(plan, to: configs.appendingPathComponent("dump.\(name).json"))
        }
        let group = #"{"summary": "both", "experiments": ["dump.one", "dump.two"]}"#
        try AtomicFile.write(group, to: configs.appendingPathComponent("dump.both.json"))
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("data"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: TestFiles.training.appendingPathComponent("samples.jsonl"),
            to: folder.appendingPathComponent("data/counterfact.jsonl"))
        let words = ["experiments", "run", "dump.both", "-m", model, "--set"]
        let wrong = run(words + ["splat=all"])
        XCTAssertEqual(wrong.code, 2)
        XCTAssertTrue(
            wrong.diagnostics.contains("dump.both has no setting 'splat'; did you mean split?"),
            wrong.diagnostics)
        let both = run(words + ["split=all", "-f", "data/counterfact.jsonl"])
        XCTAssertEqual(both.code, 0, both.diagnostics)
        let results = folder.appendingPathComponent("results")
        let dumps = try FileManager.default.subpathsOfDirectory(atPath: results.path)
            .filter { $0.hasSuffix("dump.pth") }.sorted()
        XCTAssertEqual(dumps.count, 2)
        XCTAssertTrue(dumps[0].hasPrefix("one_directions_counterfact_"), "\(dumps)")
        XCTAssertTrue(dumps[1].hasSuffix("/identity/1/dump.pth"), "\(dumps)")
        let named = run(words.dropLast() + ["-n", "x"])
        XCTAssertEqual(named.code, 2)
        XCTAssertTrue(
            named.diagnostics.contains(
                "--experiment-name cannot be given for dump.both, which is several experiments"),
            named.diagnostics)
        let status = try JSONValue(
            parsing: run(["experiments", "status", "dump.both", "-m", model, "--json"]).output)
        XCTAssertEqual(status.array?.map { $0["experiment"]?.string }, ["dump.one", "dump.two"])
        let shown = run(["experiments", "show", "dump.both"]).output
        XCTAssertTrue(shown.contains("dump.two"), shown)
    }

    /// Settings, files and times for those who ask; results and nothing else for those who do not want them.
    func testVerboseAndQuiet() throws {
        let words = training + ["-l", "1", "--max-epochs", "1"]
        XCTAssertEqual(run(words + ["--quiet"]).diagnostics, "")
        let told = run(words + ["--verbose", "-n", "told"]).diagnostics
        for part in [
            "no named experiment; not defaults: ", "max_epochs 1", "counterfact: 72 samples of \(data)\n",
            "model \(model) on cpu", "\ntook 0.0 s\n",
        ] {
            XCTAssertTrue(told.contains(part), "no \(part) in \(told)")
        }
    }

    func testBadInput() throws {
        check(
            run("train -n x -m nowhere", ["-f", data]),
            fails:
                "there is no model 'nowhere'; looked for \(folder.path)/nowhere, \(folder.path)/models/nowhere,"
                + " ~/.cache/huggingface/hub/models--nowhere; 'remedi model download nowhere' fetches it"
                .replacing("~", with: folder.path + "/~"))
        check(
            run(training + ["-f", "none.json"]),
            fails:
                "there is no \(folder.path)/none.json")
        check(
            run(training + ["-l", "7"]),
            isWrongUsage: "layer 7 is not there: \(model) has layers 0 to 2")
        let null = run(training + ["-t", "null"])
        XCTAssertEqual(null.code, 2)
        XCTAssertTrue(
            null.diagnostics.hasPrefix(
                "remedi train: --editor-types: 'null' is not linear, biaffine, mlp, random or scalar"),
            null.diagnostics)
        check(run(training + ["-n", "../x"]), isWrongUsage: "'../x' cannot be the name of a results folder")
        check(
            TestRun(
                training + ["--device", "cuda"], environment: ["REMEDI_CUDA_LIBRARY": "/nowhere"],
                in: folder),
            fails:
                "cannot use cuda: No CUDA libraries were found: libcudart, libcublas and libnvrtc of one version"
                + " from 11 to 13 were looked for in REMEDI_CUDA_LIBRARY (/nowhere, which is no folder).")
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.appendingPathComponent("results").path))
    }

    func testAnEditorForAnotherModelIsRefused() throws {
        XCTAssertEqual(run(training).code, 0)
        let refused = run(
            "inspect edit -e results/x -l 1 --entity a --attribute b", ["--prompt", "a c", "-m", otherModel])
        XCTAssertEqual(refused.code, 1)
        XCTAssertEqual(refused.output, "")
        XCTAssertTrue(refused.diagnostics.contains("does not fit"), refused.diagnostics)
        check(
            run(
                "inspect edit -e results/x -l 1 --entity Bob --attribute b", ["--prompt", "a c", "-m", model]),
            fails: "the entity 'Bob' is not in the prompt 'a c'")
        check(
            run("inspect edit -e results/x -l 0 --entity a --attribute b", ["--prompt", "a c", "-m", model]),
            fails: "there is no editor at \(folder.path)/results/x/linear/0/weights.safetensors")
    }

    func testBrokenCheckpoints() throws {
        let broken = folder.appendingPathComponent("broken")
        try FileManager.default.copyItem(atPath: model, toPath: broken.path)
        let weights = broken.appendingPathComponent("model.safetensors")
        let bytes = try Data(contentsOf: weights)
        try bytes.prefix(bytes.count / 2).write(to: weights)
        let cut = run(["inspect", "predict", "-m", broken.path, "a"])
        XCTAssertEqual(cut.code, 1)
        XCTAssertTrue(cut.diagnostics.contains("\(weights.path): "), cut.diagnostics)
        try FileManager.default.removeItem(at: weights)
        XCTAssertEqual(run(["inspect", "predict", "-m", broken.path, "a"]).code, 1)
        let configuration = broken.appendingPathComponent("config.json")
        try #"{"model_type": "bert"}"#.write(to: configuration, atomically: true, encoding: .utf8)
        try bytes.write(to: weights)
        let unknown = run(["inspect", "predict", "-m", broken.path, "a"])
        XCTAssertTrue(
            unknown.diagnostics.contains("models of type 'bert' are not known"), unknown.diagnostics)
        try FileManager.default.removeItem(at: configuration)
        check(
            run(["inspect", "model", "-m", broken.path]), fails: "there is no file \(configuration.path)")
    }
}
