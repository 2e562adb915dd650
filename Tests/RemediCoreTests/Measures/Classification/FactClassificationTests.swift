import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Against a PyTorch program that does the same one text at a time in float64.
final class FactClassificationTests: XCTestCase {
    private typealias Fixture = ClassificationFixture

    private let tolerance = 1e-4

    private func check(
        _ setting: String, of family: String, _ file: String, in folder: URL, line: UInt = #line
    ) throws {
        let expected = try XCTUnwrap(try Fixture.expected(family)["settings"]?[setting])
        let known = try XCTUnwrap(try Fixture.expected(family)["settings"]?["linear 1 1"])
        let found = try Fixture.json(file, in: folder)
        for task in ["contextual", "decontextual"] {
            let samples = try XCTUnwrap(found["samples"]?.array).map { $0[task] }
            let scores = try XCTUnwrap(expected[task]?["scores"]?.array)
            let logps = try XCTUnwrap(known[task]?["logps"]?.array)
            XCTAssertEqual(samples.count, scores.count)
            for (index, sample) in samples.enumerated() {
                let what = "\(family), \(setting), \(task), sample \(index)"
                for (key, value) in [
                    ("score_target", scores[index].array?[0]), ("score_comparator", scores[index].array?[1]),
                    ("logp_target", logps[index].array?[0]), ("logp_comparator", logps[index].array?[1]),
                ] {
                    XCTAssertEqual(
                        try XCTUnwrap(sample?[key]?.double), try XCTUnwrap(value?.double),
                        accuracy: tolerance, "\(what), \(key)", line: line)
                }
            }
            for metric in ["f1", "mcc", "accuracy"] {
                XCTAssertEqual(
                    try XCTUnwrap(found["metrics"]?[task]?[metric]?.double),
                    try XCTUnwrap(expected[task]?[metric]?.double), accuracy: 1e-5,
                    "\(family), \(setting), \(task), \(metric)", line: line)
            }
        }
    }

    func testEditorsAgainstPyTorch() throws {
        for family in ["gpt2", "llama"] {
            let editors = try temporaryFolder()
            try Fixture.copyEditors(to: editors)
            let folder = try temporaryFolder()
            var linear = Fixture.options(editors: editors, entityBlocks: [1, 2])
            linear.variants = [.editor, .identity, .controlTask]
            let summaries = try Fixture.run(linear, family: family, in: folder)
            XCTAssertEqual(
                summaries.map(\.condition.label),
                ["linear", "linear", "identity", "identity", "linear, control task", "linear, control task"])
            XCTAssertEqual(summaries.map(\.condition.entityBlock), [1, 2, 1, 2, 1, 2])
            try check("linear 1 1", of: family, "linear/1/fact_cls_layer_1.json", in: folder)
            try check("linear 1 2", of: family, "linear/1/fact_cls_layer_2.json", in: folder)
            try check("identity 1 2", of: family, "identity/1/fact_cls_layer_2.json", in: folder)
            try check(
                "linear 1 2 control task", of: family, "linear/1/fact_cls_layer_2_control_task.json",
                in: folder)
            _ = try Fixture.run(
                Fixture.options(.identity, editors: editors, blocks: [0], entityBlocks: [2]),
                family: family, in: folder)
            try check("identity 0 2", of: family, "identity/0/fact_cls_layer_2.json", in: folder)
        }
    }

    func testWhatEditorsGetOfTheEntity() throws {
        for family in ["gpt2", "llama"] {
            let editors = try temporaryFolder()
            try Fixture.copyEditors(to: editors)
            var biaffine = Fixture.options(.biaffine, editors: editors, entityBlocks: [1, 2])
            let alone = try temporaryFolder()
            _ = try Fixture.run(biaffine, family: family, in: alone)
            try check("biaffine 1 2", of: family, "biaffine/1/fact_cls_layer_2.json", in: alone)
            biaffine.entityInput = .prompt
            let prompt = try temporaryFolder()
            _ = try Fixture.run(biaffine, family: family, in: prompt)
            try check("biaffine 1 2 prompt", of: family, "biaffine/1/fact_cls_layer_2.json", in: prompt)
        }
    }

