import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class ErrorClassificationTests: XCTestCase {
    private func options(
        _ type: EditorType = .linear, entityBlocks: [Int] = [1, 2]
    ) -> EvaluationOptions {
        ClassificationFixture.options(type, editors: TinyModels.editors, entityBlocks: entityBlocks)
    }

    private func run(
        _ options: EvaluationOptions, model: LanguageModel, dataset: Dataset? = nil, in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        try Evaluation(
            model: model, dataset: dataset ?? BiosFixture.dataset(), measures: [ClassificationMeasure.errors],
            options: options, directory: folder,
            control: ControlModel(name: "none", editorsDirectory: TinyModels.editors) { model },
            progress: progress
        ).run()
    }

    private func result(_ name: String, in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
    }

    private func files(in folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
            .sorted()
    }

    // MARK: PyTorch

    func testAgreesWithPyTorch() throws {
        let titles = try BiosFixture.titles()
        for family in ["gpt2", "llama"] {
            let model = try BiosFixture.model(family, in: temporaryFolder())
            let expected = try XCTUnwrap(BiosFixture.expected(family)["classification"])
            let folder = try temporaryFolder()
            // Once with all titles in the entries, once with the metrics of the first three.
            var all = options()
            all.variants = [.editor, .identity]
            all.topKLabels = titles.count
            _ = try run(all, model: model, in: folder)
            var three = all
            three.topKLabels = 3
            let summaries = try run(three, model: model, in: temporaryFolder())
            for (type, block) in [("linear", 1), ("linear", 2), ("identity", 2)] {
                let name = "\(family) \(type) \(block)"
                let known = try XCTUnwrap(expected["\(type) \(block)"])
                let found = try result("\(type)/1/error_cls_layer_\(block)", in: folder)
                XCTAssertEqual(found["samples"]?.array?.count, known["count"]?.integer, name)
                try check(found, XCTUnwrap(known["samples"]?.object), titles, name)
                let summary = try XCTUnwrap(
                    summaries.first {
                        $0.condition.folder == "\(type)/1" && $0.condition.entityBlock == block
                    })
                for key in [
                    "f1", "mcc", "probe_recall_1", "probe_recall_k", "model_recall_1", "model_recall_k",
                ] {
                    let metric = try XCTUnwrap(summary.metrics.first { $0.name == key })
                    XCTAssertEqual(
                        metric.metric.mean, known[key]!.double!, accuracy: 1e-5, "\(name) \(key)")
                }
            }
        }
    }

    private func check(_ found: JSONValue, _ known: JSONObject, _ titles: [String], _ name: String) throws {
        var byId: [String: JSONValue] = [:]
        for sample in try XCTUnwrap(found["samples"]?.array) { byId[sample["id"]!.string!] = sample }
        for (id, values) in known.members {
            let sample = try XCTUnwrap(byId[id], "\(name) \(id)")
            for (named, numbers, key) in [
                ("model_top_k", "model_top_k_logp", "logp"),
                ("predicted_top_k", "predicted_top_k_scores", "scores"),
            ] {
                let pairs = zip(
                    try XCTUnwrap(sample[named]?.array), try XCTUnwrap(sample[numbers]?.array))
                XCTAssertEqual(sample[named]?.array?.count, titles.count)
                for (title, number) in pairs {
                    let place = try XCTUnwrap(titles.firstIndex(of: title.string!))
                    let value = try XCTUnwrap(values[key]?.array?[place].double)
                    XCTAssertEqual(
                        number.double!, value, accuracy: 1e-4 * max(1, abs(value)), "\(name) \(id) \(key)")
                }
            }
        }
    }

    // MARK: Files

    func testResultFilesHaveTheReferencesForm() throws {
        let folder = try temporaryFolder()
        var options = options(entityBlocks: [2])
        options.variants = ProbeVariant.allCases
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let summaries = try run(options, model: model, in: folder)
        XCTAssertEqual(
            summaries.map { String($0.file.path.dropFirst(folder.path.count + 1)) },
            [
                "linear/1/error_cls_layer_2.json", "identity/1/error_cls_layer_2.json",
                "linear/1/error_cls_layer_2_control_task.json",
                "linear/1/error_cls_layer_2_control_model.json",
            ])
        let plain = try result("linear/1/error_cls_layer_2", in: folder)
        XCTAssertEqual(
            plain["samples"]?.array?[0].object?.keys,
            [
                "id", "model_top_k", "model_top_k_logp", "predicted_top_k", "predicted_top_k_scores",
                "ground_truth",
            ])
        XCTAssertEqual(
            plain["metrics"]?.object?.keys.prefix(7),
            [
                "f1", "mcc", "probe_recall_1", "probe_recall_k", "model_recall_1", "model_recall_k", "k",
            ])
        XCTAssertNotNil(Interval(plain["metrics"]?["f1_interval"]))
        XCTAssertEqual(plain["samples"]?.array?[0]["model_top_k"]?.array?.count, 3)
        // The control task shuffles which people the model errs about, and nothing else.
        let control = try result("linear/1/error_cls_layer_2_control_task", in: folder)
        let errors = try XCTUnwrap(plain["samples"]?.array).map {
            $0["model_top_k"]!.array![0] != $0["ground_truth"]
        }
        let shuffled = try XCTUnwrap(control["samples"]?.array).map { $0["control_truth"]!.bool! }
        XCTAssertNotEqual(shuffled, errors)
        XCTAssertEqual(shuffled.count { $0 }, errors.count { $0 })
        XCTAssertEqual(
            shuffled, ControlTask.shuffled(errors, seed: options.seed, task: "error_cls linear/1 2"))
        let judgements = zip(try XCTUnwrap(control["samples"]?.array), shuffled).map { sample, errs in
            Judgement(
                truth: errs,
                prediction: !sample["predicted_top_k"]!.array!.contains(sample["model_top_k"]!.array![0]))
        }
        for score in [JudgementScore.f1, .mcc] {
            XCTAssertEqual(
                control["metrics"]?[score.rawValue]?.double, score.value(of: judgements), score.rawValue)
        }
        for key in ["probe_recall_1", "probe_recall_k", "model_recall_1", "model_recall_k", "k"] {
            XCTAssertEqual(control["metrics"]?[key], plain["metrics"]?[key], key)
        }
        let left = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(StateFile.suffix) || $0.hasSuffix(CaseJournal.suffix) }
        XCTAssertEqual(left, [])
    }

    /// Wherever a run was stopped, the next one goes on from there and ends with the same bytes.
    func testStoppedRunsEndWithTheSameBytes() throws {
        let model = try BiosFixture.model("llama", in: temporaryFolder())
        var options = options()
        options.variants = [.editor, .controlTask]
        options.batchSize = 3
        let whole = try temporaryFolder()
        _ = try run(options, model: model, in: whole)
        let stopped = try temporaryFolder()
        var stops = 0
        while true {
            do {
                // Directions and scores, which are made anew, take four.
                _ = try run(options, model: model, in: stopped, progress: RecordedProgress(stopsAfter: 9))
                break
            } catch RemediError.interrupted {
                stops += 1
            }
        }
        XCTAssertGreaterThan(stops, 5)
        let names = try files(in: whole).filter { !$0.hasSuffix("manifest.json") }
        XCTAssertEqual(try files(in: stopped).filter { !$0.hasSuffix("manifest.json") }, names)
        XCTAssertEqual(names.count, 8)
        for name in names {
            XCTAssertEqual(
                try Data(contentsOf: stopped.appendingPathComponent(name)),
                try Data(contentsOf: whole.appendingPathComponent(name)), name)
        }
    }

    func testResultsDoNotDependOnTheBatch() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let contents = try [1, 50].map { size -> Data in
            let folder = try temporaryFolder()
            var options = options(entityBlocks: [2])
            options.batchSize = size
            _ = try run(options, model: model, in: folder)
            return try Data(contentsOf: folder.appendingPathComponent("linear/1/error_cls_layer_2.json"))
        }
        XCTAssertEqual(contents[0], contents[1])
    }

    // MARK: Odd data

    private func person(_ name: String, _ title: String?, _ attribute: String = "keeps bees") -> Sample {
        Sample(
            id: "\(name) \(title ?? "nothing")", entity: name, attribute: attribute,
            context: "\(name) \(attribute).", prompt: "\(name) has the occupation of", targetMediated: title)
    }

    /// An editor that gives the entity's state back as direction: then every title of a person has the score of
    /// the state with itself, and these sum up to what normalising leaves of them.
    func testEditorsGetTheEntityThatTheOptionsName() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let size = model.hiddenSize
        let editors = try temporaryFolder()
        var identity = [Float](repeating: 0, count: size * size)
        for dimension in 0..<size { identity[dimension * size + dimension] = 1 }
        let zeros = [Float](repeating: 0, count: size)
        let editor = try Editor(
            type: .biaffine, block: 1, shape: EditorShape(hiddenSize: size),
            values: [identity, zeros, [Float](repeating: 0, count: size * size), zeros],
            metadata: EditorMetadata(model: "gpt2", modelFingerprint: model.fingerprint),
            backend: model.backend)
        try editor.save(to: Editor.folder(type: .biaffine, block: 1, directory: editors))
        let people = ["nurse", "poet", "nurse", "bee keeper", "poet"].enumerated().map { number, title in
            person(["Ada", "Bo", "Cy", "Dan", "Eve"][number], title)
        }
        let dataset = Dataset(name: .biosbias, samples: people, fileHash: "")
        let titles = 3.0
        let count = Double(people.count)
        let expected =
            Double(size) * (count - 1) * ((count * titles - 1) / (titles * (count - 1))).squareRoot()
        for input in ProbeEntityInput.allCases {
            var options = ClassificationFixture.options(.biaffine, editors: editors, entityBlocks: [1, 2])
            options.entityInput = input
            options.topKLabels = 3
            let folder = try temporaryFolder()
            _ = try run(options, model: model, dataset: dataset, in: folder)
            for block in [1, 2] {
                let samples = try result("biaffine/1/error_cls_layer_\(block)", in: folder)["samples"]?.array
                let scores = try XCTUnwrap(samples).map {
                    ($0["predicted_top_k_scores"]?.array ?? []).compactMap(\.double)
                }
                XCTAssertEqual(scores.map(\.count), [3, 3, 3, 3, 3])
                for values in scores { XCTAssertEqual(values[0], values[2], accuracy: 1e-6) }
                let sum = scores.reduce(0) { $0 + $1[0] }
                if input == .prompt {
                    XCTAssertEqual(sum, expected, accuracy: 1e-3, "layer \(block)")
                } else {
                    XCTAssertGreaterThan(abs(sum - expected), 1, "layer \(block)")
                }
            }
        }
    }

    func testWhatCannotBeUsedIsCounted() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        var lost = person("Eve", "nurse")
        lost.prompt = "She has the occupation of"
        let dataset = Dataset(
            name: .biosbias,
            samples: [
                person("Ada", "bee keeper"), person("Ada", "nurse", "nurses"), person("Bo", nil), lost,
                person("Cy", "nurse", "has" + String(repeating: " had", count: 120)),
            ], fileHash: "")
        var options = options(entityBlocks: [2])
        options.topKLabels = 9
        let summary = try XCTUnwrap(
            run(options, model: model, dataset: dataset, in: temporaryFolder()).first)
        XCTAssertEqual(summary.sampleCount, 2)
        XCTAssertEqual(
            summary.skipped.reasons.map { "\($0.reason): \($0.ids.joined(separator: " "))" },
            [
                "no target_mediated: Bo nothing", "entity not in the prompt: Eve nurse",
                "longer than the model reads: Cy nurse",
            ])
        XCTAssertEqual(summary.metrics.first { $0.name == "k" }?.metric.mean, 2)
        XCTAssertEqual(summary.metrics.first { $0.name == "probe_recall_k" }?.metric.mean, 1)
    }

    func testOneTitle() throws {
        let model = try BiosFixture.model("llama", in: temporaryFolder())
        let dataset = Dataset(
            name: .biosbias, samples: [person("Ada", "nurse"), person("Bo", "nurse")], fileHash: "")
        let summary = try XCTUnwrap(
            run(options(entityBlocks: [1]), model: model, dataset: dataset, in: temporaryFolder()).first)
        for key in ["probe_recall_1", "model_recall_k", "k"] {
            XCTAssertEqual(summary.metrics.first { $0.name == key }?.metric.mean, 1, key)
        }
        XCTAssertEqual(summary.metrics.first { $0.name == "f1" }?.metric.mean, 0)
    }

    /// With the statistics of the training split a sample's scores do not depend on the others.
    func testTheTrainingSplitsStatistics() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        var options = options(entityBlocks: [2])
        options.normalization = .train
        options.topKLabels = 8
        let all = try BiosFixture.dataset()
        let whole = try temporaryFolder()
        _ = try run(options, model: model, dataset: all, in: whole)
        // All samples are of the training split, so that its statistics are those of the samples.
        var own = options
        own.normalization = .evaluation
        let plain = try temporaryFolder()
        _ = try run(own, model: model, dataset: all, in: plain)
        let name = "linear/1/error_cls_layer_2"
        XCTAssertEqual(try result(name, in: whole)["samples"], try result(name, in: plain)["samples"])
    }
}
