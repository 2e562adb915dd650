import Compute
import Foundation
import LanguageModels
import TestServer
import XCTest

@testable import RemediCore

final class ModelDownloadTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try temporaryFolder() }

    private func workplace(_ hub: FakeHub, _ more: [String: String] = [:]) -> Workplace {
        let environment = [
            "PATH": "/usr/bin:/bin", "HF_HOME": folder.path + "/hf", "HF_ENDPOINT": hub.server.address + "/",
        ].merging(more) { _, new in new }
        return Workplace(environment: environment, workingFolder: folder)
    }

    @discardableResult
    private func download(
        _ name: String, from hub: FakeHub, revision: String? = nil, half: Bool = false, to output: URL? = nil,
        _ more: [String: String] = [:]
    ) throws -> ModelDownload.Outcome {
        let workplace = workplace(hub, more)
        let downloader = try Downloader(
            environment: workplace.environment, progress: SilentProgress(), pause: { _ in })
        return try ModelDownload(
            ModelName(name), revision: revision, prefersHalf: half, folder: output, in: workplace
        ).run(with: downloader)
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path).sorted()
    }

    private let chosen = [
        "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json", "tokenizer.json",
    ]

    func testTwoShardsIntoTheCache() throws {
        let commit = "0123456789abcdef0123456789abcdef01234567"
        let repository = try FakeHub.twoShards(commit: commit)
        // Every third answer of the storage is cut off.
        let hub = try FakeHub(["me/tiny@main": repository], cut: { $0 % 3 == 2 ? nil : 700 * ($0 + 1) })
        let outcome = try download("me/tiny", from: hub)
        let cache = "hf/hub/models--me--tiny"
        XCTAssertEqual(outcome.folder.path, "\(folder.path)/\(cache)/snapshots/\(commit)")
        XCTAssertFalse(outcome.wasThere)
        XCTAssertEqual(try names(cache), ["blobs", "refs", "snapshots"])
        XCTAssertEqual(
            try String(contentsOf: folder.appendingPathComponent(cache + "/refs/main"), encoding: .utf8),
            commit)
        XCTAssertEqual(try names(cache + "/snapshots/\(commit)"), chosen)
        for name in chosen {
            let content = try XCTUnwrap(repository.files[name])
            let blob =
                FakeHub.isLarge(name)
                ? SHA256.hash(content) : content.withUnsafeBytes { SHA1.gitName(of: $0) }
            let link = outcome.folder.appendingPathComponent(name).path
            XCTAssertEqual(
                try FileManager.default.destinationOfSymbolicLink(atPath: link), "../../blobs/\(blob)", name)
            XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: link)), content, name)
        }
        XCTAssertEqual(try names(cache + "/blobs").count, chosen.count)
        let located = try ModelName("me/tiny").locate(in: workplace(hub))
        XCTAssertEqual(located.path, outcome.folder.path)
        XCTAssertEqual(
            try ModelSummary(Checkpoint(folder: located)).parameterCount,
            try ModelSummary(Checkpoint(folder: FixtureFiles.own("training/gpt2"))).parameterCount)
    }

    /// Of a repository with GGUF files the one that is named, with all its parts, and nothing else.
    func testAGGUFFile() throws {
        var repository = try FakeHub.twoShards(commit: "aa")
        let content = try Data(contentsOf: FixtureFiles.gguf("qwen3"))
        for name in ["one.gguf", "other.gguf", "b-00001-of-00002.gguf", "b-00002-of-00002.gguf"] {
            repository.files[name] = content + Data(name.utf8)
        }
        let hub = try FakeHub(["me/tiny@main": repository])
        let snapshot = "hf/hub/models--me--tiny/snapshots/aa"
        let first = try download("me/tiny:one.gguf", from: hub)
        XCTAssertEqual(first.folder.path, "\(folder.path)/\(snapshot)/one.gguf")
        XCTAssertEqual(try names(snapshot), ["one.gguf"])
        XCTAssertEqual(try Data(contentsOf: first.folder), repository.files["one.gguf"])
        XCTAssertEqual(try ModelName("me/tiny:one.gguf").locate(in: workplace(hub)).path, first.folder.path)
        XCTAssertTrue(try download("me/tiny:one.gguf", from: hub).wasThere)
        try download("me/tiny@main:b-00001-of-00002.gguf", from: hub)
        XCTAssertEqual(
            try names(snapshot), ["b-00001-of-00002.gguf", "b-00002-of-00002.gguf", "one.gguf"])
        let output = folder.appendingPathComponent("plain")
        let plain = try download("me/tiny:other.gguf", from: hub, to: output)
        XCTAssertEqual(plain.folder.path, output.path + "/other.gguf")
        XCTAssertThrowsError(try download("me/tiny:none.gguf", from: hub)) {
            guard case DownloadError.noWeights = $0 else { return XCTFail("\($0)") }
        }
    }

    func testWhatIsThereIsNotFetchedAgain() throws {
        var repository = try FakeHub.twoShards(commit: "aa")
        let first = try FakeHub(["me/tiny@main": repository])
        try download("me/tiny", from: first)
        XCTAssertTrue(try download("me/tiny", from: first).wasThere)
        XCTAssertEqual(first.storage.requests.count, 2)
        // A new commit in which one file differs.
        repository.commit = "bb"
        repository.files["tokenizer.json"] = Data("{}".utf8)
        let second = try FakeHub(["me/tiny@main": repository])
        let outcome = try download("me/tiny", from: second)
        XCTAssertFalse(outcome.wasThere)
        XCTAssertEqual(second.storage.requests.count, 0)
        XCTAssertEqual(second.server.requests.map(\.path).filter { !$0.hasPrefix("/api") }.count, 1)
        XCTAssertEqual(try names("hf/hub/models--me--tiny/snapshots"), ["aa", "bb"])
        XCTAssertEqual(
            try ModelName("me/tiny").locate(in: workplace(second)).lastPathComponent, "bb")
    }

    func testAnInterruptedDownloadGoesOn() throws {
        let repository = try FakeHub.twoShards(commit: "aa")
        let broken = try FakeHub(["me/tiny@main": repository], cut: { _ in 100 })
        // Every answer brings 100 bytes: the downloader does not give up, so it is stopped.
        let workplace = workplace(broken)
        let progress = RecordedProgress(stopsAfter: 40)
        XCTAssertThrowsError(
            try ModelDownload(
                ModelName("me/tiny"), revision: nil, prefersHalf: false, folder: nil, in: workplace
            ).run(
                with: try Downloader(
                    environment: workplace.environment, progress: progress, pause: { _ in }))
        ) { XCTAssertEqual($0 as? RemediError, .interrupted(signal: 15)) }
        let blobs = "hf/hub/models--me--tiny/blobs"
        XCTAssertTrue(try names(blobs).contains { $0.hasSuffix(".incomplete") })
        XCTAssertThrowsError(try ModelName("me/tiny").locate(in: workplace))
        let hub = try FakeHub(["me/tiny@main": repository])
        try download("me/tiny", from: hub)
        XCTAssertTrue(hub.storage.requests.contains { $0.headers["range"] != nil })
        XCTAssertEqual(try names(blobs).count, chosen.count)
    }

    func testAPlainFolder() throws {
        let hub = try FakeHub(["me/tiny@main": try FakeHub.twoShards(commit: "aa")])
        let output = folder.appendingPathComponent("models/tiny")
        XCTAssertFalse(try download("me/tiny", from: hub, to: output).wasThere)
        XCTAssertEqual(try names("models/tiny"), chosen)
        XCTAssertTrue(try download("me/tiny", from: hub, to: output).wasThere)
        let damaged = output.appendingPathComponent("tokenizer.json")
        let right = try Data(contentsOf: damaged)
        try Data("x".utf8).write(to: damaged)
        XCTAssertFalse(try download("me/tiny", from: hub, to: output).wasThere)
        XCTAssertEqual(try Data(contentsOf: damaged), right)
    }

    func testTorchFilesWhereThereIsNothingElse() throws {
        let files = [
            "config.json": Data("{}".utf8), "pytorch_model.bin": Data("weights".utf8),
            "flax_model.msgpack": Data(), "merges.txt": Data("a".utf8),
        ]
        let hub = try FakeHub(["me/old@main": .init(commit: "aa", files: files)])
        let outcome = try download("me/old", from: hub)
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: outcome.folder.path).sorted(),
            ["config.json", "merges.txt", "pytorch_model.bin"])
    }

    func testHalfPrecisionIsABranchOfGPTJ() throws {
        let files = ["config.json": Data("{}".utf8), "pytorch_model.bin": Data("weights".utf8)]
        let hub = try FakeHub([
            "EleutherAI/gpt-j-6B@main": .init(commit: "aa", files: files),
            "EleutherAI/gpt-j-6B@float16": .init(commit: "bb", files: files),
            "EleutherAI/gpt-neox-20b@main": .init(commit: "cc", files: files),
        ])
        let cases: [(String, String?, Bool, String)] = [
            ("gptj", nil, true, "bb"), ("gptj", nil, false, "aa"), ("gptj", "main", true, "aa"),
            ("neox", nil, true, "cc"),
        ]
        for (name, revision, half, commit) in cases {
            let outcome = try download(name, from: hub, revision: revision, half: half)
            XCTAssertEqual(outcome.folder.lastPathComponent, commit, "\(name) \(half)")
        }
        let located = try ModelName("gptj").locate(in: workplace(hub), prefersHalf: true)
        XCTAssertEqual(located.lastPathComponent, "bb")
    }

    func testOldIds() throws {
        let files = ["config.json": Data("{}".utf8), "model.safetensors": Data("weights".utf8)]
        let hub = try FakeHub(["EleutherAI/gpt-j-6b@main": .init(commit: "aa", files: files)])
        let outcome = try download("gptj", from: hub)
        XCTAssertTrue(outcome.folder.path.contains("models--EleutherAI--gpt-j-6b"), outcome.folder.path)
        XCTAssertEqual(try ModelName("gptj").locate(in: workplace(hub)).path, outcome.folder.path)
    }

    func testACommitHasNoBranch() throws {
        let hub = try FakeHub(["me/tiny@aa": try FakeHub.twoShards(commit: "aa")])
        try download("me/tiny", from: hub, revision: "aa")
        XCTAssertEqual(try names("hf/hub/models--me--tiny"), ["blobs", "snapshots"])
    }

    func testTokens() throws {
        let hub = try FakeHub(["me/tiny@main": try FakeHub.twoShards(commit: "aa")], token: "hf_x")
        let url = hub.server.address + "/api/models/me/tiny/revision/main?blobs=true"
        XCTAssertThrowsError(try download("me/tiny", from: hub)) {
            XCTAssertEqual(
                $0 as? DownloadError, .refused(url: url, code: 401, login: .missing))
        }
        XCTAssertThrowsError(try download("me/tiny", from: hub, ["HF_TOKEN": "wrong"])) {
            XCTAssertEqual($0 as? DownloadError, .refused(url: url, code: 401, login: .shown))
        }
        XCTAssertThrowsError(try download("me/tiny", from: hub, ["HF_TOKEN": "a\nb"])) {
            XCTAssertEqual($0 as? DownloadError, .unusableToken(source: "HF_TOKEN"))
        }
        // A pipe into which nobody writes is no token.
        let token = folder.appendingPathComponent("hf/token")
        try AtomicFile.makeFolder(token.deletingLastPathComponent())
        XCTAssertEqual(mkfifo(token.path, 0o600), 0)
        XCTAssertThrowsError(try download("me/tiny", from: hub)) {
            XCTAssertEqual($0 as? DownloadError, .refused(url: url, code: 401, login: .missing))
        }
        try FileManager.default.removeItem(at: token)
        try AtomicFile.write("hf_x\n", to: token)
        try download("me/tiny", from: hub)
        // The storage is another host and never sees it.
        XCTAssertEqual(hub.storage.requests.count, 2)
        for request in hub.storage.requests { XCTAssertNil(request.headers["authorization"]) }
    }

    func testAGatedModel() throws {
        let gated = FakeHub.Repository(commit: "aa", files: [:], isGated: true)
        let hub = try FakeHub(["me/tiny@main": gated])
        XCTAssertThrowsError(try download("me/tiny", from: hub)) {
            XCTAssertEqual(
                $0 as? DownloadError,
                .gated(
                    url: hub.server.address + "/api/models/me/tiny/revision/main?blobs=true", login: .missing)
            )
        }
    }

    func testWhatCannotBe() throws {
        let hub = try FakeHub([
            "me/empty@main": .init(commit: "aa", files: ["b.onnx": Data(), "a.h5": Data()])
        ])
        let cases: [(String, [String: String], DownloadError)] = [
            ("me/empty", [:], .noWeights(name: "me/empty", found: ["a.h5", "b.onnx"])),
            ("/some/path", [:], .notAnId(name: "/some/path")), ("a b", [:], .notAnId(name: "a b")),
            ("me/empty", ["HF_HUB_OFFLINE": "1"], .offline(name: "me/empty")),
            (
                "me/none", [:],
                .notFound(url: hub.server.address + "/api/models/me/none/revision/main?blobs=true")
            ),
        ]
        for (name, environment, expected) in cases {
            XCTAssertThrowsError(try download(name, from: hub, environment), name) {
                XCTAssertEqual($0 as? DownloadError, expected)
            }
        }
        XCTAssertThrowsError(try download("me/empty", from: hub, revision: "../x"))
    }

    func testHostileListings() throws {
        let good = #""blobId": "00", "size": 1"#
        let cases = [
            "", "[]", #"{"sha": "aa"}"#, #"{"sha": "../../x", "siblings": []}"#,
            #"{"sha": "aa", "siblings": [{"rfilename": "../x", \#(good)}]}"#,
            #"{"sha": "aa", "siblings": [{"rfilename": "/etc/x", \#(good)}]}"#,
            #"{"sha": "aa", "siblings": [{"rfilename": "a//b", \#(good)}]}"#,
            #"{"sha": "aa", "siblings": [{"rfilename": "a", "blobId": "../y", "size": 1}]}"#,
            #"{"sha": "aa", "siblings": [{"rfilename": "a", "size": 1}]}"#,
        ]
        for text in cases {
            let server = try TestServer { _ in Answer(200, body: Data(text.utf8)) }
            let workplace = Workplace(
                environment: ["HF_ENDPOINT": server.address, "HF_HOME": folder.path], workingFolder: folder)
            let downloader = try Downloader(environment: [:], progress: SilentProgress())
            XCTAssertThrowsError(
                try Hub(workplace).listing(of: "me/tiny", revision: "main", with: downloader), text
            ) { error in
                guard case DownloadError.malformed = error else { return XCTFail("\(text): \(error)") }
            }
        }
    }

    func testEscaping() throws {
        let hub = try FakeHub([:])
        let file = Hub.File(path: "a b/ü+%.json", size: 1, blob: "00", isLarge: false)
        XCTAssertEqual(
            try Hub(workplace(hub)).remote(file, of: "me/tiny", commit: "aa").address,
            hub.server.address + "/me/tiny/resolve/aa/a%20b/%C3%BC%2B%25.json")
    }
}
