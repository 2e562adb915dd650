import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class MediationPlanTests: XCTestCase {
    private func run(
        _ dataset: Dataset, _ plan: MediationPlan = MediationPlan(), family: String = "gpt2", in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> EvaluationSummary {
        try plan.run(PlanFixture.context(dataset, family: family, in: folder, progress: progress))[0]
    }

    private func dataset(_ name: String) throws -> Dataset {
        name == "counterfact"
            ? try TinyModels.cases()
            : try Dataset.load(.winoventi, file: FixtureFiles.own("winoventi.tsv"))
    }

    func testAgreesWithPyTorch() throws {
        for family in ["gpt2", "llama"] {
            for name in ["counterfact", "winoventi"] {
                let expected = try XCTUnwrap(PlanFixture.expected(family)["mediation"]?[name])
                let folder = try temporaryFolder()
                _ = try run(dataset(name), family: family, in: folder)
                let file = try PlanFixture.json("mediation.json", in: folder)
                let samples = try XCTUnwrap(expected["samples"]?.object)
                for part in ["contextual", "decontextual"] {
                    let found = try XCTUnwrap(file[part]?["samples"]?.array)
                    XCTAssertEqual(found.map { $0["id"]?.string }, samples.keys, "\(family) \(name)")
                    for sample in found {
                        let id = try XCTUnwrap(sample["id"]?.string)
                        let entry = try XCTUnwrap(samples[id]?[part]?.array)
                        XCTAssertEqual(sample["predictions"], entry[0], "\(family) \(id) \(part)")
                        for (index, key) in [
                            "logp_target", "logp_comparator", "full_logp_target", "full_logp_comparator",
                        ].enumerated() {
                            XCTAssertEqual(
                                sample[key]?.double ?? .nan, entry[index + 1].double!, accuracy: 1e-4,
                                "\(family) \(id) \(part) \(key)")
                        }
                    }
                }
                for part in ["contextual", "decontextual", "both"] {
                    let metrics = try XCTUnwrap(file[part]?["metrics"])
                    let known = try XCTUnwrap(expected["metrics"]?[part]?.array)
                    XCTAssertEqual(
                        metrics["accuracy"]?.double ?? .nan, known[0].double!, accuracy: 1e-7, part)
                    XCTAssertEqual(
                        metrics["full_accuracy"]?.double ?? .nan, known[1].double!, accuracy: 1e-7, part)
                    XCTAssertNotNil(Interval(metrics["accuracy_interval"]), part)
                }
            }
        }
    }

    func testFileHasTheReferencesForm() throws {
        let folder = try temporaryFolder()
        let summary = try run(dataset("counterfact"), in: folder)
        let file = try PlanFixture.json("mediation.json", in: folder)
        XCTAssertEqual(file.object?.keys.prefix(2), ["contextual", "decontextual"])
        XCTAssertEqual(file["contextual"]?.object?.keys, ["samples", "metrics"])
        XCTAssertEqual(
            file["contextual"]?["samples"]?.array?.first?.object?.keys.prefix(4),
            ["id", "predictions", "logp_target", "logp_comparator"])
        XCTAssertEqual(file["contextual"]?["metrics"]?.object?.keys.first, "accuracy")
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                $0.hasSuffix("n.json")
            },
            ["mediation.json"], "no metrics file")
        XCTAssertEqual(summary.metrics.first?.name, "contextual accuracy")
        XCTAssertTrue(try run(dataset("counterfact"), in: folder).isReused)
        var other = MediationPlan()
        other.top = 5
        XCTAssertThrowsError(try run(dataset("counterfact"), other, in: folder)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(
                    path: folder.appendingPathComponent("mediation.json").path,
                    differences: ["top: 3 there, 5 now"]))
        }
    }

    func testStoppedRunsAndBatchesEndWithTheSameBytes() throws {
        let whole = try temporaryFolder()
        _ = try run(dataset("winoventi"), in: whole)
        let stopped = try temporaryFolder()
        var plan = MediationPlan()
        plan.scope.batchSize = 6
        let stops = try PlanFixture.untilDone(advances: 1) {
            _ = try run(dataset("winoventi"), plan, in: stopped, progress: $0)
        }
        XCTAssertGreaterThan(stops, 5)
        XCTAssertEqual(
            try Data(contentsOf: stopped.appendingPathComponent("mediation.json")),
            try Data(contentsOf: whole.appendingPathComponent("mediation.json")))
    }

    /// A sample without an attribute has a prompt and a context all the same; one without targets cannot be
    /// asked.
    func testWhichSamplesAreAsked() throws {
        var dataset = Dataset(name: .winoventi, samples: [], fileHash: "")
        let plain = try self.dataset("winoventi").samples[0]
        var samples = ["plain", "no attribute", "no target", "no comparator", "long", "empty"].map { id in
            var sample = plain
            sample.id = id
            return sample
        }
        samples[1].attribute = ""
        samples[2].targetMediated = nil
        samples[3].targetUnmediated = nil
        samples[4].context = String(repeating: "q ", count: 70)
        samples[5].prompt = ""
        for sample in samples { dataset.append(sample) }
        let folder = try temporaryFolder()
        let summary = try run(dataset, in: folder)
        let file = try PlanFixture.json("mediation.json", in: folder)
        for part in ["contextual", "decontextual"] {
            XCTAssertEqual(
                file[part]?["samples"]?.array?.map { $0["id"]?.string }, ["plain", "no attribute"])
        }
        XCTAssertEqual(
            summary.skipped.reasons.map { "\($0.reason): \($0.ids.joined(separator: ", "))" },
            [
                "no target_mediated: no target", "no target_unmediated: no comparator",
                "longer than the model reads: long", "empty prompt: empty",
            ])
        let none = Dataset(name: .winoventi, samples: [], fileHash: "")
        XCTAssertThrowsError(try run(none, in: temporaryFolder())) {
            XCTAssertEqual(
                $0 as? RemediError, .noSamples(dataset: "winoventi", split: "all", count: 0))
        }
    }
}
