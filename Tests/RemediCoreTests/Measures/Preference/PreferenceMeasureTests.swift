import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Every benchmark under every condition against a plain PyTorch implementation.
final class PreferenceMeasureTests: XCTestCase {
    private static let conditions = ["unedited", "prefix", "identity", "linear", "scaled"]

    func testScoresAgreeWithPyTorch() throws {
        let expected = try EvaluationFixture.expected()
        for family in ["gpt2", "llama"] {
            for condition in Self.conditions {
                var options = EvaluationFixture.options()
                switch condition {
                case "unedited": options.conditions = [.unedited]
                case "prefix": options.conditions = [.prefix]
                case "identity": options.editorType = .identity
                case "scaled": (options.alpha, options.beta) = (1.5, 0.25)
                default: break
                }
                let summaries = try EvaluationFixture.run(options, family: family, in: temporaryFolder())
                XCTAssertEqual(summaries.count, 4)
                for summary in summaries {
                    let name = "\(family), \(condition), \(summary.benchmark)"
                    let known = try XCTUnwrap(expected[family]?[condition]?[summary.benchmark], name)
                    try checkSamples(summary, known, name)
                    try checkMetrics(summary, known, name)
                }
            }
        }
    }

    private func checkSamples(_ summary: EvaluationSummary, _ known: JSONValue, _ name: String) throws {
        let file = try JSONValue(parsing: Data(contentsOf: summary.file))
        var found: [String: [JSONValue]] = [:]
        for sample in file["samples"]!.array! {
            found[sample["id"]!.string!] = sample["prompts"]?.array ?? [sample]
        }
        let keys = ["target_score", "comparator_score", "target_full_score", "comparator_full_score"]
        for (id, prompts) in known["samples"]!.object!.members {
            let prompts = prompts.array!
            let usable = prompts.compactMap(\.array)
            XCTAssertEqual(found[id]?.count ?? 0, usable.count, "\(name), \(id)")
            for (entry, values) in zip(found[id] ?? [], usable) {
                for (key, value) in zip(keys, values) {
                    XCTAssertEqual(
                        entry[key]!.double!, value.double!, accuracy: 1e-4, "\(name), \(id), \(key)")
                }
            }
            let skipped = summary.skipped.reasons.first { $0.ids.contains(id) }?.reason
            XCTAssertEqual(skipped != nil, usable.isEmpty, "\(name), \(id)")
            if let skipped, !prompts.isEmpty {
                XCTAssertTrue(prompts.compactMap(\.string).contains(skipped), "\(name), \(id)")
            }
        }
    }

    private func checkMetrics(_ summary: EvaluationSummary, _ known: JSONValue, _ name: String) throws {
        for metric in ["score", "magnitude"] {
            let values = known["metrics"]![metric]!.array!.map { $0.double! }
            let found = try XCTUnwrap(summary.metrics.first { $0.name == metric }?.metric, name)
            XCTAssertEqual(found.mean, values[0], accuracy: 1e-5, "\(name), \(metric)")
            XCTAssertEqual(found.std, values[1], accuracy: 1e-5, "\(name), \(metric)")
            XCTAssertEqual(found.count, known["metrics"]!["count"]!.integer!, "\(name), \(metric)")
            let interval = try XCTUnwrap(found.interval)
            XCTAssertTrue(interval.lower <= found.mean && found.mean <= interval.upper, "\(name), \(metric)")
        }
    }

    /// Otherwise the test above could pass without editing anything.
    func testFixtureTellsConditionsApart() throws {
        let expected = try EvaluationFixture.expected()
        for family in ["gpt2", "llama"] {
            func scores(_ condition: String) -> [Double] {
                expected[family]![condition]!["rewrite"]!["samples"]!.object!.members
                    .compactMap { $0.value.array![0].array?[0].double }
            }
            for (index, first) in Self.conditions.enumerated() {
                for second in Self.conditions[(index + 1)...] {
                    let distance = zip(scores(first), scores(second)).map { abs($0 - $1) }.max()!
                    XCTAssertGreaterThan(distance, 1e-2, "\(family): \(first), \(second)")
                }
            }
        }
    }

    func testSkippedPromptsAreCounted() throws {
        let summaries = try EvaluationFixture.run(EvaluationFixture.options(), in: temporaryFolder())
        let paraphrase = summaries.first { $0.benchmark == "paraphrase" }
        XCTAssertEqual(
            paraphrase?.skipped.reasons.map(\.reason),
            ["entity not in the prompt", "longer than the model reads"]
        )
        XCTAssertEqual(paraphrase?.counts, ["prompts": 16, "skipped_prompts": 10])
        let neighborhood = summaries.first { $0.benchmark == "neighborhood" }
        XCTAssertEqual(neighborhood?.skipped.reasons.map(\.reason), ["the source names no such prompts"])
        XCTAssertEqual(neighborhood?.counts, ["prompts": 18, "skipped_prompts": 0, "unedited_prompts": 9])
    }

    func testSamplesThatCannotBeUsed() throws {
        let model = try TinyModels.open("gpt2")
        var samples = Array(try TinyModels.cases().samples.suffix(5))
        samples[0].targetUnmediated = nil
        samples[1].attribute = "never said"
        samples[2].prompt = "Nobody knows"
        samples[3].context = String(repeating: "in ", count: 80) + samples[3].context
        let options = EvaluationFixture.options()
        let editor = try Editor.load(type: .linear, block: 1, directory: TinyModels.editors, model: model)
        let shared = SharedDirections(
            model: model, samples: samples, editors: [editor], progress: SilentProgress())
        let subject = try EvaluationSubject(
            model: model, samples: samples, condition: .edited(.linear, block: 1), editor: (editor, shared),
            options: options, unedited: KnownScores(), progress: SilentProgress())
        let result = try PreferenceMeasure.efficacy.run(on: subject, journal: CaseJournal())
        XCTAssertEqual(result.samples.map { $0["id"]?.string }, [samples[4].id])
        let found = Dictionary(uniqueKeysWithValues: result.skipped.reasons.map { ($0.reason, $0.ids) })
        XCTAssertEqual(
            found,
            [
                "no target_unmediated": [samples[0].id], "attribute not in the context": [samples[1].id],
                "entity not in the prompt": [samples[2].id], "longer than the model reads": [samples[3].id],
            ])
        XCTAssertEqual(result.skipped.count, 4)
        XCTAssertEqual(SkippedSamples(json: result.skipped.json), result.skipped)
    }
}
