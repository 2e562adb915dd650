import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// Commands on caches that hold a model at several revisions, or half of one.
final class RevisionCommandsTests: XCTestCase {
    private static let hashes = (
        first: String(repeating: "a", count: 40), second: String(repeating: "b", count: 40)
    )
    private static let everything = ["config.json", "tokenizer.json", "model.safetensors"]
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ line: String) -> TestRun {
        TestRun(line, environment: ["PATH": "/usr/bin:/bin", "HF_HOME": folder.path + "/hf"], in: folder)
    }

    /// Puts files of the tiny model under a commit, and lets a branch stand for it.
    private func store(_ commit: String, branch: String? = nil, files: [String] = everything) throws {
        let repository = folder.appendingPathComponent("hf/hub/models--me--tiny")
        for name in files {
            let file = TestFiles.training.appendingPathComponent("gpt2").appendingPathComponent(name)
            let target = repository.appendingPathComponent("snapshots/\(commit)/\(name)")
            try AtomicFile.makeFolder(target.deletingLastPathComponent())
            try FileManager.default.copyItem(at: file, to: target)
        }
        if let branch {
            try AtomicFile.write(commit, to: repository.appendingPathComponent("refs/" + branch))
        }
    }

    func testATrainingCheckpointIsNotMain() throws {
        try store(Self.hashes.first, branch: "step1000")
        let refusal =
            "remedi: the cache has no revision 'main' of me/tiny, only me/tiny@step1000, which must be named so;"
            + " 'remedi model download me/tiny' fetches it\n"
        for line in [
            "inspect predict -m me/tiny -k 1 Hello", "inspect tokens -m me/tiny Hello",
            "model random -m me/tiny",
            "model import me/tiny", "train -n x -m me/tiny -l 0 -f demo --size 10",
        ] {
            let refused = run(line)
            XCTAssertTrue(refused.diagnostics.hasSuffix(refusal), "\(line): \(refused.diagnostics)")
            XCTAssertEqual(refused.code, 1, line)
        }
        let spellings = [
            "-m me/tiny@step1000", "-m me/tiny --revision step1000", "--revision step1000 -m me/tiny",
        ]
        let answers = spellings.map { spelling in run("inspect predict \(spelling) -k 1 Hello") }
        for answer in answers {
            XCTAssertEqual(answer.code, 0, answer.diagnostics)
            XCTAssertEqual(answer.output, answers[0].output)
        }
        XCTAssertEqual(
            run("model random -m me/tiny --revision step1000").output, "\(folder.path)/models/tiny_random\n")
    }

    func testACommitIsNamedByItsHash() throws {
        try store(Self.hashes.first)
        let list = try JSONValue(parsing: Data(run("model list --json").output.utf8))
        let entry = try XCTUnwrap(list.array?.last)
        XCTAssertEqual(entry["name"], "me/tiny@aaaaaaaaaaaa")
        XCTAssertEqual(entry["commit"], .string(Self.hashes.first))
        XCTAssertEqual(entry["revision"], .null)
        for revision in ["aaaaaaaaaaaa", Self.hashes.first] {
            XCTAssertEqual(
                run("inspect predict -m me/tiny --revision \(revision) -k 1 Hello").code, 0, revision)
        }
        XCTAssertEqual(
            run("inspect predict -m me/tiny --revision bbbbbbbb Hello").diagnostics,
            "remedi: the cache has no revision 'bbbbbbbb' of me/tiny, only me/tiny@aaaaaaaaaaaa, which must be named"
                + " so; 'remedi model download me/tiny@bbbbbbbb' fetches it\n")
    }

    func testHalfADownloadIsSaidToBeOne() throws {
        try store(Self.hashes.first, branch: "old")
        for (files, missing) in [
            (["config.json", "tokenizer.json"], "model.safetensors"),
            (["tokenizer.json", "model.safetensors"], "config.json"),
            (["config.json", "model.safetensors"], "tokenizer.json"),
        ] {
            try store(Self.hashes.second, branch: "main", files: files)
            let snapshot = "\(folder.path)/hf/hub/models--me--tiny/snapshots/\(Self.hashes.second)"
            let hint = "the download is not complete: 'remedi model download me/tiny' completes it"
            let refused = run("inspect predict -m me/tiny -k 1 Hello")
            XCTAssertTrue(refused.diagnostics.contains(hint), "\(missing): \(refused.diagnostics)")
            XCTAssertEqual(refused.code, 1, missing)
            let list = try JSONValue(parsing: Data(run("model list --json").output.utf8))
            let entry = try XCTUnwrap(list.array?.first { $0["commit"] == .string(Self.hashes.second) })
            XCTAssertEqual(entry["complete"], false, missing)
            XCTAssertTrue(entry["problem"]?.string?.contains(hint) == true, missing)
            XCTAssertEqual(run("inspect predict -m me/tiny@old -k 1 Hello").code, 0, missing)
            try FileManager.default.removeItem(atPath: snapshot)
        }
    }

    func testConfigurationsNameRevisions() throws {
        let configuration =
            #"{"summary": "s", "dataset": "counterfact", "revision": "step1000", "model": "me/tiny", "layers": [0]}"#
        try AtomicFile.write(configuration, to: folder.appendingPathComponent("Configs/train.x.json"))
        let shown = try JSONValue(parsing: Data(run("experiments show train.x --json").output.utf8))
        XCTAssertTrue(shown.text().contains("me/tiny@step1000"), shown.text())
        XCTAssertEqual(
            run("experiments run train.x -m me/tiny").diagnostics.split(separator: ";").first?.contains(
                "revision"), false)
        for (wrong, sentence) in [
            (configuration.replacing(#""step1000""#, with: "7"), "revision: '7' is not a text"),
            (configuration.replacing(#", "model": "me/tiny""#, with: ""), "model"),
        ] {
            try AtomicFile.write(wrong, to: folder.appendingPathComponent("Configs/train.x.json"))
            let refused = run("experiments show train.x")
            XCTAssertEqual(refused.code, 2, wrong)
            XCTAssertTrue(refused.diagnostics.contains(sentence), refused.diagnostics)
        }
        XCTAssertEqual(run("experiments status --revision x").code, 2)
    }
}