    /// `--attribute-no-entity` changes what the attribute is read from, nothing else.
    func testAttributesReadAlone() throws {
        for family in ["gpt2", "llama"] {
            let editors = try temporaryFolder()
            try Fixture.copyEditors(to: editors)
            var options = Fixture.options(editors: editors, entityBlocks: [2])
            options.tokens.attributeWithoutEntity = true
            let folder = try temporaryFolder()
            _ = try Fixture.run(options, family: family, in: folder)
            try check("linear 1 2 no entity", of: family, "linear/1/fact_cls_layer_2.json", in: folder)
        }
    }

    func testNormalisedByTheTrainingSplit() throws {
        for family in ["gpt2", "llama"] {
            let editors = try temporaryFolder()
            try Fixture.copyEditors(to: editors)
            for (type, block, setting) in [
                (EditorType.linear, 2, "linear 1 2 train"), (.biaffine, 0, "biaffine 1 0 train"),
            ] {
                var options = Fixture.options(type, editors: editors, entityBlocks: [block])
                options.normalization = .train
                // This run makes the normaliser of its own samples, the next one uses it for others.
                _ = try Fixture.run(
                    options, family: family, dataset: Fixture.dataset(training: true), in: temporaryFolder())
                let folder = try temporaryFolder()
                let progress = RecordedProgress()
                _ = try Fixture.run(options, family: family, in: folder, progress: progress)
                XCTAssertFalse(progress.stages.contains { $0.contains("training") }, "\(progress.stages)")
                try check(
                    setting, of: family, "\(type.rawValue)/1/fact_cls_layer_\(block).json", in: folder)
            }
        }
    }

    /// With truths that have nothing to do with the samples there is nothing to be found.
    func testTheControlTaskFindsNothing() throws {
        var stream = RandomStream(seed: 3, purpose: "scores")
        let scores = (0..<600).map { _ in FactScore(mediated: stream.normal(), unmediated: 0) }
        let likelihoods = scores.map { score in
            PromptScore(
                target: WordScore(first: score.mediated, full: 0), comparator: WordScore(first: 0, full: 0))
        }
        let bootstrap = Bootstrap(seed: 1)
        for task in FactTask.allCases {
            func outcome(seed: UInt64?) -> FactOutcome {
                FactOutcome(
                    task, likelihoods: likelihoods, scores: scores,
                    shuffle: seed.map { TruthShuffle(seed: $0, probe: "linear/1 2") })
            }
            func mcc(seed: UInt64?) throws -> Double {
                let entries = scores.indices.map(outcome(seed: seed).json)
                return try XCTUnwrap(
                    ClassificationMeasure.facts.numbers(of: entries, bootstrap, key: "x")["mcc"]?.double)
            }
            XCTAssertEqual(try mcc(seed: nil), 1)
            XCTAssertEqual(try mcc(seed: 5), 0, accuracy: 0.12)
            func truths(seed: UInt64) -> [Bool?] {
                let outcome = outcome(seed: seed)
                return scores.indices.map { outcome.json(of: $0)["control_truth"]?.bool }
            }
            let truth = scores.map { (task == .contextual) == ($0.mediated > 0) }
            for seed in [5, 6] as [UInt64] {
                XCTAssertEqual(truths(seed: seed).count { $0 == true }, truth.count { $0 }, "\(seed)")
            }
            XCTAssertNotEqual(truths(seed: 5), truths(seed: 6))
            XCTAssertEqual(truths(seed: 5), truths(seed: 5))
        }
    }

    func testSamplesThatCannotBeUsed() throws {
        let editors = try temporaryFolder()
        try Fixture.copyEditors(to: editors)
        var samples = try Fixture.dataset(training: false).samples
        samples[0].targetUnmediated = nil
        samples[1].targetMediated = "nothing that stands there"
        samples[2].prompt = "Nobody knows"
        samples[3].prompt += String(repeating: " in", count: 60)
        let folder = try temporaryFolder()
        let summary = try Fixture.run(
            Fixture.options(editors: editors, entityBlocks: [2]),
            dataset: Dataset(name: .counterfact, samples: samples, fileHash: ""), in: folder)[0]
        XCTAssertEqual(
            summary.skipped.reasons.map(\.reason),
            [
                "no target_unmediated", "target_mediated not at the end of the attribute",
                "entity not in the prompt", "longer than the model reads",
            ])
        XCTAssertEqual(summary.sampleCount, samples.count - 4)
        XCTAssertEqual(
            try Fixture.json("linear/1/fact_cls_layer_2.json", in: folder)["samples"]?.array?.first?["id"],
            .string(samples[4].id))
    }
}
