import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class EntailmentPlanTests: XCTestCase {
    private let lists = ["co_features", "orig_features", "unrel_features"]

    private func plan(_ conditions: [EvaluationOptions.Condition] = [.edited]) -> EntailmentPlan {
        var plan = EntailmentPlan()
        plan.scope.splitChoice = .all
        plan.conditions = conditions
        return plan
    }

    private func run(
        _ plan: EntailmentPlan, samples: Int = 8, family: String = "gpt2", in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        try plan.run(
            PlanFixture.context(
                PlanFixture.norms(samples), family: family, in: folder, progress: progress))
    }

    // MARK: Against PyTorch

    private func assertMetric(
        _ found: JSONValue?, _ expected: JSONValue?, _ message: String, line: UInt = #line
    ) {
        guard let expected = expected?.array else {
            return XCTFail("no expectation of \(message)", line: line)
        }
        XCTAssertEqual(
            found?["mean"]?.double ?? .nan, expected[0].double!, accuracy: 1e-5, message, line: line)
        XCTAssertEqual(
            found?["std"]?.double ?? .nan, expected[1].double!, accuracy: 1e-5, message, line: line)
        XCTAssertEqual(found?["count"]?.integer, expected[2].integer, message, line: line)
    }

    /// Compares a result file of `condition` with what PyTorch found.
    private func compare(
        _ file: JSONValue, _ expected: JSONValue, isEdited: Bool, _ name: String
    ) throws {
        let samples = try XCTUnwrap(expected["samples"]?.object)
        let found = try XCTUnwrap(file["samples"]?.array)
        XCTAssertEqual(found.map { $0["id"]?.string }, samples.keys, name)
        for sample in found {
            let id = try XCTUnwrap(sample["id"]?.string)
            for list in lists {
                let pairs = try XCTUnwrap(samples[id]?[list]?.array)
                let (before, after) = (pairs[0].array!, pairs[1].array!)
                let features = try XCTUnwrap(sample[list]?.array)
                XCTAssertEqual(features.count, before.count, "\(name) \(id) \(list)")
                for (index, feature) in features.enumerated() {
                    let place = "\(name) \(id) \(list) \(index)"
                    XCTAssertEqual(feature.object?.keys, ["feature", "logp_pre", "logp_post", "logp_ref"])
                    let pre = isEdited ? before[index] : after[index]
                    XCTAssertEqual(
                        feature["logp_pre"]?.double ?? .nan, pre.double!, accuracy: 1e-4, place)
                    if isEdited {
                        XCTAssertEqual(
                            feature["logp_post"]?.double ?? .nan, after[index].double!, accuracy: 1e-4,
                            place)
                    } else {
                        XCTAssertEqual(feature["logp_post"], .null, place)
                    }
                    XCTAssertEqual(feature["logp_ref"] == .null, list == "unrel_features", place)
                }
            }
        }
        let metrics = try XCTUnwrap(expected["metrics"])
        for kind in ["orig", "co"] {
            let pre = isEdited ? "before" : "after"
            assertMetric(
                file["metrics"]?["\(kind)_corr_pre"], metrics["\(kind)_corr_\(pre)"], "\(name) \(kind) pre")
            if isEdited {
                assertMetric(
                    file["metrics"]?["\(kind)_corr_post"], metrics["\(kind)_corr_after"],
                    "\(name) \(kind) post")
            } else {
                XCTAssertEqual(file["metrics"]?["\(kind)_corr_post"], .null, name)
            }
        }
        for kind in name == "unedited" ? [] : ["co", "orig", "unrel"] {
            let key = "\(kind)_delta_p"
            assertMetric(file["metrics"]?[key], metrics[key], "\(name) \(key)")
        }
    }

    func testAgreesWithPyTorch() throws {
        for family in ["gpt2", "llama"] {
            let expected = try PlanFixture.expected(family)["entailment"]
            let folder = try temporaryFolder()
            _ = try run(plan([.unedited, .prefix, .edited]), family: family, in: folder)
            var identity = plan()
            identity.scope.editorType = .identity
            _ = try run(identity, family: family, in: folder)
            for (name, place) in [
                ("unedited", "unedited"), ("prefix", "prefix"), ("linear", "linear/1"),
                ("identity", "identity/1"),
            ] {
                try compare(
                    PlanFixture.json("\(place)/entailment.json", in: folder),
                    XCTUnwrap(expected?[name]), isEdited: place.hasSuffix("/1"), name)
            }
            var scaled = plan()
            (scaled.alpha, scaled.beta) = (1.5, 0.25)
            var rounded = plan()
            rounded.scope.compatibility = .reference
            for (name, plan) in [("scaled", scaled), ("rounded", rounded)] {
                let folder = try temporaryFolder()
                _ = try run(plan, family: family, in: folder)
                try compare(
                    PlanFixture.json("linear/1/entailment.json", in: folder),
                    XCTUnwrap(expected?[name]), isEdited: true, name)
            }
        }
    }

    // MARK: Files

    func testFilesHaveTheReferencesForm() throws {
        let folder = try temporaryFolder()
        let summaries = try run(plan([.edited, .prefix]), samples: 3, in: folder)
        XCTAssertEqual(summaries.map(\.condition), [.edited(.linear, block: 1), .prefix])
        let keys = ["orig_corr_pre", "orig_corr_post", "co_corr_pre", "co_corr_post"]
        for place in ["linear/1", "prefix", "unedited"] {
            let file = try PlanFixture.json("\(place)/entailment.json", in: folder)
            XCTAssertEqual(file.object?.keys.prefix(2), ["samples", "metrics"], place)
            XCTAssertEqual(file["metrics"]?.object?.keys.prefix(4), keys[...], place)
            XCTAssertEqual(file["samples"]?.array?.first?.object?.keys, ["id"] + lists, place)
            XCTAssertEqual(
                try PlanFixture.json("\(place)/entailment_metrics.json", in: folder), file["metrics"], place)
        }
        XCTAssertEqual(
            try PlanFixture.json("manifest.json", in: folder)["entailments"]?["linear/1"]?["inputs"]?[
                "reference_probabilities"], "exact")
        // The unedited model is not asked again.
        let progress = RecordedProgress()
        var null = plan()
        null.scope.editorType = .null
        _ = try run(null, samples: 3, in: folder, progress: progress)
        XCTAssertEqual(progress.stages, ["directions, layer 1", "entailment, null, layer 1"])
        let unchanged = try PlanFixture.json("null/1/entailment.json", in: folder)
        for sample in unchanged["samples"]?.array ?? [] {
            for feature in sample["co_features"]?.array ?? [] {
                XCTAssertEqual(feature["logp_pre"], feature["logp_post"])
            }
        }
        XCTAssertEqual(unchanged["metrics"]?["co_delta_p"]?["mean"], 0.0)
    }

    func testStoppedRunsAndBatchesEndWithTheSameBytes() throws {
        let whole = try temporaryFolder()
        var plan = plan([.edited, .prefix])
        _ = try run(plan, samples: 4, in: whole)
        let stopped = try temporaryFolder()
        plan.scope.batchSize = 1
        // The first event of an edited run is about directions.
        let stops = try PlanFixture.untilDone(advances: 2) {
            _ = try run(plan, samples: 4, in: stopped, progress: $0)
        }
        XCTAssertGreaterThan(stops, 5)
        for place in ["linear/1", "prefix", "unedited"] {
            for name in ["entailment.json", "entailment_metrics.json"] {
                XCTAssertEqual(
                    try Data(contentsOf: stopped.appendingPathComponent("\(place)/\(name)")),
                    try Data(contentsOf: whole.appendingPathComponent("\(place)/\(name)")), "\(place)/\(name)"
                )
            }
            XCTAssertEqual(
                try FileManager.default.contentsOfDirectory(
                    atPath: stopped.appendingPathComponent(place).path
                ).count, 2)
        }
    }

    // MARK: What is left out

    /// A sample whose lists are replaced.
    private func sample(_ id: String, _ change: (inout JSONObject) -> Void) throws -> Sample {
        var sample = try PlanFixture.norms(1).samples[0]
        var source = try XCTUnwrap(sample.source?.object)
        change(&source)
        sample.id = id
        sample.source = .object(source)
        return sample
    }

    func testWhatCannotBeUsedIsCounted() throws {
        let plain = try sample("plain") { _ in }
        var noSource = plain
        (noSource.id, noSource.source) = ("no source", nil)
        let torn = try sample("torn") { $0["all_co_features"] = [["prompt": "A"]] }
        var absent = plain
        (absent.id, absent.entity) = ("absent", "walrus")
        var long = plain
        (long.id, long.context) = ("long", "A" + String(repeating: " q", count: 70) + " " + long.attribute)
        let single = try sample("single") {
            $0["all_co_features"] = .array(Array($0["all_co_features"]!.array!.prefix(1)))
        }
        let constant = try sample("constant") {
            $0["original_features"] = .array(
                $0["original_features"]!.array!.map { feature in
                    var object = feature.object!
                    object["prob"] = "0.10"
                    return .object(object)
                })
        }
        let zeros = try sample("zeros") {
            $0["all_co_features"] = .array(
                $0["all_co_features"]!.array!.map { feature in
                    var object = feature.object!
                    object["co_prob"] = "0.00"
                    return .object(object)
                })
        }
        let dataset = Dataset(
            name: .mcrae, samples: [plain, noSource, torn, absent, long, single, constant, zeros],
            fileHash: "")
        let folder = try temporaryFolder()
        let summary = try plan([.edited]).run(PlanFixture.context(dataset, in: folder))[0]
        XCTAssertEqual(
            summary.skipped.reasons.map { "\($0.reason): \($0.ids.joined(separator: ", "))" },
            [
                "the source names no such prompts: no source, torn", "entity not in the prompt: absent",
                "longer than the model reads: long",
            ])
        XCTAssertEqual(summary.sampleCount, 4)
        XCTAssertEqual(
            summary.counts.filter { $0.key.hasSuffix("left_out") },
            [
                "co_corr_pre_left_out": 2, "co_corr_post_left_out": 2, "orig_corr_pre_left_out": 1,
                "orig_corr_post_left_out": 1,
            ])
        let file = try PlanFixture.json("linear/1/entailment.json", in: folder)
        XCTAssertEqual(file["co_corr_pre_left_out"]?.integer, 2)
        XCTAssertEqual(file["samples"]?.array?.last?["co_features"], [])
        XCTAssertEqual(file["metrics"]?["co_delta_p"]?["count"]?.integer, 3)
    }

    /// People's probabilities: exact, or to two decimals as the reference keeps them.
    func testReferenceProbabilities() throws {
        let sample = try sample("one") {
            $0["all_co_features"] = .array(
                [0.125, 0.004, 0.006].map { probability in
                    [
                        "feature_fluent": "flies", "prompt": "A crow", "target": "flies",
                        "co_prob": .number(probability),
                    ]
                })
        }
        func references(_ probabilities: ReferenceProbabilities) throws -> [Double?] {
            try EntailmentCase(sample, probabilities: probabilities).lists[0].map(\.reference)
        }
        XCTAssertEqual(try references(.exact), [log(0.125), log(0.004), log(0.006)])
        // Python rounds the binary number, ties to even.
        XCTAssertEqual(try references(.rounded), [log(0.12), log(0.01)])
    }

    /// The target is what stands at the end, though its letters may stand elsewhere too.
    func testTheTargetIsAtTheEnd() throws {
        let model = try TinyModels.open("gpt2")
        let sample = Sample(
            id: "redwood", entity: "redwood", attribute: "is red", context: "A St. redwood is red.",
            prompt: "")
        let feature = EntailmentFeature(
            fluent: "is red", prompt: "A redwood is", target: "red", reference: nil)
        for isPrefixed in [false, true] {
            let reader = EntailmentReader(
                model: model, tokenOptions: TokenOptions(), isPrefixed: isPrefixed)
            let ending = try reader.endings(of: sample, [feature], edit: nil)[0]
            let front = isPrefixed ? "A St. redwood is red. A redwood is" : "A redwood is"
            XCTAssertEqual(ending.tokens, model.tokenizer.encode(front + " red").ids)
            XCTAssertEqual(ending.start, model.tokenizer.encode(front).ids.count)
        }
    }

    func testSharedBeginnings() {
        let lists = [[1, 2], [1, 2, 3], [4], [1, 2, 3], [], [1, 3], [4]]
        let shared = SharedBeginnings(lists)
        XCTAssertEqual(shared.owners, [1, 2, 5])
        XCTAssertEqual(shared.places.count, lists.count)
        for (list, place) in zip(lists, shared.places) {
            XCTAssertTrue(lists[shared.owners[place]].starts(with: list), "\(list)")
        }
    }
}
