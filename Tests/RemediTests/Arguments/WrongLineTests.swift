import Foundation
import XCTest

/// Every table of wrong command lines: the exact words, exit code 2, and nothing on standard output.
final class WrongLineTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        let files = FileManager.default
        try files.createDirectory(
            at: folder.appendingPathComponent("mine"), withIntermediateDirectories: true)
        try files.createSymbolicLink(
            at: folder.appendingPathComponent("Configs"),
            withDestinationURL: TestFiles.package.appendingPathComponent("Configs"))
        for (name, text) in [
            ("train.bad", #"{"summary": "s", "dataset": "counterfact", "max_epoch": 3}"#),
            ("train.broken", "{\"summary\": \"s\",\n\"dataset\" counterfact}"),
            ("eval.gen.wrong", #"{"summary": "s", "dataset": "counterfact", "split": "tset"}"#),
        ] {
            try text.write(
                to: folder.appendingPathComponent("mine/\(name).json"), atomically: true, encoding: .utf8)
        }
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    func testEveryLine() {
        let mine = folder.appendingPathComponent("mine").path
        let environment = ["REMEDI_CONFIGS": mine, "XDG_CACHE_HOME": folder.path + "/cache"]
        let lines = WrongLine.ofTrainingAndEvaluation + WrongLine.ofInspectionAndTheRest
        XCTAssertGreaterThanOrEqual(lines.count, 40)
        for line in lines {
            let run = TestRun(line.words, environment: environment, in: folder)
            let message = line.message.replacingOccurrences(of: "MINE", with: mine)
            XCTAssertEqual(
                run.diagnostics, "\(line.command): \(message)\n\(line.hint)\n", "\(line.words)")
            XCTAssertEqual(run.code, 2, "\(line.words)")
            XCTAssertEqual(run.output, "", "\(line.words)")
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path + "/results"))
    }
}
