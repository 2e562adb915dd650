import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class EvaluationTests: XCTestCase {
    private let names = ["efficacy", "rewrite", "paraphrase", "neighborhood"]

    private func run(
        _ options: EvaluationOptions, in folder: URL, progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        try EvaluationFixture.run(options, in: folder, progress: progress)
    }

    private func json(_ name: String, in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    // MARK: Files

    /// A manifest has an entry for every layer: each names what was left out by numbers only.
    func testManifestsCountWhatWasDropped() throws {
        let cases = try TinyModels.cases()
        let dataset = Dataset(
            name: .counterfact, samples: cases.samples, dropped: [("a reason", ["a", "b"])], fileHash: "")
        let model = try TinyModels.open("gpt2")
        let run = Evaluation(
            model: model, dataset: dataset, options: EvaluationFixture.options([.unedited]),
            directory: try temporaryFolder(), progress: SilentProgress())
        XCTAssertEqual(run.circumstances(sampleCount: 1)["dropped"], ["a reason": 2])
        XCTAssertEqual(
            try run.inputs(of: .unedited)["tokenizer"], .string(try model.tokenizer.fingerprint()))
    }

    /// Where a baseline makes another text of a prompt, both are kept.
    private func checkGivenPrompts(in folder: URL) throws {
        let cases = try TinyModels.cases().samples
        for place in ["unedited", "prefix", "linear/1"] {
            for name in names {
                let samples = try XCTUnwrap(try json("\(place)/\(name).json", in: folder)["samples"]?.array)
                XCTAssertFalse(samples.isEmpty)
                for entry in samples.flatMap({ $0["prompts"]?.array ?? [$0] }) {
                    let sample = try XCTUnwrap(cases.first { $0.id == entry["id"]?.string })
                    let prompt = try XCTUnwrap(entry["prompt"]?.string)
                    let given = place == "prefix" ? sample.inContext(prompt).text : nil
                    XCTAssertEqual(entry["given_prompt"]?.string, given, "\(place)/\(name)")
                }
            }
        }
    }

    func testResultFilesHaveTheReferencesForm() throws {
        let folder = try temporaryFolder()
        _ = try run(EvaluationFixture.options([.unedited, .prefix, .edited]), in: folder)
        let flat = ["id", "prompt", "target_score", "comparator_score"]
        for place in ["unedited", "prefix", "linear/1"] {
            for name in names {
                let text = try String(
                    contentsOf: folder.appendingPathComponent("\(place)/\(name).json"), encoding: .utf8)
                XCTAssertFalse(text.contains("\n"), "\(place)/\(name)")
                let json = try JSONValue(parsing: text)
                XCTAssertEqual(json.object?.keys.prefix(2), ["samples", "metrics"], name)
                XCTAssertEqual(json["metrics"]?.object?.keys.prefix(2), ["score", "magnitude"], name)
                XCTAssertEqual(
                    json["metrics"]?["score"]?.object?.keys, ["mean", "std", "values", "interval", "count"])
                XCTAssertEqual(json["metrics"]?["score"]?["values"], .null)
                let sample = try XCTUnwrap(json["samples"]?.array?.first?.object)
                if ["efficacy", "rewrite"].contains(name) {
                    XCTAssertEqual(Array(sample.keys.prefix(4)), flat, name)
                } else {
                    XCTAssertEqual(
                        sample.keys, ["id", "prompts", "efficacy_score", "efficacy_magnitude"], name)
                    let prompt = try XCTUnwrap(sample["prompts"]?.array?.first?.object)
                    XCTAssertEqual(Array(prompt.keys.prefix(4)), flat, name)
                }
                let metrics = try String(
                    contentsOf: folder.appendingPathComponent("\(place)/\(name)_metrics.json"),
                    encoding: .utf8)
                XCTAssertEqual(metrics, json["metrics"]?.text(), name)
            }
        }
        try checkGivenPrompts(in: folder)
        let entry = try json("manifest.json", in: folder)["evaluations"]?["linear/1"]
        XCTAssertEqual(entry?["inputs"]?["alpha"], 1.0)
        XCTAssertEqual(entry?["inputs"]?["data"]?.string, try TinyModels.cases().fileHash)
        XCTAssertEqual(entry?["results"]?.object?.keys, names)
    }

    func testResultsDoNotDependOnTheBatch() throws {
        let folders = try [1, 3, 64].map { size -> URL in
            let folder = try temporaryFolder()
            var options = EvaluationFixture.options([.edited, .prefix])
            options.batchSize = size
            _ = try EvaluationFixture.run(options, family: "llama", in: folder)
            return folder
        }
        for place in ["linear/1", "prefix"] {
            for name in names {
                let contents = try folders.map {
                    try Data(contentsOf: $0.appendingPathComponent("\(place)/\(name).json"))
                }
                XCTAssertEqual(contents[0], contents[1], "\(place)/\(name)")
                XCTAssertEqual(contents[0], contents[2], "\(place)/\(name)")
            }
        }
    }

    // MARK: Reuse

    func testResultsAreReused() throws {
        let folder = try temporaryFolder()
        var first = EvaluationFixture.options([.unedited, .edited])
        first.benchmarks = [.efficacy]
        let made = try run(first, in: folder)
        XCTAssertEqual(made.map(\.isReused), [false, false])
        let progress = RecordedProgress()
        let again = try run(
            EvaluationFixture.options([.unedited, .edited]), in: folder, progress: progress)
        XCTAssertEqual(again.filter(\.isReused).map(\.benchmark), ["efficacy", "efficacy"])
        XCTAssertFalse(progress.stages.contains { $0.hasPrefix("efficacy") }, "\(progress.stages)")
        XCTAssertEqual(again[0].metrics, made[0].metrics)
        XCTAssertEqual(again[0].skipped, made[0].skipped)
        XCTAssertEqual(again[0].sampleCount, made[0].sampleCount)
        let metrics = folder.appendingPathComponent("unedited/efficacy_metrics.json")
        let content = try Data(contentsOf: metrics)
        try FileManager.default.removeItem(at: metrics)
        _ = try run(first, in: folder)
        XCTAssertEqual(try Data(contentsOf: metrics), content)
    }

    func testOtherOptionsAreRefused() throws {
        let folder = try temporaryFolder()
        var changed = EvaluationFixture.options()
        changed.benchmarks = [.efficacy]
        _ = try run(changed, in: folder)
        changed.alpha = 2
        changed.seed = 9
        let place = folder.appendingPathComponent("linear/1")
        let file = place.appendingPathComponent("efficacy.json")
        let before = try Data(contentsOf: file)
        XCTAssertThrowsError(try run(changed, in: folder)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(
                    path: place.path,
                    differences: ["seed: \"123456\" there, \"9\" now", "alpha: 1.0 there, 2.0 now"]))
        }
        XCTAssertEqual(try Data(contentsOf: file), before)
        changed.overwrite = true
        XCTAssertFalse(try run(changed, in: folder)[0].isReused)
        XCTAssertNotEqual(try Data(contentsOf: file), before)
        changed.overwrite = false
        XCTAssertTrue(try run(changed, in: folder)[0].isReused)
    }

    func testForeignResultsAndManifestsAreLeftAlone() throws {
        let folder = try temporaryFolder()
        let place = folder.appendingPathComponent("unedited")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let foreign = place.appendingPathComponent("paraphrase.json")
        try Data("{}".utf8).write(to: foreign)
        try Data("{\"kind\": \"other\"}".utf8).write(to: folder.appendingPathComponent("manifest.json"))
        var options = EvaluationFixture.options([.unedited])
        options.benchmarks = [.efficacy]
        XCTAssertThrowsError(try run(options, in: folder)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(path: place.path, differences: ["no manifest says how it was made"]))
        }
        try FileManager.default.removeItem(at: foreign)
        _ = try run(options, in: folder)
        let manifest = try json("manifest.json", in: folder)
        XCTAssertEqual(manifest["kind"], "other")
        XCTAssertNotNil(manifest["evaluations"]?["unedited"])
    }

    /// They are the model's as far as that version could tell.
    func testResultsOfVersion010AreUsedWithAWarning() throws {
        let folder = try temporaryFolder()
        var options = EvaluationFixture.options([.unedited, .prefix])
        options.benchmarks = [.efficacy, .rewrite]
        _ = try run(options, in: folder)
        let model = try TinyModels.open("gpt2")
        let file = folder.appendingPathComponent("manifest.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        XCTAssertTrue(text.contains(model.fingerprint))
        let former = try XCTUnwrap(model.formerFingerprint)
        try text.replacing(model.fingerprint, with: former).write(to: file, atomically: true, encoding: .utf8)
        let progress = RecordedProgress()
        XCTAssertEqual(
            try run(options, in: folder, progress: progress).map(\.isReused), [true, true, true, true])
        XCTAssertEqual(progress.warnings.count { $0.contains("results of version 0.1.0") }, 1)
    }

    func testEditsThatChangeNothingAreTold() throws {
        for (type, expected) in [(EditorType.null, 2), (.identity, 0)] {
            var options = EvaluationFixture.options([.edited])
            options.benchmarks = [.efficacy, .rewrite, .neighborhood]
            options.editorType = type
            let progress = RecordedProgress()
            _ = try run(options, in: try temporaryFolder(), progress: progress)
            XCTAssertEqual(progress.warnings.count { $0.contains("change nothing") }, expected, "\(type)")
        }
    }

    /// A damaged file counts as never written: a warning names it, and the same bytes are there in the end.
    func testDamagedFilesAreMadeAgain() throws {
        let folder = try temporaryFolder()
        var options = EvaluationFixture.options([.unedited, .prefix])
        options.benchmarks = [.efficacy, .rewrite]
        _ = try run(options, in: folder)
        let results = ["unedited", "prefix"].flatMap {
            ["\($0)/efficacy.json", "\($0)/rewrite_metrics.json"]
        }
        func bytes() throws -> [Data] {
            try results.map { try Data(contentsOf: folder.appendingPathComponent($0)) }
        }
        let sound = try bytes()
        for (name, damage, reused) in [
            ("unedited/efficacy.json", "{\"samples\": 1", [false, true, true, true]),
            ("prefix/rewrite.json", "", [true, true, true, false]),
            ("manifest.json", "{\"evaluations\": ", [false, false, false, false]),
            ("manifest.json", "[]", [false, false, false, false]),
        ] {
            let file = folder.appendingPathComponent(name)
            try Data(damage.utf8).write(to: file)
            let progress = RecordedProgress()
            XCTAssertEqual(try run(options, in: folder, progress: progress).map(\.isReused), reused, name)
            XCTAssertEqual(progress.warnings.count { $0.hasPrefix("\(file.path) is damaged") }, 1, name)
            XCTAssertEqual(try bytes(), sound, name)
            XCTAssertEqual(try run(options, in: folder).map(\.isReused), [true, true, true, true], name)
        }
    }

    func testStoppingKeepsFinishedBenchmarks() throws {
        let folder = try temporaryFolder()
        var options = EvaluationFixture.options([.unedited])
        options.batchSize = 4
        // Efficacy takes three batches; the fourth event is rewrite's first.
        XCTAssertThrowsError(try run(options, in: folder, progress: RecordedProgress(stopsAfter: 4))) {
            XCTAssertEqual($0 as? RemediError, .interrupted(signal: 15))
        }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("unedited").path)
        XCTAssertEqual(files.sorted(), ["efficacy.json", "efficacy_metrics.json", "rewrite.journal.jsonl"])
        XCTAssertEqual(try run(options, in: folder).map(\.isReused), [true, false, false, false])
    }

    /// Wherever a run was stopped, the next one goes on from there and ends with the same bytes.
    func testStoppedRunsEndWithTheSameBytes() throws {
        var options = EvaluationFixture.options([.prefix, .edited])
        options.batchSize = 4
        let whole = try temporaryFolder()
        _ = try run(options, in: whole)
        let stopped = try temporaryFolder()
        var stops = 0
        // The first event of a run is about directions: two of them let one batch more be done.
        while true {
            do {
                _ = try run(options, in: stopped, progress: RecordedProgress(stopsAfter: 2))
                break
            } catch RemediError.interrupted {
                stops += 1
            }
        }
        XCTAssertGreaterThan(stops, 10)
        for place in ["prefix", "linear/1"] {
            let folder = stopped.appendingPathComponent(place)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            XCTAssertEqual(files, names.flatMap { ["\($0).json", "\($0)_metrics.json"] }.sorted())
            for file in files {
                XCTAssertEqual(
                    try Data(contentsOf: folder.appendingPathComponent(file)),
                    try Data(contentsOf: whole.appendingPathComponent("\(place)/\(file)")), "\(place)/\(file)"
                )
            }
        }
    }

    // MARK: What is wrong with a request

    func testBadRequests() throws {
        let folder = try temporaryFolder()
        var small = EvaluationFixture.options()
        small.split = .evaluation(small: false)
        XCTAssertThrowsError(try run(small, in: folder)) {
            XCTAssertEqual(
                $0 as? RemediError, .noSamples(dataset: "counterfact", split: "evaluation", count: 10))
        }
        var missing = EvaluationFixture.options()
        missing.editorType = .mlp
        missing.blocks = nil
        XCTAssertThrowsError(try run(missing, in: folder)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .editorMissing(path: TinyModels.editors.appendingPathComponent("mlp").path))
        }
        var outside = EvaluationFixture.options()
        outside.blocks = [3]
        XCTAssertThrowsError(try run(outside, in: folder)) {
            XCTAssertEqual($0 as? LanguageModelError, .noSuchBlock(block: 3, blocks: 3))
        }
    }

    /// Nothing is computed for the layers before the one that is missing.
    func testAMissingEditorIsNoticedFirst() throws {
        let folder = try temporaryFolder()
        var options = EvaluationFixture.options()
        options.blocks = [1, 2]
        XCTAssertThrowsError(try run(options, in: folder)) {
            let missing = TinyModels.editors.appendingPathComponent("linear/2").path
            guard case .editorMissing(let path)? = $0 as? RemediError else { return XCTFail("\($0)") }
            XCTAssertEqual(path, missing)
        }
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [])
    }

    /// The reference's files do not say how their tokens are chosen: the options do, and change results.
    func testTokenOptionsOfTheReferencesEditors() throws {
        let folder = try temporaryFolder()
        var options = EvaluationFixture.options()
        options.benchmarks = [.efficacy]
        let plain = try run(options, in: folder)[0]
        options.tokens.attributeWithoutEntity = true
        XCTAssertThrowsError(try run(options, in: folder)) {
            guard case .resultsDiffer(_, let differences)? = $0 as? RemediError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(differences, ["attribute_no_entity: false there, true now"])
        }
        XCTAssertNotEqual(try run(options, in: temporaryFolder())[0].metrics, plain.metrics)
    }

    func testWordsWithoutAnEmbeddingAreRefused() throws {
        let model = try TinyModels.withUnknownToken(spelled: " Zanzibar", in: temporaryFolder())
        var samples = try TinyModels.cases().samples
        samples[2].targetUnmediated = "Zanzibar"
        let dataset = Dataset(name: .counterfact, samples: samples, fileHash: "")
        let run = Evaluation(
            model: model, dataset: dataset, options: EvaluationFixture.options([.unedited]),
            directory: try temporaryFolder(), progress: SilentProgress())
        XCTAssertThrowsError(try run.run()) {
            guard case .configuration(let key, _, _)? = $0 as? LanguageModelError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(key, "vocab_size")
        }
    }

    func testBlocksThatAreNotNamed() throws {
        var saved = EvaluationFixture.options()
        saved.blocks = nil
        saved.benchmarks = [.efficacy]
        XCTAssertEqual(try run(saved, in: temporaryFolder()).map(\.condition), [.edited(.linear, block: 1)])
        saved.editorType = .null
        saved.editorsDirectory = nil
        XCTAssertEqual(
            try run(saved, in: temporaryFolder()).map(\.condition),
            (0..<3).map { .edited(.null, block: $0) })
    }
}
