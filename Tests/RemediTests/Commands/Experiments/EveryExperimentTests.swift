import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// Every named experiment of the package runs to its end on a tiny model and small data sets, and writes the
/// files that the reference's notebooks read.
final class EveryExperimentTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private let files = FileManager.default

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        try makeData()
        try makeModel()
    }
    override func tearDownWithError() throws { try files.removeItem(at: folder) }

    /// The data sets as their authors publish them, small.
    private func makeData() throws {
        let fixtures = TestFiles.package.appendingPathComponent("Tests/Fixtures")
        let texts = fixtures.appendingPathComponent("reference-texts")
        let data = folder.appendingPathComponent("data")
        try files.createDirectory(at: data, withIntermediateDirectories: true)
        for (name, source) in [
            ("counterfact.json", fixtures.appendingPathComponent("counterfact-full.json")),
            ("BIOS.pkl", fixtures.appendingPathComponent("biosbias.pkl")),
            ("CONCS_FEATS_concstats_brm.txt", fixtures.appendingPathComponent("mcrae.txt")),
            (
                "winoventi_bert_large_final.tsv",
                TestFiles.package.appendingPathComponent(
                    "Tests/RemediCoreTests/Fixtures/winoventi.tsv")
            ),
            ("attribute_snippets.json", texts.appendingPathComponent("attribute_snippets.json")),
            ("idf.npy", texts.appendingPathComponent("idf.npy")),
            ("tfidf_vocab.json", texts.appendingPathComponent("tfidf_vocab.json")),
        ] {
            try files.copyItem(at: source, to: data.appendingPathComponent(name))
        }
    }

    /// `models/tiny`: the tiny GPT-2 with a context in which every text fits.
    private func makeModel() throws {
        let shape = folder.appendingPathComponent("shape")
        try files.createDirectory(at: shape, withIntermediateDirectories: true)
        let source = TestFiles.training.appendingPathComponent("gpt2")
        var configuration = try XCTUnwrap(
            try JSONValue(parsing: Data(contentsOf: source.appendingPathComponent("config.json"))).object)
        configuration["n_positions"] = 512
        try AtomicFile.write(
            JSONValue.object(configuration).text(), to: shape.appendingPathComponent("config.json"))
        try files.copyItem(
            at: source.appendingPathComponent("tokenizer.json"),
            to: shape.appendingPathComponent("tokenizer.json"))
        let made = run(["model", "random", "-m", shape.path, "-o", "models/tiny"])
        XCTAssertEqual(made.code, 0, made.diagnostics)
    }

    private func run(_ words: [String]) -> TestRun {
        TestRun(
            words,
            environment: ["REMEDI_CONFIGS": TestFiles.package.appendingPathComponent("Configs").path],
            in: folder)
    }

    /// What makes an experiment small.  None of these data sets reaches the evaluation split.
    private func settings(of experiment: String) -> [String] {
        if experiment.hasPrefix("train.") { return ["-l", "1", "2", "--set", "max-epochs=1"] }
        var words = ["--set", "split=all", "size=4"]
        if experiment.contains(".gen.") { words.append("max-new-tokens=4") }
        // Those of a model whose layers the tiny one does not have.
        if ["eval.cls.smollm2", "eval.cls.demo"].contains(experiment) { words.append("entity-layers=1,2") }
        return words + ["-l", "1"]
    }

    func testEveryExperiment() throws {
        let listed = try XCTUnwrap(
            try JSONValue(parsing: run(["experiments", "list", "--json"]).output).array)
        let names = listed.compactMap { $0["name"]?.string }
        // Editors first, so that nobody trains them with the paper's number of epochs.
        let trainings = names.filter { $0.hasPrefix("train.") }
        XCTAssertEqual(names.count, listed.count)
        XCTAssertGreaterThan(trainings.count, 3)
        for name in trainings + names.filter({ !$0.hasPrefix("train.") }) {
            // A group with a training has no settings of its own: its experiments run by their names.
            if name == "demo" { continue }
            let words = ["experiments", "run", name, "-m", "tiny"] + settings(of: name)
            if name.contains(".cls.") { try makeControl(name) }
            let run = run(words)
            XCTAssertEqual(run.code, 0, "\(name): \(run.diagnostics)")
            try check(name)
        }
        try check("demo")
    }

    /// The control model and its editors.
    private func makeControl(_ experiment: String) throws {
        if !files.fileExists(atPath: folder.path + "/models/tiny_random") {
            XCTAssertEqual(run(["model", "random", "-m", "tiny"]).code, 0)
        }
        let dataset = String(experiment.split(separator: ".").last ?? "")
        let made = run(
            ["experiments", "run", "train.\(dataset)", "-m", "tiny_random"]
                + settings(of: "train.\(dataset)"))
        XCTAssertEqual(made.code, 0, made.diagnostics)
    }

    // MARK: Files

    private func check(_ experiment: String) throws {
        let status = try JSONValue(
            parsing: run(["experiments", "status", experiment, "-m", "tiny", "--json"]).output)
        for entry in try XCTUnwrap(status.array) {
            let name = entry["experiment"]?.string ?? ""
            XCTAssertEqual(entry["state"], "finished", name)
            let place = URL(fileURLWithPath: try XCTUnwrap(entry["folder"]?.string))
            let found = try files.subpathsOfDirectory(atPath: place.path)
            for expected in Self.expected(name) {
                XCTAssertTrue(found.contains(expected), "\(name): no \(expected) in \(found.sorted())")
            }
            for path in found where path.hasSuffix(".json") {
                try check(place.appendingPathComponent(path), named: "\(name)/\(path)")
            }
        }
    }

    private func check(_ file: URL, named name: String) throws {
        let value = try JSONValue(parsing: Data(contentsOf: file))
        let stem = file.deletingPathExtension().lastPathComponent
        let folder = file.deletingLastPathComponent()
        if stem.hasPrefix("args-") {
            XCTAssertEqual(
                value.object?.members.compactMap(\.value.string).count, value.object?.members.count)
        }
        guard let form = ResultForm.of(stem) else { return }
        XCTAssertEqual(form.mismatches(value), [], name)
        if let samples = value["samples"] { XCTAssertNotEqual(samples, [], name) }
        if let skipped = value["skipped"] { XCTAssertEqual(skipped, [], name) }
        let metrics = folder.appendingPathComponent("\(stem)_metrics.json")
        if ["baseline", "mediation", "essence_references", "sweep"].contains(stem) {
            XCTAssertFalse(files.fileExists(atPath: metrics.path), name)
        } else {
            XCTAssertEqual(try JSONValue(parsing: Data(contentsOf: metrics)), value["metrics"], name)
        }
    }

    /// What an experiment's folder must hold.
    private static func expected(_ name: String) -> [String] {
        let prompted = ["efficacy", "paraphrase", "generation", "essence"].map { $0 + ".json" }
        func files(_ folders: [String], _ names: [String]) -> [String] {
            folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
        }
        func classified(_ kind: String) -> [String] {
            ["", "_control_task", "_control_model"].map { "linear/1/\(kind)_cls_layer_2\($0).json" }
                + ["identity/1/\(kind)_cls_layer_2.json"]
        }
        let corrected = "linear/1/error_correction.json"
        switch name {
        case "train.smollm2", "train.demo": return ["linear/1/weights.safetensors"]
        case _ where name.hasPrefix("train."): return ["linear/1/weights.pth", "linear/2/manifest.json"]
        case _ where name.hasPrefix("dump."): return ["linear/1/dump.pth", "linear/1/dump.safetensors"]
        case _ where name.hasPrefix("eval.med."): return ["mediation.json"]
        case "eval.ent.mcrae": return ["linear/1/entailment.json", "prefix/entailment.json"]
        case "eval.gen.biosbias":
            return files(["contextual", "decontextual"], ["baseline.json", corrected])
        case "sweep.gen.smollm2":
            return sweep(name, corrected: "", prompted: ["efficacy.json", "paraphrase.json"])
        case "eval.gen.smollm2", "eval.gen.demo":
            return files(["unedited", "prefix", "linear/1"], ["efficacy.json"])
        case "eval.gen.counterfact":
            return files(["linear/1", "prefix", "replace"], prompted) + ["essence_references.json"]
        case "eval.cls.demo": return classified("fact").filter { !$0.contains("control_model") }
        case "eval.cls.biosbias": return classified("error")
        case _ where name.hasPrefix("eval.cls."): return classified("fact")
        default: return sweep(name, corrected: corrected, prompted: prompted)
        }
    }

    private static func sweep(_ name: String, corrected: String, prompted: [String]) -> [String] {
        let files =
            switch name {
            case "sweep.gen.biosbias": ["decontextual/" + corrected]
            case "sweep.cls.biosbias": ["linear/1/error_cls_layer_2.json"]
            case "sweep.ent.mcrae": ["linear/1/entailment.json"]
            case _ where name.hasPrefix("sweep.cls."): ["linear/1/fact_cls_layer_2.json"]
            default: prompted.map { "linear/1/" + $0 }
            }
        return ["sweep.json"] + files + files.map { "validation/" + $0 }
    }
}
