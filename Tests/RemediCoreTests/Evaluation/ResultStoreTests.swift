import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class ResultStoreTests: XCTestCase {
    private func result(_ value: Double) -> MeasureResult {
        MeasureResult(
            samples: [["id": "a"], ["id": "b"]],
            metrics: ["contextual": ["f1": .number(value), "f1_interval": [0.25, 0.75], "k": 3]])
    }

    private func make(
        _ folder: URL, inputs: JSONObject = [:], own: JSONObject = [:], replaces: Bool = false, value: Double
    ) throws -> EvaluationSummary {
        let store = try ResultStore(directory: folder, replaces: replaces, device: "test")
        let section = try store.section(
            "linear/1", kind: "classifications", names: ["fact_cls_layer_2"], inputs: inputs,
            circumstances: [:])
        return try section.result(
            "fact_cls_layer_2", title: "facts", condition: .edited(.linear, block: 1), inputs: own
        ) { _ in result(value) }
    }

    func testNestedMetricsAreNamed() throws {
        let made = try make(temporaryFolder(), value: 0.5)
        XCTAssertEqual(made.metrics.map(\.name), ["contextual f1", "contextual k"])
        XCTAssertEqual(made.metrics[0].metric.mean, 0.5)
        XCTAssertEqual(made.metrics[0].metric.interval, Interval(lower: 0.25, upper: 0.75))
        XCTAssertNil(made.metrics[1].metric.interval)
        XCTAssertEqual(made.sampleCount, 2)
        XCTAssertEqual(made.benchmark, "facts")
    }

    func testReuseAndRefusal() throws {
        let folder = try temporaryFolder()
        _ = try make(folder, inputs: ["data": "x"], own: ["entity_layer": 2], value: 0.5)
        let again = try make(folder, inputs: ["data": "x"], own: ["entity_layer": 2], value: 0.9)
        XCTAssertTrue(again.isReused)
        XCTAssertEqual(again.metrics[0].metric.mean, 0.5)
        let file = folder.appendingPathComponent("linear/1/fact_cls_layer_2.json")
        XCTAssertThrowsError(
            try make(folder, inputs: ["data": "x"], own: ["entity_layer": 3], value: 0.9)
        ) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(path: file.path, differences: ["entity_layer: 2 there, 3 now"]))
        }
        XCTAssertThrowsError(try make(folder, inputs: ["data": "y"], value: 0.9)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(
                    path: file.deletingLastPathComponent().path,
                    differences: ["data: \"x\" there, \"y\" now"]))
        }
        let replaced = try make(folder, inputs: ["data": "y"], replaces: true, value: 0.9)
        XCTAssertFalse(replaced.isReused)
        XCTAssertEqual(replaced.metrics[0].metric.mean, 0.9)
    }

    /// What was begun under other inputs is not thrown away without being asked.
    func testAJournalIsAResultInTheMaking() throws {
        let folder = try temporaryFolder()
        func begin(_ inputs: JSONObject, replaces: Bool = false) throws {
            let store = try ResultStore(directory: folder, replaces: replaces, device: "test")
            let section = try store.section(
                "", kind: "k", names: ["a"], inputs: inputs, circumstances: [:])
            _ = try section.result("a", condition: .unedited) { journal in
                try journal.keep("p", [(0, 1)])
                throw RemediError.interrupted(signal: 2)
            }
        }
        XCTAssertThrowsError(try begin(["seed": 1]))
        XCTAssertThrowsError(try begin(["seed": 2])) {
            guard case .resultsDiffer? = $0 as? RemediError else { return XCTFail("\($0)") }
        }
        XCTAssertThrowsError(try begin(["seed": 2], replaces: true)) {
            XCTAssertEqual($0 as? RemediError, .interrupted(signal: 2))
        }
    }

    /// A run that is killed after its result, but before the manifest says so, is finished by the next.
    func testAKillBetweenResultAndManifest() throws {
        let folder = try temporaryFolder()
        let place = folder.appendingPathComponent("linear/1")
        let journal = place.appendingPathComponent("fact_cls_layer_2.journal.jsonl")
        let own: JSONObject = ["entity_layer": 2]
        _ = try make(folder, inputs: ["data": "x"], own: own, value: 0.5)
        let manifest = folder.appendingPathComponent("manifest.json")
        let noted = try String(contentsOf: manifest, encoding: .utf8)
        var content = try XCTUnwrap(JSONValue(parsing: noted).object)
        content["classifications"] = [
            "linear/1": ["inputs": ["data": "x"], "results": [:]]
        ]
        try AtomicFile.write(JSONValue.object(content).text(), to: manifest)
        _ = try CaseJournal(file: journal, inputs: ["data": "x", "entity_layer": 2])
        let again = try make(folder, inputs: ["data": "x"], own: own, value: 0.75)
        XCTAssertFalse(again.isReused)
        XCTAssertEqual(again.metrics[0].metric.mean, 0.75)
        XCTAssertTrue(try make(folder, inputs: ["data": "x"], own: own, value: 0.9).isReused)
        // Killed one step later, it left a journal that nobody needs.
        _ = try CaseJournal(file: journal, inputs: ["data": "x", "entity_layer": 2])
        XCTAssertTrue(try make(folder, inputs: ["data": "x"], own: own, value: 0.9).isReused)
        XCTAssertFalse(FileManager.default.fileExists(atPath: journal.path))
        // Without a journal of these inputs nobody knows whose result it is.
        try AtomicFile.write(JSONValue.object(content).text(), to: manifest)
        _ = try CaseJournal(file: journal, inputs: ["data": "x", "entity_layer": 3])
        XCTAssertThrowsError(try make(folder, inputs: ["data": "x"], own: own, value: 0.9)) {
            guard case .resultsDiffer? = $0 as? RemediError else { return XCTFail("\($0)") }
        }
    }

    /// Manifests of older runs do not record the tokenizer; their results are used on, others' are not.
    func testWhatManifestsRecordLater() throws {
        let folder = try temporaryFolder()
        _ = try make(folder, inputs: ["data": "x"], value: 0.5)
        let later: JSONObject = ["data": "x", "tokenizer": "a"]
        XCTAssertTrue(try make(folder, inputs: later, value: 0.9).isReused)
        let other = try temporaryFolder()
        _ = try make(other, inputs: later, value: 0.5)
        XCTAssertThrowsError(
            try make(other, inputs: ["data": "x", "tokenizer": "b"], value: 0.9)
        ) {
            XCTAssertEqual(
                $0 as? RemediError,
                .resultsDiffer(
                    path: other.appendingPathComponent("linear/1").path,
                    differences: ["tokenizer: \"a\" there, \"b\" now"]))
        }
    }

    func testSeveralParts() throws {
        let folder = try temporaryFolder()
        func make() throws -> EvaluationSummary {
            let store = try ResultStore(directory: folder, replaces: false, device: "test")
            let section = try store.section(
                "", kind: "mediations", names: ["mediation"], inputs: [:], circumstances: [:])
            return try section.result("mediation", condition: .unedited, hasMetricsFile: false) { _ in
                MeasureResult(parts: [
                    ("contextual", [["id": "a"]], ["accuracy": 1.0]),
                    ("decontextual", [["id": "a"]], ["accuracy": 0.5]),
                ])
            }
        }
        let made = try make()
        let read = try make()
        XCTAssertEqual(made.metrics.map(\.name), ["contextual accuracy", "decontextual accuracy"])
        XCTAssertEqual(read.metrics.map(\.name), made.metrics.map(\.name))
        XCTAssertEqual(read.sampleCount, 1)
        XCTAssertTrue(read.isReused)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        XCTAssertTrue(Set(files).isSuperset(of: ["mediation.json", "manifest.json"]), "\(files)")
        XCTAssertFalse(files.contains("mediation_metrics.json"))
    }
}
