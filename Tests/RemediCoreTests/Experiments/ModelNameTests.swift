import Foundation
import RemediCore
import XCTest

final class ModelNameTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent("remedi-\(UUID().uuidString)")
            .standardizedFileURL
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent(path), withIntermediateDirectories: true)
    }

    private func write(_ text: String, _ path: String) throws {
        let file = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    private func locate(
        _ name: String, _ environment: [String: String] = [:], prefersHalf: Bool = false
    ) throws -> String {
        var environment = environment
        if environment["HF_HOME"] == nil { environment["HF_HOME"] = folder.path + "/hf" }
        let workplace = Workplace(environment: environment, workingFolder: folder)
        let found = try ModelName(name).locate(in: workplace, prefersHalf: prefersHalf).path
        XCTAssertTrue(found.hasPrefix(folder.path + "/"), found)
        return String(found.dropFirst(folder.path.count + 1))
    }

    func testKeys() {
        let cases = [
            ("gptj", "gptj"), ("EleutherAI/gpt-j-6B", "gptj"), ("neox", "neox"), ("gpt2-xl", "gpt2-xl"),
            ("openai-community/gpt2-xl", "gpt2-xl"), ("pythia-70m", "pythia-70m"),
            ("EleutherAI/pythia-70m", "pythia-70m"), ("/data/models/mine", "mine"), ("./mine/", "mine"),
            ("me/mine", "mine"), ("smollm2", "smollm2"),
        ]
        for (text, key) in cases { XCTAssertEqual(ModelName(text).key, key, text) }
    }

    /// Only names that are listed imply half precision and a branch that holds it, no part of another.
    func testHalfPrecision() {
        for text in ["gptj", "EleutherAI/gpt-j-6B", "neox", "EleutherAI/gpt-neox-20b", "gptj_random"] {
            XCTAssertTrue(ModelName(text).isHalfByDefault, text)
        }
        for text in [
            "gpt2", "my-neox-ft", "gptj-ft", "./gptj", "models/neox", "/data/gptj", "me/gptj", "me/gpt-neox",
            "gptj_random_ft", "EleutherAI/gptj", "./gptj_random",
        ] {
            XCTAssertFalse(ModelName(text).isHalfByDefault, text)
            XCTAssertNil(ModelName(text).halfRevision, text)
        }
        XCTAssertEqual(ModelName("EleutherAI/gpt-j-6B").halfRevision, "float16")
        XCTAssertNil(ModelName("neox").halfRevision)
    }

    func testAPathComesFirst() throws {
        try makeFolder("gpt2")
        try makeFolder("models/gpt2")
        XCTAssertEqual(try locate("gpt2"), "gpt2")
        XCTAssertEqual(try locate("./models/gpt2"), "models/gpt2")
        XCTAssertEqual(try locate(folder.path + "/gpt2"), "gpt2")
    }

    func testModelsFolders() throws {
        try makeFolder("models/gptj")
        try makeFolder("ours/gptj")
        try makeFolder("theirs/gptj")
        XCTAssertEqual(try locate("gptj"), "models/gptj")
        XCTAssertEqual(try locate("EleutherAI/gpt-j-6B"), "models/gptj")
        XCTAssertEqual(try locate("gptj", ["CM_MODELS_DIR": "theirs"]), "theirs/gptj")
        XCTAssertEqual(
            try locate("gptj", ["CM_MODELS_DIR": "theirs", "REMEDI_MODELS_DIR": "ours"]), "ours/gptj")
        XCTAssertEqual(try locate("gptj", ["REMEDI_MODELS_DIR": folder.path + "/ours"]), "ours/gptj")
        try makeFolder("models/EleutherAI/pythia-70m")
        XCTAssertEqual(try locate("pythia-70m"), "models/EleutherAI/pythia-70m")
    }

    func testTheCache() throws {
        let repository = "hf/hub/models--EleutherAI--gpt-j-6B"
        try write("aaa\n", repository + "/refs/main")
        try makeFolder(repository + "/snapshots/aaa")
        XCTAssertEqual(try locate("gptj"), repository + "/snapshots/aaa")
        XCTAssertEqual(try locate("gptj", prefersHalf: true), repository + "/snapshots/aaa")
        try write("bbb", repository + "/refs/float16")
        try makeFolder(repository + "/snapshots/bbb")
        XCTAssertEqual(try locate("gptj"), repository + "/snapshots/aaa")
        XCTAssertEqual(try locate("gptj", prefersHalf: true), repository + "/snapshots/bbb")
        XCTAssertEqual(
            try locate("gptj", ["HF_HUB_CACHE": folder.path + "/hf/hub", "HF_HOME": "/nowhere"]),
            repository + "/snapshots/aaa")
    }

    func testAnyBranchWillDo() throws {
        try write("ccc", "hf/hub/models--me--mine/refs/v2")
        try makeFolder("hf/hub/models--me--mine/snapshots/ccc")
        XCTAssertEqual(try locate("me/mine"), "hf/hub/models--me--mine/snapshots/ccc")
    }

    func testOldNamesInTheCache() throws {
        try write("ddd", "hf/hub/models--gpt2/refs/main")
        try makeFolder("hf/hub/models--gpt2/snapshots/ddd")
        XCTAssertEqual(try locate("gpt2"), "hf/hub/models--gpt2/snapshots/ddd")
    }

    func testABranchCannotLeaveTheCache() throws {
        try makeFolder("secret")
        try write("../../../../secret", "hf/hub/models--me--mine/refs/main")
        try makeFolder("hf/hub/models--me--mine/snapshots")
        XCTAssertThrowsError(try locate("me/mine"))
    }

    func testNotFound() {
        XCTAssertThrowsError(try locate("gpt2")) { error in
            let base = folder.path
            XCTAssertEqual(
                error as? ExperimentError,
                .modelNotFound(
                    name: "gpt2",
                    searched: [
                        base + "/gpt2", base + "/models/gpt2", base + "/models/openai-community/gpt2",
                        base + "/hf/hub/models--openai-community--gpt2", base + "/hf/hub/models--gpt2",
                    ], nearest: nil))
        }
    }

    func testDataFiles() throws {
        let workplace = Workplace(environment: ["CM_DATA_DIR": "sets"], workingFolder: folder)
        XCTAssertThrowsError(try DatasetName.counterfact.locate(file: nil, in: workplace)) { error in
            XCTAssertEqual(
                error as? ExperimentError,
                .dataFileNotFound(
                    dataset: .counterfact,
                    searched: [
                        folder.path + "/sets/counterfact.json", folder.path + "/sets/counterfact.jsonl",
                    ]))
        }
        try write("", "sets/counterfact.jsonl")
        let found = try DatasetName.counterfact.locate(file: nil, in: workplace)
        XCTAssertEqual(found.path, folder.path + "/sets/counterfact.jsonl")
        XCTAssertThrowsError(try DatasetName.counterfact.locate(file: "mine.json", in: workplace)) { error in
            XCTAssertEqual(
                error as? ExperimentError,
                .pathNotFound(path: folder.path + "/mine.json", nearest: nil))
        }
    }
}
