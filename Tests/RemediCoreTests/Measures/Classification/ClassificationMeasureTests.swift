import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class ClassificationMeasureTests: XCTestCase {
    private typealias Fixture = ClassificationFixture

    private var editors = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        editors = try temporaryFolder()
        try Fixture.copyEditors(to: editors)
    }

    private func control(_ family: String = "gpt2") -> ControlModel {
        let editors = editors
        return ControlModel(name: "tiny_random", editorsDirectory: editors) { try TinyModels.open(family) }
    }

    /// Every file below a folder with its content, but for the manifest, which holds times, and locks.
    private func content(_ folder: URL) throws -> [String: Data] {
        var result: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let file = folder.appendingPathComponent(name)
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
            if isFolder.boolValue || name.hasSuffix("manifest.json") || name.hasSuffix(".lock") { continue }
            result[name] = try Data(contentsOf: file)
        }
        return result
    }

    func testResultFilesHaveTheReferencesForm() throws {
        let folder = try temporaryFolder()
        var options = Fixture.options(editors: editors)
        options.variants = [.editor, .identity, .controlTask, .controlModel]
        let summaries = try Fixture.run(options, in: folder, control: control())
        XCTAssertEqual(summaries.count, 8)
        XCTAssertEqual(
            Set(summaries.map(\.condition.label)),
            ["linear", "identity", "linear, control task", "linear, control model"])
        for suffix in ["", "_control_task", "_control_model"] {
            for block in [1, 2] {
                let name = "linear/1/fact_cls_layer_\(block)\(suffix)"
                let text = try String(
                    contentsOf: folder.appendingPathComponent(name + ".json"), encoding: .utf8)
                XCTAssertFalse(text.contains("\n"), name)
                let json = try JSONValue(parsing: text)
                XCTAssertEqual(json.object?.keys.prefix(2), ["samples", "metrics"], name)
                let sample = try XCTUnwrap(json["samples"]?.array?.first?.object)
                XCTAssertEqual(sample.keys, ["id", "contextual", "decontextual"], name)
                for task in ["contextual", "decontextual"] {
                    XCTAssertEqual(
                        sample[task]?.object?.keys.prefix(4),
                        ["logp_target", "logp_comparator", "score_target", "score_comparator"], name)
                    XCTAssertEqual(
                        json["metrics"]?[task]?.object?.keys,
                        ["f1", "mcc", "accuracy", "f1_interval", "mcc_interval", "accuracy_interval"], name)
                    XCTAssertEqual(
                        sample[task]?["control_truth"] != nil, suffix == "_control_task", name)
                }
                XCTAssertEqual(
                    try String(
                        contentsOf: folder.appendingPathComponent(name + "_metrics.json"), encoding: .utf8),
                    json["metrics"]?.text(), name)
            }
        }
        XCTAssertEqual(
            try content(folder).keys.filter { !$0.hasSuffix(".json") }, [], "nothing is left behind")
        let table = EvaluationTable(summaries).table()
        XCTAssertEqual(
            table.columns.map(\.title),
            ["condition", "layer", "entity layer", "samples"]
                + ["contextual", "decontextual"].flatMap { task in
                    ["f1", "mcc", "accuracy"].map { "\(task) \($0)" }
                })
        XCTAssertEqual(table.rows.count, 8)
    }

    func testResultsDoNotDependOnTheBatch() throws {
        let contents = try [1, 5, 64].map { size -> [String: Data] in
            let folder = try temporaryFolder()
            var options = Fixture.options(.biaffine, editors: editors)
            options.batchSize = size
            _ = try Fixture.run(options, family: "llama", in: folder)
            return try content(folder)
        }
        XCTAssertEqual(contents[0].count, 4)
        XCTAssertEqual(contents[0], contents[1])
        XCTAssertEqual(contents[0], contents[2])
    }

    /// Wherever a run was stopped, the next one goes on from there and ends with the same bytes, normaliser
    /// included.
    func testStoppedRunsEndWithTheSameBytes() throws {
        let data = try Fixture.dataset(training: true)
        func options() throws -> (EvaluationOptions, URL) {
            let editors = try temporaryFolder()
            try Fixture.copyEditors(to: editors)
            var options = Fixture.options(editors: editors, entityBlocks: [1, 2])
            options.variants = [.editor, .controlTask, .controlModel]
            options.normalization = .train
            options.batchSize = 16
            return (options, editors)
        }
        let (wholeOptions, wholeEditors) = try options()
        let whole = try temporaryFolder()
        _ = try Fixture.run(
            wholeOptions, dataset: data, in: whole,
            control: ControlModel(name: "c", editorsDirectory: wholeEditors) { try TinyModels.open("gpt2") })
        let (stoppedOptions, stoppedEditors) = try options()
        let stopped = try temporaryFolder()
        var stops = 0
        while true {
            do {
                _ = try Fixture.run(
                    stoppedOptions, dataset: data, in: stopped,
                    control: ControlModel(name: "c", editorsDirectory: stoppedEditors) {
                        try TinyModels.open("gpt2")
                    }, progress: RecordedProgress(stopsAfter: 1))
                break
            } catch RemediError.interrupted {
                stops += 1
            }
        }
        // Three batches of three kinds, once for training and once for each of two models' samples; the last
        // of a kind is followed by the first of the next.
        XCTAssertGreaterThan(stops, 12)
        XCTAssertEqual(try content(stopped), try content(whole))
        XCTAssertEqual(try content(stoppedEditors), try content(wholeEditors))
        XCTAssertTrue(try content(wholeEditors).keys.contains("linear/1/normalizer.safetensors"))
    }

    /// One byte in the states of a stopped run, and in its normalizer.
    func testDamagedStatesAreReadAgain() throws {
        let data = try Fixture.dataset(training: true)
        var options = Fixture.options(editors: editors, entityBlocks: [1, 2])
        options.normalization = .train
        options.batchSize = 16
        let whole = try temporaryFolder()
        _ = try Fixture.run(options, dataset: data, in: whole)
        let normalizer = editors.appendingPathComponent("linear/1/normalizer.safetensors")
        let made = try Data(contentsOf: normalizer)
        for (stops, name) in [(2, "normalizer.states"), (9, "fact_cls.states")] {
            for place in [0, 77, 4001] {
                let folder = try temporaryFolder()
                if name == "normalizer.states" { try FileManager.default.removeItem(at: normalizer) }
                for _ in 0..<stops {
                    XCTAssertThrowsError(
                        try Fixture.run(
                            options, dataset: data, in: folder, progress: RecordedProgress(stopsAfter: 1)),
                        name
                    ) { XCTAssertEqual($0 as? RemediError, .interrupted(signal: 15)) }
                    guard FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
                    else { continue }
                }
                let file = folder.appendingPathComponent(name)
                guard var bytes = try? Data(contentsOf: file) else { continue }
                bytes[place] ^= 4
                try bytes.write(to: file)
                _ = try Fixture.run(options, dataset: data, in: folder)
                XCTAssertEqual(try content(folder), try content(whole), "\(name), byte \(place)")
                XCTAssertEqual(try Data(contentsOf: normalizer), made, "\(name), byte \(place)")
            }
        }
        for place in [9, 200, made.count - 5] {
            var damaged = made
            damaged[place] ^= 1
            try damaged.write(to: normalizer)
            let folder = try temporaryFolder()
            let progress = RecordedProgress()
            _ = try Fixture.run(options, dataset: data, in: folder, progress: progress)
            XCTAssertEqual(try content(folder), try content(whole), "normalizer, byte \(place)")
            XCTAssertEqual(try Data(contentsOf: normalizer), made, "byte \(place)")
            XCTAssertTrue(
                progress.warnings.contains(
                    "\(normalizer.path) does not match its checksum; it is made again"),
                "\(progress.warnings)")
        }
    }

    func testResultsAreReused() throws {
        let folder = try temporaryFolder()
        let options = Fixture.options(editors: editors, entityBlocks: [2])
        let made = try Fixture.run(options, in: folder)
        let progress = RecordedProgress()
        var more = options
        more.entityBlocks = [2]
        let again = try Fixture.run(more, in: folder, progress: progress)
        XCTAssertEqual(again.map(\.isReused), [true])
        // A correlation has no deviation, and not-a-number equals nothing.
        for (first, second) in zip(made[0].metrics, again[0].metrics) {
            XCTAssertEqual(second.name, first.name)
            XCTAssertEqual(second.metric.mean, first.metric.mean, first.name)
            XCTAssertEqual(second.metric.interval, first.metric.interval, first.name)
        }
        XCTAssertEqual(again[0].metrics.count, made[0].metrics.count)
        XCTAssertEqual(progress.stages, [])
        more.entityBlocks = [1, 2]
        XCTAssertEqual(try Fixture.run(more, in: folder).map(\.isReused), [false, true])
    }

    /// A run that was killed after its last result left states that nobody goes on from.
    func testWhatAKilledRunLeftIsRemoved() throws {
        let folder = try temporaryFolder()
        let options = Fixture.options(editors: editors)
        _ = try Fixture.run(options, in: folder)
        let whole = try content(folder)
        for name in ["fact_cls.states", "fact_cls.journal.jsonl", "normalizer_control_model.states"] {
            try Data("x".utf8).write(to: folder.appendingPathComponent(name))
        }
        XCTAssertTrue(try Fixture.run(options, in: folder).allSatisfy(\.isReused))
        XCTAssertEqual(try content(folder), whole)
    }

    func testOtherOptionsAreRefused() throws {
        let folder = try temporaryFolder()
        var options = Fixture.options(.biaffine, editors: editors, entityBlocks: [2])
        _ = try Fixture.run(options, in: folder)
        options.entityInput = .prompt
        let file = folder.appendingPathComponent("biaffine/1/fact_cls_layer_2.json")
        XCTAssertThrowsError(try Fixture.run(options, in: folder)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(
                    path: file.path,
                    differences: ["editor_entity: \"alone\" there, \"prompt\" now"]))
        }
        let before = try Data(contentsOf: file)
        options.overwrite = true
        XCTAssertEqual(try Fixture.run(options, in: folder).map(\.isReused), [false])
        XCTAssertNotEqual(try Data(contentsOf: file), before)
    }

    func testLayersThatAreNotNamed() throws {
        var options = Fixture.options(editors: editors)
        options.blocks = nil
        options.variants = [.identity, .editor]
        let found = try Fixture.run(options, in: temporaryFolder()).map(\.condition)
        let controls = ProbeControls()
        XCTAssertEqual(
            found,
            [EditorType.identity, .linear].flatMap { type in
                [1, 2].map { .probed(type, block: 1, entityBlock: $0, controls: controls) }
            })
    }

    func testBadRequests() throws {
        let folder = try temporaryFolder()
        func check(_ options: EvaluationOptions, _ expected: RemediError, line: UInt = #line) {
            XCTAssertThrowsError(try Fixture.run(options, in: folder), line: line) {
                XCTAssertEqual($0 as? RemediError, expected, line: line)
            }
        }
        var small = Fixture.options(editors: editors)
        small.split = .evaluation(small: true)
        check(small, .noSamples(dataset: "counterfact", split: "evaluation (small)", count: 32))
        check(
            Fixture.options(.mlp, editors: editors),
            .editorMissing(path: editors.appendingPathComponent("mlp/1/weights.safetensors").path))
        var outside = Fixture.options(editors: editors, entityBlocks: [0, 3])
        XCTAssertThrowsError(try Fixture.run(outside, in: folder)) {
            XCTAssertEqual($0 as? LanguageModelError, .noSuchBlock(block: 3, blocks: 3))
        }
        outside.entityBlocks = nil
        outside.variants = [.editor, .controlModel]
        check(outside, .editorMissing(path: ""))
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [])
    }
}
