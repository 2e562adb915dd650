import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class RunComparisonTests: XCTestCase {
    private func comparison(_ first: String, _ second: String) throws -> RunComparison {
        try RunComparison(
            StoredRun(existing: ReportFixture.folder(first)),
            StoredRun(existing: ReportFixture.folder(second)))
    }

    private func judgements(_ samples: [JSONValue], of measure: String) -> [Judgement] {
        guard case .judgements(_, let judgement)? = Measures.named(measure)?.metric("f1")?.source else {
            return []
        }
        return samples.compactMap(judgement)
    }

    /// The control task's truths are those that were handed out, in both kinds of classification.
    func testControlTruthsAreRead() throws {
        for (benchmark, own) in [
            ("error_cls", false), ("fact_cls", true),
        ] {
            var sample: JSONObject = [
                "id": "a", "ground_truth": "poet", "model_top_k": ["poet"], "predicted_top_k": ["poet"],
                "logp_target": 2, "logp_comparator": 1, "score_target": 1, "score_comparator": 2,
            ]
            func truth() -> Bool? { judgements([.object(sample)], of: benchmark).first?.truth }
            XCTAssertEqual(truth(), false, benchmark)
            sample["control_truth"] = .bool(!own)
            XCTAssertEqual(truth(), true, benchmark)
        }
    }

    /// Against SciPy's exact permutation test.
    func testAgainstSciPy() throws {
        let found = try comparison("eval_gen_demo/prefix", "eval_gen_demo/linear/1")
        let file = try Data(contentsOf: ReportFixture.folder("comparison.json"))
        let expected = try XCTUnwrap(JSONValue(parsing: file).object)
        XCTAssertEqual(expected.count, 6)
        for (name, numbers) in expected.members {
            let entry = try XCTUnwrap(
                found.entries.first { "\($0.first.benchmark) \($0.metric)" == name }, name)
            let pairs = [
                ("first", entry.firstValue), ("second", entry.secondValue), ("difference", entry.difference),
                ("p", entry.pValue),
            ]
            for (key, value) in pairs {
                XCTAssertEqual(value, try XCTUnwrap(numbers[key]?.double), accuracy: 1e-9, "\(name) \(key)")
            }
            XCTAssertEqual(entry.count, 5, name)
            XCTAssertTrue((entry.interval.lower...entry.interval.upper).contains(entry.difference), name)
        }
        XCTAssertTrue(found.differences.isEmpty)
    }

    func testEqualRunsDoNotDiffer() throws {
        for name in ["eval_bias_demo", "eval_cls_demo/identity/1", "eval_ent_demo/linear/1"] {
            for entry in try comparison(name, name).entries {
                XCTAssertEqual(entry.difference, 0, "\(name) \(entry.metric)")
                XCTAssertEqual(entry.interval, Interval(lower: 0, upper: 0), "\(name) \(entry.metric)")
                XCTAssertEqual(entry.pValue, 1, "\(name) \(entry.metric)")
            }
        }
    }

    func testScoresOfJudgementsAreCompared() throws {
        let run = try ReportFixture.run("eval_cls_demo")
        let samples = try ["linear", "identity"].map { condition in
            let result = try XCTUnwrap(
                run.results.first { $0.place.condition == condition && $0.place.variant == nil })
            return judgements(try result.samples(), of: "fact_cls")
        }
        let bootstrap = Bootstrap(seed: 1)
        for score in JudgementScore.allCases {
            let found = score.comparison(first: samples[0], second: samples[1], bootstrap, key: "k")
            XCTAssertEqual(found.difference, score.value(of: samples[1]) - score.value(of: samples[0]))
            XCTAssertTrue(
                (found.interval.lower...found.interval.upper).contains(found.difference), score.rawValue)
            XCTAssertTrue(found.pValue > 0 && found.pValue <= 1, score.rawValue)
        }
    }

    private func efficacy(_ samples: [(id: String, prompt: String, target: Double)]) throws -> StoredRun {
        let entries = samples.map {
            "{\"id\": \"\($0.id)\", \"prompts\": [{\"id\": \"\($0.id)\", \"prompt\": \"\($0.prompt)\","
                + " \"target_score\": \($0.target), \"comparator_score\": -2}]}"
        }
        let score = Double(samples.count { $0.target > -2 }) / Double(samples.count)
        let text =
            "{\"samples\": [\(entries.joined(separator: ", "))],"
            + " \"metrics\": {\"score\": {\"mean\": \(score), \"std\": 0}}}"
        let folder = try temporaryFolder().appendingPathComponent("run")
        try AtomicFile.write(text, to: folder.appendingPathComponent("linear/1/paraphrase.json"))
        return try StoredRun(existing: folder)
    }

    /// Probes are paired by the layer at which they read entities.
    func testProbesOfSeveralEntityLayersArePaired() throws {
        let found = try comparison("eval_cls_demo/linear/1", "eval_cls_demo/identity/1")
        let pairs = Set(found.entries.map { "\($0.first.fullLabel) : \($0.second.fullLabel)" })
        XCTAssertEqual(
            pairs,
            [
                "linear 1, entity layer 5 : identity 1, entity layer 5",
                "linear 1, entity layer 6 : identity 1, entity layer 6",
            ])
        XCTAssertTrue(found.entries.contains { $0.metric == "f1" })
    }

    /// What is so after an edit is compared with what is so after the context.
    func testAnEditIsComparedWithABaselineWithoutOne() throws {
        for (first, second, metric) in [
            ("linear/1", "prefix", "co_corr_post : co_corr_pre"),
            ("prefix", "linear/1", "co_corr_pre : co_corr_post"),
        ] {
            let found = try comparison("eval_ent_demo/\(first)", "eval_ent_demo/\(second)").entries
            let entry = try XCTUnwrap(found.first { $0.metric == metric }, "\(found.map(\.metric))")
            let values = [(first, entry.firstValue), (second, entry.secondValue)]
            for ((run, value), name) in zip(values, metric.components(separatedBy: " : ")) {
                let result = try XCTUnwrap(try ReportFixture.run("eval_ent_demo/\(run)").results.first)
                XCTAssertEqual(value, try XCTUnwrap(result[name]?.value), accuracy: 1e-9, run)
            }
        }
    }

    func testOnlyCommonSamplesAndPromptsCount() throws {
        let first = try efficacy([("1", "a", -1), ("2", "b", -3), ("3", "c", -1), ("2", "b", -1)])
        let second = try efficacy([("2", "b", -1), ("1", "a", -3), ("3", "other", -3), ("2", "b", -1)])
        let entry = try XCTUnwrap(RunComparison(first, second).entries.first)
        XCTAssertEqual([entry.count, entry.onlyFirst, entry.onlySecond], [3, 1, 1])
        XCTAssertEqual(entry.firstValue, 2.0 / 3, accuracy: 1e-12)
        XCTAssertEqual(entry.secondValue, 2.0 / 3, accuracy: 1e-12)
        XCTAssertEqual(entry.pValue, 1)
        let other = try efficacy([("9", "a", -1)])
        XCTAssertThrowsError(try RunComparison(first, other)) {
            XCTAssertEqual(
                $0 as? RemediError, .nothingToCompare(first: first.folder.path, second: other.folder.path))
        }
    }

    /// For a terminal: one for each benchmark.
    func testTables() throws {
        let found = try comparison("eval_med_demo", "eval_med_demo")
        XCTAssertEqual(
            found.tables.map { $0.text(.plain) }.joined(),
            """
            mediation, contextual, unedited, 5 samples
            metric        A      B                 B − A      p
            ────────  ─────  ─────  ────────────────────  ─────
            accuracy  1.000  1.000  0.000 [0.000, 0.000]  1.000
            mediation, decontextual, unedited, 5 samples
            metric        A      B                 B − A      p
            ────────  ─────  ─────  ────────────────────  ─────
            accuracy  1.000  1.000  0.000 [0.000, 0.000]  1.000

            """)
        for name in ReportFixture.names where name != "editors_demo" {
            for table in try comparison(name, name).tables {
                for line in table.text(.plain).split(separator: "\n") {
                    XCTAssertLessThanOrEqual(line.count, 80, "\(name): \(line)")
                }
            }
        }
    }

    func testTable() throws {
        let found = try comparison("eval_med_demo", "eval_med_demo")
        XCTAssertEqual(
            found.table().text(),
            """
            benchmark                condition  metric    samples  only A  only B      A      B                 B − A      p
            ───────────────────────  ─────────  ────────  ───────  ──────  ──────  ─────  ─────  ────────────────────  ─────
            mediation, contextual    unedited   accuracy        5       0       0  1.000  1.000  0.000 [0.000, 0.000]  1.000
            mediation, decontextual  unedited   accuracy        5       0       0  1.000  1.000  0.000 [0.000, 0.000]  1.000

            """)
        XCTAssertEqual(
            found.table(format: .csv).text(.csv),
            """
            benchmark,setting,first_condition,second_condition,metric,samples,only_first,only_second,first,second,\
            difference,lower,upper,p
            mediation,contextual,unedited,unedited,accuracy,5,0,0,1.0,1.0,0.0,0.0,0.0,1.0
            mediation,decontextual,unedited,unedited,accuracy,5,0,0,1.0,1.0,0.0,0.0,0.0,1.0

            """)
    }
}
