import Foundation
import LanguageModels
import RemediCore
import XCTest

final class ResultsFolderTests: XCTestCase {
    private var results = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        results = FileManager.default.temporaryDirectory.appendingPathComponent("remedi-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: results, withIntermediateDirectories: true)
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: results) }

    private func write(_ path: String) throws {
        let file = results.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try "x".write(to: file, atomically: true, encoding: .utf8)
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: results.appendingPathComponent(path).path)
    }

    private let elsewhere = URL(fileURLWithPath: "/")

    func testNames() {
        for name in ["", ".", "..", "../x", "a/../b", "/x", "a/", "a//b", "a\0b"] {
            XCTAssertThrowsError(try ResultsFolder(experiment: name, in: results), name) {
                XCTAssertEqual($0 as? PlaceError, .unusableFolderName(name: name))
            }
        }
        for name in ["a", "a b", "a/b", "..a", "ä"] {
            XCTAssertNoThrow(try ResultsFolder(experiment: name, in: results), name)
        }
    }

    func testClearing() throws {
        for path in [
            "a/args-20230403-020100.json", "a/linear/1/weights.pth", "a/linear/1/metrics.jsonl",
            "a/linear/1/.lock",
        ] {
            try write(path)
        }
        try write("b/keep.json")
        try ResultsFolder(experiment: "a", in: results).clear(workingFolder: elsewhere)
        XCTAssertFalse(exists("a"))
        XCTAssertTrue(exists("b/keep.json"))
        XCTAssertNoThrow(try ResultsFolder(experiment: "none", in: results).clear(workingFolder: elsewhere))
    }

    func testClearingRefusesWhatIsNoResult() throws {
        for (foreign, shown) in [
            ("thesis.tex", "thesis.tex"), ("linear/run.py", "linear/run.py"), ("mine.json", "mine.json"),
            ("linear/table.csv", "linear/table.csv"),
        ] {
            try write("a/args-1.json")
            try write("a/" + foreign)
            let folder = try ResultsFolder(experiment: "a", in: results)
            XCTAssertThrowsError(try folder.clear(workingFolder: elsewhere), foreign) {
                XCTAssertEqual(
                    $0 as? PlaceError, .notAResultsFolder(path: folder.url.path, foreign: shown), foreign
                )
            }
            XCTAssertTrue(exists("a/args-1.json"), foreign)
            try FileManager.default.removeItem(at: folder.url)
        }
    }

    func testClearingRefusesLinksAndTheWorkingFolder() throws {
        try write("real/manifest.json")
        let link = results.appendingPathComponent("link")
        try FileManager.default.createSymbolicLink(
            at: link, withDestinationURL: results.appendingPathComponent("real"))
        XCTAssertThrowsError(
            try ResultsFolder(experiment: "link", in: results).clear(workingFolder: elsewhere))
        XCTAssertTrue(exists("real/manifest.json"))
        let real = try ResultsFolder(experiment: "real", in: results)
        XCTAssertThrowsError(try real.clear(workingFolder: real.url))
        XCTAssertThrowsError(try real.clear(workingFolder: real.url.appendingPathComponent("linear")))
        XCTAssertTrue(exists("real/manifest.json"))
    }

    func testClearingRefusesWhatLiesBehindALink() throws {
        try write("elsewhere/a/manifest.json")
        try FileManager.default.createDirectory(
            at: results.appendingPathComponent("mine"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: results.appendingPathComponent("mine/link"),
            withDestinationURL: results.appendingPathComponent("elsewhere"))
        let folder = try ResultsFolder(
            experiment: "link/a", in: results.appendingPathComponent("mine"))
        XCTAssertThrowsError(try folder.clear(workingFolder: elsewhere)) {
            XCTAssertEqual(
                $0 as? PlaceError,
                .notAResultsFolder(path: folder.url.path, foreign: "a symbolic link"))
        }
        XCTAssertTrue(exists("elsewhere/a/manifest.json"))
    }

    func testClearingNamesWhatTheRunReads() throws {
        try write("a/linear/1/weights.safetensors")
        let folder = try ResultsFolder(experiment: "a", in: results)
        for needed in [folder.url, folder.url.appendingPathComponent("linear"), results] {
            XCTAssertThrowsError(try folder.clear(workingFolder: elsewhere, keeping: [needed])) {
                XCTAssertEqual(
                    $0 as? PlaceError,
                    .notAResultsFolder(path: folder.url.path, foreign: "\(needed.path), which this run reads")
                )
            }
        }
        XCTAssertTrue(exists("a/linear/1/weights.safetensors"))
    }

    func testClearingTakesOptionsUnderAnotherName() throws {
        let folder = try ResultsFolder(experiment: "a", in: results)
        try folder.writeArguments(
            [("experiment_name", "a"), ("args_file_name", "mine.json")], name: "mine.json", date: Date())
        try folder.clear(workingFolder: elsewhere)
        XCTAssertFalse(exists("a"))
    }

    func testNamesOfTheOptionsFile() {
        for name in ["../x.json", "/x.json", "a/x.json", "..", "x", "manifest.json", "experiment.json"] {
            XCTAssertThrowsError(try ResultsFolder.checkArgumentsFileName(name), name) {
                XCTAssertEqual($0 as? PlaceError, .unusableFileName(name: name))
            }
        }
        XCTAssertNoThrow(try ResultsFolder.checkArgumentsFileName("mine.json"))
    }

    func testClearingRefusesWhatTheRunReads() throws {
        try write("a/linear/1/weights.safetensors")
        let folder = try ResultsFolder(experiment: "a", in: results)
        for needed in [folder.url, folder.url.appendingPathComponent("linear/1/weights.safetensors")] {
            XCTAssertThrowsError(try folder.clear(workingFolder: elsewhere, keeping: [needed]), needed.path)
            XCTAssertTrue(exists("a/linear/1/weights.safetensors"), needed.path)
        }
        let neighbour = results.appendingPathComponent("ab")
        XCTAssertNoThrow(try folder.clear(workingFolder: elsewhere, keeping: [neighbour]))
        XCTAssertFalse(exists("a"))
    }

    func testClearingRefusesAFolderInUse() throws {
        try write("a/linear/1/weights.safetensors")
        let folder = try ResultsFolder(experiment: "a", in: results)
        let lock = try FolderLock(folder: folder.url.appendingPathComponent("linear/1"))
        XCTAssertThrowsError(try folder.clear(workingFolder: elsewhere)) { error in
            guard case .locked? = error as? LanguageModelError else { return XCTFail("\(error)") }
        }
        XCTAssertTrue(exists("a/linear/1/weights.safetensors"))
        withExtendedLifetime(lock) {}
    }

    func testArguments() throws {
        let folder = try ResultsFolder(experiment: "a", in: results)
        let parts = DateComponents(year: 2023, month: 4, day: 3, hour: 2, minute: 1, second: 9)
        let date = try XCTUnwrap(Calendar(identifier: .gregorian).date(from: parts))
        let arguments: [(name: String, value: JSONValue)] = [
            ("model", "gptj"), ("rank", nil), ("shuffle", true), ("lr", 0.001), ("lam_m", 1.0),
            ("layers", [0, 1]),
            ("editor_types", ["linear"]), ("log_level", 20),
        ]
        try folder.writeArguments(arguments, name: nil, date: date)
        let text = try String(
            contentsOf: folder.url.appendingPathComponent("args-20230403-020109.json"), encoding: .utf8)
        XCTAssertEqual(
            text,
            #"{"model": "gptj", "rank": "None", "shuffle": "True", "lr": "0.001", "lam_m": "1.0", "#
                + #""layers": "[0, 1]", "editor_types": "['linear']", "log_level": "20"}"#)
        try folder.writeArguments([], name: "mine.json", date: date)
        XCTAssertTrue(exists("a/mine.json"))
    }

    func testPythonTexts() {
        let cases: [(JSONValue, String)] = [
            (nil, "None"), (true, "True"), (false, "False"), (3, "3"), (1e-08, "1e-08"), ("it's", "it's"),
            (["it's"], "[\"it's\"]"), (["a\\b"], "['a\\\\b']"), (["k": [1, nil]], "{'k': [1, None]}"),
        ]
        for (value, text) in cases { XCTAssertEqual(value.pythonText, text) }
    }
}
