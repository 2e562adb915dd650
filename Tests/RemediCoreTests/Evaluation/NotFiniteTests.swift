import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Models whose numbers are NaN: for every text, or for long ones alone.
final class NotFiniteTests: XCTestCase {
    private func model(spoiling positions: Range<Int>) throws -> LanguageModel {
        try TinyModels.withNaN(in: "wpe.weight", rows: positions, folder: try temporaryFolder())
    }

    private func run(_ model: LanguageModel, in folder: URL) throws -> [EvaluationSummary] {
        var options = EvaluationFixture.options([.unedited, .prefix])
        options.benchmarks = [.efficacy, .rewrite, .paraphrase, .neighborhood]
        return try Evaluation(
            model: model, dataset: TinyModels.cases(), options: options, directory: folder,
            progress: SilentProgress()
        ).run()
    }

    func testNoCaseCountsWithoutFiniteNumbers() throws {
        let folder = try temporaryFolder()
        let whole = try run(TinyModels.open("gpt2"), in: try temporaryFolder())
        for (summary, sound) in zip(try run(model(spoiling: 0..<1), in: folder), whole) {
            let name = "\(summary.condition.label) \(summary.benchmark)"
            XCTAssertEqual(summary.sampleCount, 0, name)
            XCTAssertEqual(summary.skipped.count(of: .notFinite), sound.sampleCount, name)
            for metric in summary.metrics {
                XCTAssertTrue(metric.metric.mean.isNaN, "\(name) \(metric.name)")
                XCTAssertNil(metric.metric.interval, "\(name) \(metric.name)")
            }
        }
        let stored = try XCTUnwrap(try StoredRun.runs(in: folder).first)
        XCTAssertTrue(stored.results.allSatisfy { $0.notFiniteCount > 0 })
        let tables = RunTables(stored).all
        XCTAssertTrue(tables.allSatisfy { $0.table.columns.map(\.title).contains("not finite") })
    }

    /// Prompts that are short enough are scored as by a sound model.
    func testOthersAreUnchanged() throws {
        let soundFolder = try temporaryFolder()
        let folder = try temporaryFolder()
        let sound = try run(TinyModels.open("gpt2"), in: soundFolder)
        let spoiled = try run(model(spoiling: 14..<15), in: folder)
        var kept = 0
        var left = 0
        for (summary, sound) in zip(spoiled, sound) {
            func samples(_ summary: EvaluationSummary) throws -> [String: JSONValue] {
                let json = try JSONValue(parsing: Data(contentsOf: summary.file))
                return Dictionary(
                    uniqueKeysWithValues: try XCTUnwrap(json["samples"]?.array).map {
                        ($0["id"]?.string ?? "", $0)
                    })
            }
            let (found, expected) = (try samples(summary), try samples(sound))
            XCTAssertEqual(
                found.count + summary.skipped.count(of: .notFinite), expected.count, summary.benchmark)
            for (id, sample) in found where sample["prompts"] == nil {
                XCTAssertEqual(sample, expected[id], "\(summary.benchmark) \(id)")
            }
            XCTAssertTrue(summary.metrics.allSatisfy { found.isEmpty || $0.metric.mean.isFinite })
            kept += found.count
            left += summary.skipped.count(of: .notFinite)
        }
        XCTAssertGreaterThan(kept, 0)
        XCTAssertGreaterThan(left, 0)
    }

    func testTexts() throws {
        let model = try model(spoiling: 6..<7)
        let settings = TextSettings(
            options: GenerationOptions(sampling: .topK(5, temperature: 1), limit: .total(5)), seed: 7)
        func texts(_ journal: CaseJournal, _ total: Int) throws -> [[Int]?] {
            var settings = settings
            settings.options.limit = .total(total)
            return try journal.texts(
                of: [
                    ContinuedPrompt(tokens: [1, 2, 3], stream: "a"),
                    ContinuedPrompt(tokens: [4], stream: "b"),
                ],
                part: "t", settings: settings, model: model, stage: "s", progress: SilentProgress())
        }
        XCTAssertTrue(try texts(CaseJournal(), 5).allSatisfy { $0 != nil })
        let file = try temporaryFolder().appendingPathComponent("a.journal.jsonl")
        let journal = try CaseJournal(file: file, inputs: [:])
        XCTAssertEqual(try texts(journal, 12), [nil, nil])
        // What is known of a text is known for good.
        let again = try CaseJournal(file: file, inputs: [:])
        XCTAssertEqual(again.count, 2)
        XCTAssertEqual(try texts(again, 12), [nil, nil])
    }

    func testClassifyingStops() throws {
        let editors = try temporaryFolder()
        try ClassificationFixture.copyEditors(to: editors)
        let options = ClassificationFixture.options(editors: editors)
        XCTAssertThrowsError(
            try ClassificationFixture.run(options, model: model(spoiling: 0..<1), in: temporaryFolder())
        ) {
            guard case .notFinite(let samples)? = $0 as? RemediError else { return XCTFail("\($0)") }
            XCTAssertFalse(samples.isEmpty)
        }
    }

    func testMediation() throws {
        var mediation = Mediation(
            name: "mediation", model: try model(spoiling: 0..<1), top: 3, batchSize: 4,
            bootstrap: Bootstrap(seed: 1),
            progress: SilentProgress())
        let samples = try TinyModels.cases().samples
        var found = try mediation.run(
            on: samples, journal: CaseJournal(), MediationMeasure().metrics)
        XCTAssertEqual(found.skipped.count, samples.count)
        XCTAssertGreaterThan(found.skipped.count(of: .notFinite), 0)
        XCTAssertEqual(found.body["both"]?["metrics"]?["accuracy_interval"], .null)
        mediation = Mediation(
            name: "mediation", model: try TinyModels.open("gpt2"), top: 3, batchSize: 4,
            bootstrap: Bootstrap(seed: 1),
            progress: SilentProgress())
        found = try mediation.run(
            on: samples, journal: CaseJournal(), MediationMeasure().metrics)
        XCTAssertEqual(found.skipped.count(of: .notFinite), 0)
    }

    /// Files of earlier versions hold such samples among the others.
    func testStoredResultsOfEarlierVersions() throws {
        let folder = try temporaryFolder()
        _ = try run(TinyModels.open("gpt2"), in: folder)
        let file = folder.appendingPathComponent("unedited/efficacy.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let first = try XCTUnwrap(text.range(of: "\"target_score\": "))
        let end = try XCTUnwrap(text[first.upperBound...].firstIndex(of: ","))
        try (text[..<first.upperBound] + "NaN" + text[end...]).write(
            to: file, atomically: true, encoding: .utf8)
        let results = try XCTUnwrap(try StoredRun.runs(in: folder).first).results
        for result in results {
            let isSpoiled =
                result.file.lastPathComponent == file.lastPathComponent
                && result.file.deletingLastPathComponent().lastPathComponent == "unedited"
            XCTAssertEqual(result.notFiniteCount, isSpoiled ? 1 : 0, result.file.path)
            XCTAssertEqual(
                result.metrics.contains { $0.value.isFinite || $0.interval != nil }, !isSpoiled,
                result.file.path)
        }
    }
}
