import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class CorrectionMeasureTests: XCTestCase {
    private func evaluation(
        _ type: EditorType, _ model: LanguageModel, _ dataset: Dataset, in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) -> Evaluation {
        var options = EvaluationFixture.options()
        options.editorType = type
        return Evaluation(
            model: model, dataset: dataset, options: options, directory: folder, progress: progress)
    }

    /// Both settings, and texts of the usual length.
    private static func corrections() -> EvaluationOptions {
        var options = EvaluationOptions()
        options.contexts = CorrectionSetting.allCases
        options.generation.limit = .total(150)
        return options
    }

    /// Error correction on an evaluation's model and samples, asking and writing as `options` say.
    private func correction(_ evaluation: Evaluation, options: EvaluationOptions) -> Evaluation {
        var all = evaluation.options
        all.contexts = options.contexts
        all.topKLabels = options.topKLabels
        all.generation = options.generation
        all.wordRules = options.wordRules
        return Evaluation(
            model: evaluation.model, dataset: evaluation.dataset, measures: [CorrectionMeasure()],
            options: all, directory: evaluation.directory, progress: evaluation.progress)
    }

    private func result(_ name: String, in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
    }

    /// Few short texts: what is not about texts.
    private func brief(_ settings: [CorrectionSetting] = [.decontextual]) -> EvaluationOptions {
        var options = Self.corrections()
        options.contexts = settings
        options.generation.limit = .new(2)
        return options
    }

    // MARK: PyTorch

    func testAgreesWithPyTorch() throws {
        let dataset = try BiosFixture.dataset()
        let titles = try BiosFixture.titles()
        for family in ["gpt2", "llama"] {
            let model = try BiosFixture.model(family, in: temporaryFolder())
            let expected = try XCTUnwrap(BiosFixture.expected(family)["correction"])
            for type in family == "gpt2" ? [EditorType.linear, .identity] : [.linear] {
                let folder = try temporaryFolder()
                var options = Self.corrections()
                options.topKLabels = titles.count
                _ = try correction(
                    evaluation(type, model, dataset, in: folder), options: options
                ).run()
                for setting in CorrectionSetting.allCases {
                    let place = setting.rawValue
                    let known = try XCTUnwrap(expected[place])
                    try check(
                        result("\(place)/baseline", in: folder), XCTUnwrap(known["unedited"]),
                        titles, "\(family) \(place)")
                    try check(
                        result("\(place)/\(type.rawValue)/1/error_correction", in: folder),
                        XCTUnwrap(known[type.rawValue]), titles, "\(family) \(place) \(type)")
                }
            }
        }
    }

    private func check(
        _ found: JSONValue, _ expected: JSONValue, _ titles: [String], _ name: String
    ) throws {
        let samples = try XCTUnwrap(found["samples"]?.array)
        XCTAssertEqual(samples.count, expected["count"]?.integer, name)
        let byId = Dictionary(
            samples.map { ($0["id"]!.string!, $0) }, uniquingKeysWith: { first, _ in first })
        let skipped = SkippedSamples(json: found["skipped"])
        for (id, values) in try XCTUnwrap(expected["samples"]?.object).members {
            if let reason = values.string {
                XCTAssertTrue(skipped.reasons.contains { $0.reason == reason && $0.ids.contains(id) }, id)
                continue
            }
            let sample = try XCTUnwrap(byId[id], "\(name) \(id)")
            let said = zip(
                try XCTUnwrap(sample["predictions"]?.array), try XCTUnwrap(sample["logp_predictions"]?.array))
            for (title, value) in said {
                let place = try XCTUnwrap(titles.firstIndex(of: title.string!))
                XCTAssertEqual(
                    value.double!, values.array![place].double!, accuracy: 1e-4, "\(name) \(id) \(title)")
            }
            let place = try XCTUnwrap(titles.firstIndex(of: sample["target"]!.string!))
            XCTAssertEqual(
                sample["logp_target"]!.double!, values.array![place].double!, accuracy: 1e-4, "\(name) \(id)")
            XCTAssertEqual(
                sample["full_logp_target"]!.double!, values.array!.last!.double!, accuracy: 1e-4,
                "\(name) \(id)")
        }
        let top1 = samples.filter { $0["predictions"]!.array?[0] == $0["target"] }
        let top3 = samples.filter { $0["predictions"]!.array!.prefix(3).contains($0["target"]!) }
        let count = Double(samples.count)
        XCTAssertEqual(Double(top1.count) / count, expected["top1"]!.double!, accuracy: 1e-5, name)
        XCTAssertEqual(Double(top3.count) / count, expected["topk"]!.double!, accuracy: 1e-5, name)
        for text in try XCTUnwrap(expected["texts"]?.array) {
            let sample = try XCTUnwrap(byId[text["id"]!.string!])
            XCTAssertEqual(sample["generation"], text["text"], name)
            XCTAssertEqual(
                sample["fluency"]?.double, NGramEntropy().fluency(of: text["text"]!.string!), name)
            XCTAssertEqual(
                sample["consistency"]!.double!, text["consistency"]!.double!, accuracy: 1e-5, name)
        }
    }

    // MARK: Files

    func testResultFilesHaveTheReferencesForm() throws {
        let folder = try temporaryFolder()
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let summaries = try correction(
            evaluation(.linear, model, BiosFixture.dataset(), in: folder),
            options: brief(CorrectionSetting.allCases)
        ).run()
        XCTAssertEqual(
            summaries.map { $0.file.path.dropFirst(folder.path.count + 1) },
            [
                "contextual/baseline.json", "decontextual/baseline.json",
                "contextual/linear/1/error_correction.json", "decontextual/linear/1/error_correction.json",
            ])
        XCTAssertEqual(
            summaries.map(\.benchmark), ["contextual", "decontextual", "contextual", "decontextual"])
        let sample = [
            "id", "prompt", "generation", "predictions", "target", "logp_predictions", "logp_target",
            "fluency", "consistency",
        ]
        for name in ["contextual/baseline", "decontextual/linear/1/error_correction"] {
            let json = try result(name, in: folder)
            XCTAssertEqual(json.object?.keys.prefix(2), ["samples", "metrics"], name)
            XCTAssertEqual(
                json["metrics"]?.object?.keys.prefix(5),
                ["top1_accuracy", "topk_accuracy", "k", "fluency", "consistency"], name)
            XCTAssertEqual(json["metrics"]?["k"], 3)
            XCTAssertNotNil(json["metrics"]?["top1_accuracy"]?.double)
            XCTAssertNotNil(Interval(json["metrics"]?["top1_accuracy_interval"]))
            XCTAssertEqual(
                json["metrics"]?["fluency"]?.object?.keys, ["mean", "std", "values", "interval", "count"])
            XCTAssertEqual(json["samples"]?.array?[0].object?.keys.prefix(9), ArraySlice(sample), name)
            XCTAssertEqual(json["samples"]?.array?[0]["predictions"]?.array?.count, 3)
        }
        let prompt = try result("contextual/baseline", in: folder)["samples"]?.array?[0]["prompt"]?.string
        XCTAssertEqual(
            prompt,
            "Amara teaches marine biology at the university and directs a small laboratory that studies river"
                + " sediments.\n\nAmara has the occupation of")
        let files = try FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("contextual").path)
        XCTAssertEqual(files.sorted(), ["baseline.json", "linear"])
        let metrics = folder.appendingPathComponent("contextual/linear/1/error_correction_metrics.json")
        XCTAssertEqual(
            try JSONValue(parsing: Data(contentsOf: metrics)),
            try result("contextual/linear/1/error_correction", in: folder)["metrics"])
    }

    /// Wherever a run was stopped, the next one goes on from there and ends with the same bytes.
    func testStoppedRunsEndWithTheSameBytes() throws {
        let model = try BiosFixture.model("llama", in: temporaryFolder())
        let dataset = Dataset(
            name: .biosbias, samples: Array(try BiosFixture.dataset().samples.prefix(12)), fileHash: "")
        var options = brief()
        options.generation.limit = .total(40)
        func run(_ folder: URL, _ progress: any ProgressReporter) throws {
            var evaluation = evaluation(.linear, model, dataset, in: folder, progress: progress)
            var changed = evaluation.options
            changed.batchSize = 5
            evaluation = Evaluation(
                model: model, dataset: dataset, options: changed, directory: folder, progress: progress)
            _ = try correction(evaluation, options: options).run()
        }
        let whole = try temporaryFolder()
        try run(whole, SilentProgress())
        let stopped = try temporaryFolder()
        var stops = 0
        while true {
            do {
                try run(stopped, RecordedProgress(stopsAfter: 2))
                break
            } catch RemediError.interrupted {
                stops += 1
            }
        }
        XCTAssertGreaterThan(stops, 5)
        for file in [
            "decontextual/baseline.json", "decontextual/linear/1/error_correction.json",
            "decontextual/linear/1/error_correction_metrics.json",
        ] {
            XCTAssertEqual(
                try Data(contentsOf: stopped.appendingPathComponent(file)),
                try Data(contentsOf: whole.appendingPathComponent(file)), file)
        }
    }

    func testResultsDoNotDependOnTheBatch() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let dataset = try BiosFixture.dataset()
        let contents = try [1, 7, 64].map { size -> Data in
            let folder = try temporaryFolder()
            var options = EvaluationFixture.options()
            options.batchSize = size
            let evaluation = Evaluation(
                model: model, dataset: dataset, options: options, directory: folder,
                progress: SilentProgress())
            _ = try correction(evaluation, options: brief()).run()
            return try Data(
                contentsOf: folder.appendingPathComponent("decontextual/linear/1/error_correction.json"))
        }
        XCTAssertEqual(contents[0], contents[1])
        XCTAssertEqual(contents[0], contents[2])
    }

    /// A direction of zeros leaves everything as it is; another one changes what follows, nothing else.
    func testAnEditChangesOnlyWhatTheModelSays() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let dataset = try BiosFixture.dataset()
        let folder = try temporaryFolder()
        for type in [EditorType.null, .linear] {
            _ = try correction(
                evaluation(type, model, dataset, in: folder), options: brief([.contextual])
            ).run()
        }
        let plain = try result("contextual/baseline", in: folder)
        XCTAssertEqual(
            try result("contextual/null/1/error_correction", in: folder)["samples"], plain["samples"])
        let edited = try result("contextual/linear/1/error_correction", in: folder)
        XCTAssertNotEqual(edited["samples"], plain["samples"])
        for key in ["id", "prompt", "target"] {
            XCTAssertEqual(
                edited["samples"]?.array?.map { $0[key] }, plain["samples"]?.array?.map { $0[key] }, key)
        }
    }

    func testOtherOptionsAreRefused() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let dataset = try BiosFixture.dataset()
        let folder = try temporaryFolder()
        var options = brief()
        let evaluation = evaluation(.linear, model, dataset, in: folder)
        XCTAssertEqual(
            try correction(evaluation, options: options).run().map(\.isReused), [false, false])
        XCTAssertEqual(
            try correction(evaluation, options: options).run().map(\.isReused), [true, true])
        options.topKLabels = 2
        options.generation.limit = .total(40)
        XCTAssertThrowsError(try correction(evaluation, options: options).run()) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(
                    path: folder.appendingPathComponent("decontextual").path,
                    differences: [
                        "top_k_labels: 3 there, 2 now", "max_length: not recorded there, 40 now",
                        "max_new_tokens: 2 there, not recorded now",
                    ]))
        }
    }

    // MARK: Odd data

    private func sample(_ id: String, title: String?, bio: String?, prompt: String? = nil) -> Sample {
        Sample(
            id: id, entity: "Ada", attribute: "keeps bees", context: "Ada keeps bees.",
            prompt: prompt ?? "Ada has the occupation of", targetMediated: title,
            source: bio.map { ["bio": .string($0)] })
    }

    func testWhatCannotBeUsedIsCounted() throws {
        let model = try BiosFixture.model("gpt2", in: temporaryFolder())
        let folder = try temporaryFolder()
        var lost = sample("lost", title: "nurse", bio: "b")
        lost.attribute = "keeps cows"
        let dataset = Dataset(
            name: .biosbias,
            samples: [
                sample("a", title: "bee keeper", bio: "_ keeps many bees"),
                sample("b", title: "bee hunter", bio: nil), sample("none", title: nil, bio: "b"),
                sample("absent", title: "nurse", bio: "_ is a nurse", prompt: "She has the occupation of"),
                sample("long", title: "nurse", bio: "b", prompt: "Ada" + " has" * 120), lost,
            ], fileHash: "")
        var options = brief()
        options.topKLabels = 5
        let summaries = try correction(
            evaluation(.linear, model, dataset, in: folder), options: options
        ).run()
        XCTAssertEqual(
            summaries[1].skipped.reasons.map { "\($0.reason): \($0.ids.joined(separator: " "))" },
            [
                "no target_mediated: none", "entity not in the prompt: absent",
                "longer than the model reads: long", "attribute not in the context: lost",
            ])
        XCTAssertEqual(summaries[0].sampleCount, 4)
        XCTAssertEqual(summaries[1].sampleCount, 2)
        XCTAssertEqual(summaries[1].counts["without_biographies"], 1)
        let json = try result("decontextual/linear/1/error_correction", in: folder)
        // There are three titles; the first two begin alike, so the first in the alphabet wins.
        XCTAssertEqual(json["metrics"]?["k"], 3)
        XCTAssertEqual(json["samples"]?.array?[1]["consistency"], .null)
        XCTAssertEqual(json["metrics"]?["consistency"]?["count"], 1)
        for sample in try XCTUnwrap(json["samples"]?.array) {
            let said = try XCTUnwrap(sample["predictions"]?.array)
            XCTAssertEqual(said.count, 3)
            let keeper = try XCTUnwrap(said.firstIndex(of: "bee keeper"))
            XCTAssertEqual(said.firstIndex(of: "bee hunter"), keeper - 1)
            XCTAssertLessThan(sample["full_logp_target"]!.double!, sample["logp_target"]!.double!)
        }
    }

    func testOneTitleIsAlwaysRight() throws {
        let model = try BiosFixture.model("llama", in: temporaryFolder())
        let dataset = Dataset(
            name: .biosbias, samples: [sample("a", title: "nurse", bio: "_ nurses")], fileHash: "")
        let summaries = try correction(
            evaluation(.identity, model, dataset, in: temporaryFolder()), options: brief()
        ).run()
        for summary in summaries {
            XCTAssertEqual(summary.metrics.prefix(3).map(\.metric.mean), [1, 1, 1])
            XCTAssertEqual(summary.metrics.prefix(3).map(\.name), ["top1_accuracy", "topk_accuracy", "k"])
        }
    }
}

extension String {
    fileprivate static func * (text: String, count: Int) -> String { String(repeating: text, count: count) }
}
