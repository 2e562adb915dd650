import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class StoredRunTests: XCTestCase {
    func testEveryKindOfResultIsFound() throws {
        let runs = try StoredRun.runs(in: FixtureFiles.own("report"))
        XCTAssertEqual(runs.map(\.name), ReportFixture.names)
        XCTAssertEqual(runs.map(\.trainings.count), [2, 0, 0, 0, 0, 0])
        XCTAssertEqual(runs.map(\.results.count), [0, 6, 18, 3, 16, 2])
        XCTAssertEqual(
            runs[1].results.map { "\($0.place.setting ?? ""), \($0.place.fullLabel)" },
            ["contextual, decontextual"].flatMap { $0.components(separatedBy: ", ") }.flatMap { setting in
                ["unedited", "linear 1", "linear 4"].map { "\(setting), \($0)" }
            })
        XCTAssertEqual(
            runs[2].results.filter { $0.place.setting == "contextual" }.map(\.place.fullLabel),
            ["linear 1", "linear 1, control model", "linear 1, control task", "identity 1"].flatMap { label in
                [5, 6].map { "\(label), entity layer \($0)" }
            })
        XCTAssertEqual(runs[4].facts["model"], "gptj")
        XCTAssertEqual(runs[0].facts["data file SHA-256"], "bbbbbbbbbbbb")
    }

    /// Intervals are computed only where the samples give the number that NumPy, SciPy or scikit-learn
    /// computed, so all metrics are formed as there.
    func testEveryMetricFollowsFromItsSamples() throws {
        for name in ReportFixture.names.dropFirst() {
            for result in try ReportFixture.run(name).results {
                let reader = SampleReader(benchmark: result.place.benchmark)
                let samples = try result.samples()
                for metric in result.metrics {
                    let what = "\(name), \(result.place.fullLabel), \(metric.name)"
                    let interval = try XCTUnwrap(metric.interval, what)
                    XCTAssertLessThanOrEqual(interval.lower, metric.value, what)
                    XCTAssertGreaterThanOrEqual(interval.upper, metric.value, what)
                    let isPrefixChange =
                        result.place.condition == "prefix" && metric.name.hasSuffix("delta_p")
                    guard !isPrefixChange else { continue }
                    let measure = try XCTUnwrap(reader.measure(metric, of: samples), what)
                    XCTAssertEqual(measure.value, metric.value, accuracy: 1e-6, what)
                }
            }
        }
    }

    func testChangesOfProbability() throws {
        let run = try ReportFixture.run("eval_ent_demo")
        let prefix = try XCTUnwrap(run.results.first { $0.place.condition == "prefix" })
        let edited = try XCTUnwrap(run.results.first { $0.place.layer == 1 })
        let (after, before) = (try prefix.samples(), try edited.samples())
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        func p(_ sample: JSONValue, _ key: String) -> [Double] {
            sample["co_features"]!.array!.map { exp($0[key]!.double!) }
        }
        let expected = zip(after, before).map { after, before in
            mean(zip(p(after, "logp_pre"), p(before, "logp_pre")).map { $0 - $1 })
        }
        XCTAssertEqual(try XCTUnwrap(prefix["co_delta_p"]).value, mean(expected), accuracy: 1e-12)
        let changes = before.map { mean(zip(p($0, "logp_post"), p($0, "logp_pre")).map { $0 - $1 }) }
        XCTAssertEqual(try XCTUnwrap(edited["co_delta_p"]).value, mean(changes), accuracy: 1e-12)
    }

    func testFoldersOfOneCondition() throws {
        let edited = try StoredRun(existing: ReportFixture.folder("eval_gen_demo/linear/4"))
        XCTAssertEqual(edited.name, "eval_gen_demo/linear/4")
        XCTAssertEqual(edited.facts["model"], "gptj")
        XCTAssertEqual(Set(edited.results.map(\.place.fullLabel)), ["linear 4"])
        let inner = try StoredRun(existing: ReportFixture.folder("eval_bias_demo/contextual/linear/1"))
        XCTAssertEqual(inner.name, "eval_bias_demo/contextual/linear/1")
        XCTAssertEqual(inner.results.map(\.place.setting), ["contextual"])
        XCTAssertEqual(inner.results.map(\.place.benchmark), ["error_correction"])
    }

    private func run(_ files: [String: String]) throws -> StoredRun {
        let folder = try temporaryFolder().appendingPathComponent("run")
        for (name, text) in files { try AtomicFile.write(text, to: folder.appendingPathComponent(name)) }
        return try StoredRun(existing: folder)
    }

    func testOwnFilesKeepTheirIntervals() throws {
        let stored = """
            {"samples": [{"id": "1", "target_score": -1, "comparator_score": -2}], "metrics": {"score": \
            {"mean": 1, "std": 0, "values": null, "interval": [0.25, 0.5], "count": 1}, "f1": 0.5, \
            "f1_interval": [0.125, 0.75], "k": 3}}
            """
        let run = try run(["prefix/efficacy.json": stored, "prefix/efficacy.journal.jsonl": "half"])
        let result = try XCTUnwrap(run.results.first)
        XCTAssertEqual(result.metrics.map(\.name), ["score", "f1"])
        XCTAssertEqual(result["score"]?.interval, Interval(lower: 0.25, upper: 0.5))
        XCTAssertEqual(result["f1"]?.interval, Interval(lower: 0.125, upper: 0.75))
    }

    func testSamplesThatContradictGiveNoInterval() throws {
        let stored = """
            {"samples": [{"id": "1", "target_score": -1, "comparator_score": -2}], "metrics": {"score": \
            {"mean": 0.5, "std": 0, "values": null}, "magnitude": {"mean": NaN, "std": NaN, "values": null}}}
            """
        let run = try run(["linear/3/rewrite.json": stored])
        XCTAssertEqual(run.results[0].metrics.map(\.interval), [nil, nil])
        let table = RunTables(run).all[0].table
        XCTAssertEqual(table.rows, [["linear", "3", "1", "0.500", "–"]])
    }

    /// Ours hold more than the reference's: both parts' accuracy, whole words, the control task's truth.
    func testOwnKindsOfResults() throws {
        func part(_ target: Int) -> String {
            "{\"samples\": [{\"id\": \"1\", \"logp_target\": \(target), \"logp_comparator\": -2,"
                + " \"full_logp_target\": -1, \"full_logp_comparator\": -2}], \"metrics\": {\"accuracy\":"
                + " \(target > -2 ? 1 : 0), \"full_accuracy\": 1}}"
        }
        let run = try run([
            "mediation.json": "{\"contextual\": \(part(-1)), \"decontextual\": \(part(-3)),"
                + " \"both\": {\"metrics\": {\"accuracy\": 0}}}",
            "linear/1/fact_cls_layer_2_control_task.json":
                "{\"samples\": [{\"id\": \"1\", \"contextual\": {\"logp_target\": -1, \"logp_comparator\": -2,"
                + " \"score_target\": 1, \"score_comparator\": 2, \"control_truth\": false}}],"
                + " \"metrics\": {\"contextual\": {\"f1\": 1}}}",
        ])
        XCTAssertEqual(
            run.results.map { "\($0.place.setting ?? ""): \($0.metrics.map(\.value))" },
            ["contextual: [1.0]", "both: [0.0]", "contextual: [1.0, 1.0]", "decontextual: [0.0, 1.0]"])
        let one = Interval(lower: 1, upper: 1)
        XCTAssertEqual(run.results[0]["f1"]?.interval, one)
        XCTAssertEqual(run.results[2]["full_accuracy"]?.interval, one)
    }

    func testMissingAndOddValues() throws {
        let stored = """
            {"samples": [{"id": 7}, {"id": "2", "target_score": NaN, "comparator_score": -1}, {}, 3, null, \
            {"id": "4", "target_score": -1, "comparator_score": -Infinity}], "metrics": {"score": {"mean": 1, \
            "std": 0}, "other": "text", "nothing": null, "list": [1, 2]}}
            """
        let run = try run(["linear/3/efficacy.json": stored, "linear/3/mine.json": stored])
        XCTAssertEqual(run.results.map(\.place.benchmark), ["efficacy", "mine"])
        XCTAssertEqual(run.results[0].metrics.map(\.name), ["score"])
        XCTAssertEqual(run.results[0].sampleCount, 6)
        XCTAssertNoThrow(try RunPage([run]).html())
    }

    func testSweepsShowTheLayerThatWasChosenOnValidationSamples() throws {
        let sweep = """
            {"swept": "layer", "criterion": "efficacy", "chosen": 5, "layers": [{"layer": 2, "validation": 0.5, \
            "test": 0.75}, {"layer": 5, "validation": 0.625, "test": null}]}
            """
        func efficacy(_ score: Int) -> String {
            "{\"samples\": [{\"id\": \"1\", \"target_score\": \(score - 2), \"comparator_score\": -1.5}],"
                + " \"metrics\": {\"score\": {\"mean\": \(score), \"std\": 0}}}"
        }
        let run = try run([
            "sweep.json": sweep, "linear/2/efficacy.json": efficacy(1), "linear/5/efficacy.json": efficacy(0),
            "validation/linear/2/efficacy.json": efficacy(0),
            "validation/linear/5/efficacy.json": efficacy(1),
        ])
        XCTAssertEqual(run.results.map { $0["score"]?.value }, [1, 0])
        XCTAssertEqual(
            RunTables(run).all[0].text(.plain),
            """
            sweep by efficacy
            layer  validation   test  chosen
            ─────  ──────────  ─────  ──────
                2       0.500  0.750
                5       0.625      –  chosen

            """)
        XCTAssertEqual(
            RunTables.tidy([run]).rows.prefix(3).map { $0.joined(separator: ",") },
            [
                "run,sweep,,2,,,,,validation_criterion,0.5,,,", "run,sweep,,2,,,,,test_criterion,0.75,,,",
                "run,sweep,,2,,,,,chosen,0.0,,,",
            ])
        let shown = ShownResults(run)
        XCTAssertEqual(shown.best?.layer, 5)
        XCTAssertEqual(shown.reason, "chosen on validation samples")
        XCTAssertTrue(try RunPage([run]).html().containsExactly("Sweep: efficacy"))
    }

    func testBadFoldersHaveNamedErrors() throws {
        let empty = try temporaryFolder()
        XCTAssertThrowsError(try StoredRun.runs(in: empty)) {
            XCTAssertEqual($0 as? RemediError, .noResults(path: empty.path))
        }
        let foreign = try temporaryFile("{\"a\": 1}", name: "package.json").deletingLastPathComponent()
        XCTAssertThrowsError(try StoredRun(existing: foreign)) {
            XCTAssertEqual($0 as? RemediError, .noResults(path: foreign.path))
        }
        let missing = empty.appendingPathComponent("nowhere")
        XCTAssertThrowsError(try StoredRun.runs(in: missing)) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unreadable(path: missing.path, reason: "there is no such folder"))
        }
        let broken = [
            ("{\"samples\": [{\"id\": \"1\"", "not JSON at byte 23: the text ends too early"),
            ("[1]", "not a JSON object"),
            ("", "not JSON at byte 0: the text ends too early"),
        ]
        for (text, reason) in broken {
            for name in ["efficacy.json", "manifest.json"] {
                let file = try temporaryFile(text, name: name)
                XCTAssertThrowsError(
                    try StoredRun(existing: file.deletingLastPathComponent()), "\(text) \(name)"
                ) {
                    guard case .malformedData(let path, let found)? = $0 as? RemediError else {
                        return XCTFail("\($0)")
                    }
                    XCTAssertEqual(path, file.path)
                    XCTAssertEqual(found, reason)
                }
            }
        }
    }
}
