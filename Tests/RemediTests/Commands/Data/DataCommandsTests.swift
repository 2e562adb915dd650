import Foundation
import LanguageModels
import RemediCore
import TestServer
import XCTest
import remedi

/// `data list` and `data download` against a mirror on loopback.
final class DataCommandsTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ line: String, mirror: TestServer? = nil, path: String = "/usr/bin:/bin") -> TestRun {
        var environment = ["PATH": path]
        environment["REMEDI_DATA_URL"] = mirror.map { $0.address + "/sets/" }
        return TestRun(line, environment: environment, in: folder)
    }

    private func write(_ data: Data, _ name: String) throws {
        try AtomicFile.write(data, to: folder.appendingPathComponent("data/" + name))
    }

    func testTheListOfAnEmptyFolder() throws {
        let run = run("data list")
        XCTAssertEqual(run.code, 0)
        let lines = run.output.split(separator: "\n").map(String.init)
        XCTAssertEqual(lines[0], "folder: \(folder.path)/data")
        XCTAssertEqual(lines.count, 3 + 7 + 2 + 7 + 2)
        XCTAssertTrue(lines[19].hasPrefix("Inside the program ("), lines[19])
        for line in lines[3..<10] { XCTAssertTrue(line.contains("  no  "), line) }
        XCTAssertTrue(lines[3].hasPrefix("counterfact "), lines[3])
        XCTAssertEqual(lines[12], "counterfact  https://rome.baulab.info/data/dsets/counterfact.json")
    }

    func testTheListInJSON() throws {
        try write(Data("x".utf8), "idf.npy")
        try write(Data("[]".utf8), "mcrae.json")
        let value = try JSONValue(parsing: Data(run("data list --json --verify").output.utf8))
        let entries = try XCTUnwrap(value.array)
        let byName = Dictionary(uniqueKeysWithValues: entries.map { ($0["name"]?.string ?? "", $0) })
        XCTAssertEqual(byName["demo"]?["here"], true)
        XCTAssertEqual(byName["demo"]?["path"], "demo")
        XCTAssertEqual(byName["demo"]?["files"]?.array?.contains("counterfact.json"), true)
        XCTAssertEqual(byName["idf"]?["here"], true)
        XCTAssertEqual(byName["idf"]?["right"], false)
        XCTAssertEqual(byName["idf"]?["size"], 1)
        XCTAssertEqual(byName["idf"]?["expected_size"], 11_042_168)
        XCTAssertEqual(byName["mcrae"]?["here"], true)
        XCTAssertEqual(byName["mcrae"]?["authors"], "https://doi.org/10.3758/BF03192726")
        XCTAssertEqual(byName["counterfact"]?["here"], false)
        XCTAssertEqual(byName["counterfact"]?["right"], .null)
        XCTAssertEqual(
            byName["counterfact"]?["sha256"],
            "d017056125178a13728594e66a801357a8db9ed7973a7425554bb4271de9fc6f")
    }

    /// One file that cannot be read is told of; the others are listed.
    func testTheListWithAFileThatCannotBeRead() throws {
        try write(Data("[]".utf8), "mcrae.json")
        XCTAssertEqual(mkfifo(folder.appendingPathComponent("data/counterfact.json").path, 0o600), 0)
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("data/idf.npy"), withIntermediateDirectories: true)
        let run = run("data list")
        XCTAssertEqual(run.code, 0, run.diagnostics)
        for (name, state) in [
            ("counterfact ", "not to be read: it is not a regular file"),
            ("idf ", "not to be read: it is a folder"), ("mcrae ", "  yes  "),
        ] {
            let lines = run.output.split(separator: "\n").filter { $0.hasPrefix(name) }
            XCTAssertTrue(lines.contains { $0.contains(state) }, "\(name): \(run.output)")
        }
    }

    /// What the authors hand out counts under their names too.
    func testTheListKnowsTheAuthorsFiles() throws {
        try write(Data("x".utf8), "BIOS.pkl")
        let line = run("data list").output.split(separator: "\n").first { $0.hasPrefix("biosbias ") }
        let cells = try XCTUnwrap(line).split(separator: " ")
        XCTAssertEqual(cells[1], "BIOS.pkl")
        XCTAssertTrue(cells.contains("yes"), "\(cells)")
    }

    func testADownload() throws {
        // The real file is not the tests' to ship: what a server sends instead is refused.
        let content = Data(repeating: 7, count: 519_831)
        let server = try TestServer { .file(content, for: $0, tag: "\"a\"") }
        let url = server.address + "/sets/winoventi_bert_large_final.tsv"
        let run = run("data download winoventi", mirror: server)
        XCTAssertEqual(run.code, 1)
        XCTAssertEqual(run.output, "")
        XCTAssertEqual(
            run.diagnostics,
            "remedi: \(url) is not what is expected, nothing is kept: its checksum is"
                + " \(SHA256.hash(content)), not"
                + " 5ad0bc664e17c05b87fdc608d40caa104feaf6c788d7a0040538b44d227b5f1d\n")
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data"), [])
        XCTAssertEqual(server.requests.map(\.path), ["/sets/winoventi_bert_large_final.tsv"])
    }

    func testEverythingThatCanBeHad() throws {
        let server = try TestServer { _ in Answer(404) }
        let run = run("data download", mirror: server)
        XCTAssertEqual(run.code, 1)
        XCTAssertEqual(
            server.requests.map(\.path),
            [
                "counterfact.json", "attribute_snippets.json", "idf.npy", "tfidf_vocab.json",
                "winoventi_bert_large_final.tsv",
            ].map { "/sets/" + $0 })
        let lines = run.diagnostics.split(separator: "\n")
        XCTAssertEqual(lines.count, 5)
        XCTAssertEqual(lines[0], "warning: the server has no \(server.address)/sets/counterfact.json")
        XCTAssertEqual(
            lines[4], "remedi: the server has no \(server.address)/sets/winoventi_bert_large_final.tsv")
    }

    func testAnotherFileIsNotReplaced() throws {
        let server = try TestServer { _ in Answer(404) }
        try write(Data("mine".utf8), "counterfact.json")
        XCTAssertEqual(
            run("data download counterfact", mirror: server).diagnostics,
            "remedi: \(folder.path)/data/counterfact.json is there, but it is another file: it has 4 bytes,"
                + " not 45108470; --overwrite replaces it\n")
        XCTAssertEqual(server.requests.count, 0)
        XCTAssertEqual(run("data download counterfact --overwrite", mirror: server).code, 1)
        XCTAssertEqual(server.requests.count, 1)
        XCTAssertEqual(
            try String(contentsOf: folder.appendingPathComponent("data/counterfact.json"), encoding: .utf8),
            "mine")
    }

    func testWhatMayNotBePassedOn() throws {
        let run = run("data download mcrae", path: "/nowhere")
        XCTAssertEqual(run.code, 1)
        XCTAssertTrue(run.diagnostics.contains("may not be passed on"), run.diagnostics)
    }

    func testWithoutCurl() throws {
        let run = run("data download idf", path: "/nowhere")
        XCTAssertEqual(
            run.diagnostics,
            "remedi: downloads need the program curl, which is not on this machine: install it\n")
    }

    func testAnUnknownName() throws {
        let run = run("data download counterfac")
        XCTAssertEqual(run.code, 2)
        XCTAssertTrue(run.diagnostics.contains("did you mean counterfact?"), run.diagnostics)
    }
}
