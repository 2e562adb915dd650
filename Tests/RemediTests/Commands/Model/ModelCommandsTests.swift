import Foundation
import LanguageModels
import RemediCore
import TestServer
import XCTest
import remedi

final class ModelCommandsTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private let gpt2 = TestFiles.training.appendingPathComponent("gpt2").path

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ line: String, _ more: [String: String] = [:]) -> TestRun {
        let environment = ["PATH": "/usr/bin:/bin", "HF_HOME": folder.path + "/hf"]
        return TestRun(line, environment: environment.merging(more) { _, new in new }, in: folder)
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + path).sorted()
    }

    func testNoModels() throws {
        let list = run("model list")
        XCTAssertEqual(
            list.diagnostics, "no other models in \(folder.path)/models or \(folder.path)/hf/hub\n")
        XCTAssertTrue(list.output.contains("\ndemo "), list.output)
        XCTAssertTrue(list.output.contains("inside the program"), list.output)
        let entries = try JSONValue(parsing: Data(run("model list --json").output.utf8)).array
        XCTAssertEqual(entries?.map { $0["name"] }, ["demo"])
        XCTAssertEqual(entries?.first?["inside"], true)
        XCTAssertEqual(entries?.first?["family"], "gpt2")
    }

    func testRandomThenList() throws {
        let made = run("model random -m \(gpt2) --seed 1 --device cuda:0")
        XCTAssertEqual(made.output, "\(folder.path)/models/gpt2_random\n")
        XCTAssertEqual(made.diagnostics, "")
        XCTAssertEqual(
            run("model random -m \(gpt2)").diagnostics,
            "remedi: \(folder.path)/models/gpt2_random holds a model already; --overwrite replaces it\n")
        XCTAssertEqual(run("model random -m \(gpt2) --overwrite --fp16 yes").code, 0)
        try AtomicFile.write(
            #"{"model_type": "gpt2"}"#, to: folder.appendingPathComponent("models/me/half/config.json"))
        let value = try JSONValue(parsing: Data(run("model list --json").output.utf8))
        let entries = Array(try XCTUnwrap(value.array).dropFirst())
        XCTAssertEqual(entries.map { $0["name"] }, ["gpt2_random", "me/half"])
        XCTAssertEqual(entries[0]["inside"], false)
        XCTAssertEqual(entries[0]["complete"], true)
        XCTAssertEqual(entries[0]["family"], "gpt2")
        XCTAssertEqual(entries[0]["stored_as"], ["F16"])
        XCTAssertEqual(entries[1]["complete"], false)
        XCTAssertEqual(
            entries[1]["problem"],
            .string("there is no file \(folder.path)/models/me/half/model.safetensors"))
        let lines = run("model list").output.components(separatedBy: "\n\n")[0].split(separator: "\n")
        XCTAssertEqual(lines.count, 5)
        // The reason why the other cannot be read is long: the table has several parts.
        XCTAssertTrue(run("model list").output.contains("\ngpt2_random  "), run("model list").output)
        XCTAssertTrue(run("model list").output.contains("complete"), run("model list").output)
    }

    func testImport() throws {
        let source = TestFiles.package.appendingPathComponent(
            "Tests/LanguageModelsTests/Fixtures/models/gptj-bin"
        ).path
        XCTAssertEqual(run("model import \(source)").output, "\(folder.path)/models/gptj-bin\n")
        XCTAssertEqual(try names("models/gptj-bin"), ["config.json", "model.safetensors"])
        XCTAssertEqual(
            run("model import \(source)/pytorch_model.bin --output there --dtype bfloat16").output,
            "\(folder.path)/there\n")
        XCTAssertEqual(
            run("model import \(source)/config.json").diagnostics,
            "remedi: \(source)/config.json is neither a checkpoint's folder nor a torch file in one\n")
    }

    func testDownload() throws {
        let (configuration, weights) = (Data("{}".utf8), Data("weights".utf8))
        let listing =
            #"{"sha": "aa", "siblings": [{"rfilename": "config.json", "size": 2, "blobId": ""#
            + configuration.withUnsafeBytes { SHA1.gitName(of: $0) }
            + #""}, {"rfilename": "model.safetensors", "lfs": {"size": 7, "sha256": "\#(SHA256.hash(weights))"}}]}"#
        let server = try TestServer { request in
            switch request.path {
            case "/api/models/me/tiny/revision/main?blobs=true": Answer(200, body: Data(listing.utf8))
            case "/me/tiny/resolve/aa/config.json": .file(configuration, for: request)
            case "/me/tiny/resolve/aa/model.safetensors": .file(weights, for: request)
            default: Answer(404)
            }
        }
        let environment = ["HF_ENDPOINT": server.address]
        let place = "\(folder.path)/hf/hub/models--me--tiny/snapshots/aa"
        XCTAssertEqual(run("model download me/tiny", environment).output, place + "\n")
        XCTAssertEqual(run("model download me/tiny", environment).output, place + " is there already\n")
        XCTAssertEqual(run("model download me/tiny -o flat", environment).output, "\(folder.path)/flat\n")
        XCTAssertEqual(try names("flat"), ["config.json", "model.safetensors"])
        XCTAssertEqual(
            run("model download me/none", environment).diagnostics,
            "remedi: the server has no \(server.address)/api/models/me/none/revision/main?blobs=true\n")
        XCTAssertEqual(
            run("inspect predict -m me/none x", environment).diagnostics,
            "remedi: there is no model 'me/none'; looked for \(folder.path)/me/none,"
                + " \(folder.path)/models/me/none, \(folder.path)/models/none,"
                + " \(folder.path)/hf/hub/models--me--none; 'remedi model download me/none' fetches it\n")
    }

    func testWords() {
        let cases: [(ModelError, String)] = [
            (.exists(path: "/m"), "/m holds a model already; --overwrite replaces it"),
            (.nothingToImport(path: "/m"), "the weights in /m are safetensors already"),
            (.notACheckpoint(path: "/m"), "/m is neither a checkpoint's folder nor a torch file in one"),
        ]
        for (error, sentence) in cases { XCTAssertEqual(Messages.sentence(for: error), sentence) }
        XCTAssertEqual(
            Messages.sentence(for: ModelInventory.UnfinishedDownload()),
            "the download is not finished; 'remedi model download' resumes it")
    }
}
