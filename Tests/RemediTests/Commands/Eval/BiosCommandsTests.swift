import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// `eval gen biosbias` and `eval cls biosbias` on a tiny model.
final class BiosCommandsTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var model: String { TestFiles.training.appendingPathComponent("gpt2").path }
    private var biographies: String {
        TestFiles.package.appendingPathComponent("Tests/Fixtures/biosbias.pkl").path
    }

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ line: String, data: String) -> TestRun {
        TestRun(
            line.split(separator: " ").map(String.init) + [
                "--split", "all", "-t", "identity", "-l", "1", "-m", model, "-f", data,
            ], in: folder)
    }

    private func files(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.appendingPathComponent(name).path)
            .filter { $0.hasSuffix("json") && !$0.hasPrefix("args-") && $0.contains("/") }.sorted()
    }

    func testErrorCorrection() throws {
        let line = "eval gen biosbias -n b --decontextualized --max-new-tokens 2"
        let run = run(line, data: biographies)
        XCTAssertEqual(run.code, 0, run.diagnostics)
        let lines = run.output.components(separatedBy: "\n\n")[0].split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
        XCTAssertTrue(
            lines.first?.hasPrefix("condition layer samples decontextual top1 accuracy") == true,
            run.output)
        XCTAssertTrue(lines.contains { $0.hasPrefix("unedited 82 ") }, run.output)
        // The editor reads the biography's sentence, which is too long for this model with most people.
        XCTAssertTrue(lines.contains { $0.hasPrefix("identity 1 8 ") }, run.output)
        XCTAssertFalse(run.output.contains("decontextual k"), run.output)
        XCTAssertEqual(
            try files("results/b"),
            [
                "decontextual/baseline.json", "decontextual/identity/1/error_correction.json",
                "decontextual/identity/1/error_correction_metrics.json",
            ])
        let again = self.run(line + " --clear-results-dir", data: biographies)
        XCTAssertEqual(again.code, 0, again.diagnostics)
        XCTAssertEqual(again.output, run.output)
        let other = self.run(line + " --top-k-labels 2", data: biographies)
        XCTAssertEqual(other.code, 1)
        XCTAssertTrue(other.diagnostics.contains("top_k_labels: 3 there, 2 now"), other.diagnostics)
    }

    func testErrorClassification() throws {
        let people = [
            ("Ada", "nurse", "helps the sick"), ("Bo", "poet", "writes odes"), ("Cy", "nurse", "cares"),
        ]
        let lines = people.map { name, title, attribute in
            Sample(
                id: name, entity: name, attribute: attribute, context: "\(name) \(attribute).",
                prompt: "\(name) has the occupation of", targetMediated: title
            ).json.text()
        }
        let data = folder.appendingPathComponent("people.jsonl")
        try lines.joined(separator: "\n").write(to: data, atomically: true, encoding: .utf8)
        let run = run("eval cls biosbias -n c --entity-layers 1 2 --top-k-labels 1", data: data.path)
        XCTAssertEqual(run.code, 0, run.diagnostics)
        let heading = run.output.split(separator: "\n").first?.split(separator: " ").joined(separator: " ")
        XCTAssertTrue(
            heading?.hasPrefix("condition layer entity layer samples f1") == true,
            run.output)
        XCTAssertEqual(
            try files("results/c"),
            [1, 2].flatMap {
                ["identity/1/error_cls_layer_\($0).json", "identity/1/error_cls_layer_\($0)_metrics.json"]
            })
    }

    /// A sweep's validation samples are normalised by the whole training split, as the others are, so that a
    /// person has the same scores among both.
    func testASweepByTheTrainingSplitsStatistics() throws {
        let people = (0..<24).map { number -> String in
            let name = String(UnicodeScalar(UInt8(65 + number)))
            let title = ["nurse", "poet"][number % 2]
            let attribute = number % 3 == 0 ? "works at night" : "is a \(title) since \(1980 + number)"
            return Sample(
                id: name, entity: name, attribute: attribute, context: "\(name) \(attribute).",
                prompt: "\(name) has the occupation of", targetMediated: title
            ).json.text()
        }
        func write(_ text: String, _ name: String) throws {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        try write(people.joined(separator: "\n"), "people.jsonl")
        let head = #""summary": "s", "dataset": "biosbias", "model": "\#(model)", "layers": [1]"#
        try write(#"{\#(head), "max_epochs": 1, "hold_out": 0.5}"#, "train.tiny.json")
        try write(
            #"{\#(head), "entity_layers": [1, 2], "split": "all", "normalize": "train", "top_k_labels": 2}"#,
            "sweep.cls.tiny.json")
        func sweep(_ more: String...) -> TestRun {
            TestRun(
                ["experiments", "run", "sweep.cls.tiny", "-f", "people.jsonl", "--with-dependencies"] + more,
                environment: ["REMEDI_CONFIGS": folder.path], in: folder)
        }
        let swept = sweep()
        XCTAssertEqual(swept.code, 0, swept.diagnostics)
        for layer in [1, 2] {
            func samples(_ place: String) throws -> [String: JSONValue] {
                let file = "results/sweep_cls_biosbias_gpt2/\(place)linear/1/error_cls_layer_\(layer).json"
                let json = try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(file)))
                let samples = try XCTUnwrap(json["samples"]?.array)
                return Dictionary(uniqueKeysWithValues: samples.map { ($0["id"]!.string!, $0) })
            }
            let (all, validation) = (try samples(""), try samples("validation/"))
            XCTAssertEqual(all.count, 24)
            XCTAssertEqual(validation.count, 12)
            for (id, sample) in validation { XCTAssertEqual(sample, all[id], "layer \(layer), \(id)") }
        }
        let refused = sweep("--set", "editor-entity=prompt")
        XCTAssertEqual(refused.code, 2)
        XCTAssertTrue(
            refused.diagnostics.contains(
                "the settings 'normalize train' and 'editor_entity prompt' exclude each other\n"),
            refused.diagnostics)
    }

    /// Every biography is too long for the model: that is said, and nothing fails.
    func testNobodyCanBeUsed() throws {
        for (command, file) in [
            ("cls", "identity/1/error_cls_layer_2.json"), ("gen", "contextual/baseline.json"),
        ] {
            let more = command == "cls" ? " --entity-layers 2" : ""
            let run = run("eval \(command) biosbias -n \(command)\(more)", data: biographies)
            XCTAssertEqual(run.code, 0, run.diagnostics)
            XCTAssertTrue(
                run.diagnostics.contains("82 left out (longer than the model reads: 82)"), run.diagnostics)
            let json = try JSONValue(
                parsing: Data(contentsOf: folder.appendingPathComponent("results/\(command)/\(file)")))
            XCTAssertEqual(json["samples"], [])
        }
    }
}
