import Foundation
import TestServer
import XCTest

/// Downloads by the built program: what only a real process shows.
final class DownloadProcessTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    /// Starts the program with more variables in its environment.
    private func start(_ words: [String], _ environment: [String]) throws -> TestProcess {
        try TestProcess(
            ["no_proxy=127.0.0.1"] + environment + [TestFiles.program.path] + words,
            of: URL(fileURLWithPath: "/usr/bin/env"), in: folder)
    }

    /// The command lines of the programs that have `variable` in their environment.
    private func commandLines(with variable: String) -> [[String]] {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        func strings(_ path: String) -> [String] {
            guard let data = FileManager.default.contents(atPath: path) else { return [] }
            return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }
        return numbers.filter { strings("/proc/\($0)/environ").contains(variable) }
            .map { strings("/proc/\($0)/cmdline") }
    }

    func testASignalEndsADownload() throws {
        let content = Data(repeating: 7, count: 519_831)
        let cases: [(Int32, Int32, String)] = [(SIGTERM, 143, "SIGTERM"), (SIGINT, 130, "SIGINT")]
        for (signal, code, name) in cases {
            let hasSent = DispatchSemaphore(value: 0)
            let server = try TestServer { request in
                var answer = Answer.file(content, for: request, tag: "\"a\"").cut(after: 100_000)
                answer.holds = true
                hasSent.signal()
                return answer
            }
            let process = try start(
                ["data", "download", "winoventi"], ["REMEDI_DATA_URL=\(server.address)"])
            hasSent.wait()
            process.send(signal)
            let ended = try process.ended()
            XCTAssertEqual(ended.code, code, ended.diagnostics)
            XCTAssertEqual(ended.signal, 0)
            XCTAssertEqual(ended.output, "")
            XCTAssertEqual(
                ended.diagnostics,
                """
                warning: \(name): stopping; what was received is kept; once more stops at once
                remedi: stopped by \(name); the work is saved

                """)
            let part = folder.appendingPathComponent("data/winoventi_bert_large_final.tsv.part").path
            XCTAssertTrue(FileManager.default.fileExists(atPath: part))
        }
    }

    func testATokenIsInNoCommandLine() throws {
        let isAsked = DispatchSemaphore(value: 0)
        let server = try TestServer { _ in
            isAsked.signal()
            var answer = Answer(200, headers: ["Content-Length": "10"])
            answer.holds = true
            return answer
        }
        let endpoint = "HF_ENDPOINT=\(server.address)"
        let process = try start(
            ["model", "download", "me/mine"], [endpoint, "HF_TOKEN=hf_secret", "HF_HOME=\(folder.path)"])
        isAsked.wait()
        XCTAssertEqual(server.requests.first?.headers["authorization"], "Bearer hf_secret")
        let lines = commandLines(with: endpoint)
        let isCurls: ([String]) -> Bool = { line in
            line.first?.hasSuffix("/curl") == true && line.dropFirst() == ["--disable", "--config", "-"]
        }
        XCTAssertTrue(lines.contains(where: isCurls), "\(lines)")
        for line in lines { XCTAssertFalse(line.joined().contains("hf_secret"), "\(line)") }
        process.send(SIGTERM)
        XCTAssertEqual(try process.ended().code, 143)
    }
}
