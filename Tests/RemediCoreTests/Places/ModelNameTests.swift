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

    func testAnotherRevisionIsTakenOnlyWhenItIsAskedFor() throws {
        let repository = "hf/hub/models--me--mine"
        try write("cccccccc1", repository + "/refs/v2")
        try write("dddddddd2", repository + "/refs/refs/pr/1")
        try makeFolder(repository + "/snapshots/cccccccc1")
        try makeFolder(repository + "/snapshots/dddddddd2")
        try makeFolder(repository + "/snapshots/dddddddd3")
        XCTAssertThrowsError(try locate("me/mine")) {
            XCTAssertEqual(
                $0 as? PlaceError,
                .revisionNotFound(
                    name: "me/mine", revision: "main",
                    found: ["me/mine@refs/pr/1", "me/mine@v2", "me/mine@dddddddd3"]))
        }
        for (name, commit) in [
            ("me/mine@v2", "cccccccc1"), ("me/mine@refs/pr/1", "dddddddd2"),
            ("me/mine@cccccccc1", "cccccccc1"),
            ("me/mine@cccccccc", "cccccccc1"), ("me/mine@dddddddd3", "dddddddd3"),
        ] {
            XCTAssertEqual(try locate(name), repository + "/snapshots/" + commit, name)
        }
        // Two commits begin so; one is not there; one is too short to be meant.
        for name in ["me/mine@dddddddd", "me/mine@main", "me/mine@v3", "me/mine@cccccc", "me/mine@../v2"] {
            XCTAssertThrowsError(try locate(name), name)
        }
        try write("dddddddd3", repository + "/refs/main")
        XCTAssertEqual(try locate("me/mine"), repository + "/snapshots/dddddddd3")
        XCTAssertEqual(try locate("me/mine@v2"), repository + "/snapshots/cccccccc1")
        try makeFolder("models/mine")
        XCTAssertEqual(try locate("me/mine"), "models/mine")
        XCTAssertEqual(try locate("me/mine@main"), repository + "/snapshots/dddddddd3")
    }

    func testHalfPrecisionIsABranchOfOneModelOnly() throws {
        for repository in ["hf/hub/models--me--gptj", "hf/hub/models--EleutherAI--gpt-j-6b"] {
            try write("eee", repository + "/refs/float16")
            try makeFolder(repository + "/snapshots/eee")
        }
        XCTAssertThrowsError(try locate("me/gptj", prefersHalf: true))
        XCTAssertEqual(
            try locate("gptj", prefersHalf: true), "hf/hub/models--EleutherAI--gpt-j-6b/snapshots/eee")
        XCTAssertThrowsError(try locate("gptj@main", prefersHalf: true))
    }

    func testNamesWithRevisions() throws {
        let cases: [(text: String, key: String, revision: String?, folder: String)] = [
            ("gptj@main", "gptj", "main", "gptj@main"),
            ("EleutherAI/pythia-70m@step1000", "pythia-70m", "step1000", "pythia-70m@step1000"),
            ("me/mine@refs/pr/1", "mine", "refs/pr/1", "mine@refs-pr-1"), ("me/mine@", "mine@", nil, "mine@"),
            ("@x", "@x", nil, "@x"), ("./mine@2", "mine@2", nil, "mine@2"), ("/a/b@2", "b@2", nil, "b@2"),
            ("a@b@c", "a", "b@c", "a@b@c"),
        ]
        for (text, key, revision, folder) in cases {
            let name = ModelName(text)
            XCTAssertEqual(name.key, key, text)
            XCTAssertEqual(name.revision, revision, text)
            XCTAssertEqual(name.folderName, folder, text)
        }
        XCTAssertEqual(ModelName("gpt2@v1").ids, ModelName("gpt2").ids)
        XCTAssertEqual(ModelName("gpt2@v1").control, ModelName("gpt2").control)
        var text = "gpt2"
        text.modelRevision = "v1"
        text.modelRevision = "v1"
        text.modelRevision = nil
        XCTAssertEqual(text, "gpt2@v1")
        var file = "me/files:a.gguf"
        file.modelRevision = "v1"
        file.modelRevision = "v1"
        XCTAssertEqual(file, "me/files@v1:a.gguf")
        XCTAssertEqual(ModelName(file).revision, "v1")
        // A folder's name may hold the mark; a folder has no revisions.
        try makeFolder("mine@v1")
        XCTAssertEqual(try locate("mine@v1"), "mine@v1")
        XCTAssertEqual(try locate("./mine@v1"), "mine@v1")
        try makeFolder("mine")
        for name in ["mine@v2", "./mine@v2"] {
            XCTAssertThrowsError(try locate(name), name) {
                let path = String(name.dropLast(3))
                XCTAssertEqual($0 as? PlaceError, .folderWithRevision(path: path, revision: "v2"), name)
            }
        }
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
                error as? PlaceError,
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
                error as? PlaceError,
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
                error as? PlaceError,
                .pathNotFound(path: folder.path + "/mine.json", nearest: nil))
        }
    }
}
