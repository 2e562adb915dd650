import Foundation
import XCTest
import remedi

/// The built program as a process: what only a real process shows.
final class ProgramTests: XCTestCase {
    private struct Ended {
        var code: Int32
        var signal: Bool
        var output: String
        var diagnostics: String
    }

    private func run(
        _ words: [String], of program: URL = TestFiles.program, output: FileHandle? = nil
    ) throws -> Ended {
        let process = Process()
        process.executableURL = program
        process.arguments = words
        process.currentDirectoryURL = TestFiles.package
        let outputs = Pipe()
        let diagnostics = Pipe()
        if let output { process.standardOutput = output } else { process.standardOutput = outputs }
        process.standardError = diagnostics
        try process.run()
        let text = output == nil ? try outputs.fileHandleForReading.readToEnd() ?? Data() : Data()
        let errors = try diagnostics.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ended(
            code: process.terminationStatus, signal: process.terminationReason == .uncaughtSignal,
            output: String(decoding: text, as: UTF8.self),
            diagnostics: String(decoding: errors, as: UTF8.self))
    }

    func testVersion() throws {
        let ended = try run(["--version"])
        XCTAssertEqual(ended.output, "remedi 0.1.0\n")
        XCTAssertEqual(ended.diagnostics, "")
        XCTAssertEqual(ended.code, 0)
    }

    func testWrongUsage() throws {
        let ended = try run(["train", "--bogus"])
        XCTAssertEqual(ended.output, "")
        XCTAssertEqual(
            ended.diagnostics,
            "remedi train: there is no option --bogus\n'remedi train --help' says what there is.\n")
        XCTAssertEqual(ended.code, 2)
    }

    func testFailure() throws {
        let ended = try run(["inspect", "device", "--device", "cuda:1"])
        XCTAssertEqual(ended.output, "")
        XCTAssertEqual(
            ended.diagnostics,
            "remedi: cannot use cuda:1: this build of remedi computes on the processor only\n")
        XCTAssertEqual(ended.code, 1)
    }

    func testClosedDescriptorsAreNotTakenForFiles() throws {
        let ended = try run(
            ["-c", #""$0" --version >&- 2>&-; echo $?"#, TestFiles.program.path],
            of: URL(fileURLWithPath: "/bin/sh"))
        XCTAssertEqual(ended.output, "0\n")
    }

    func testWithoutAnEnvironment() throws {
        let ended = try run(
            ["-c", #"env -i "$0" inspect model -m no/where"#, TestFiles.program.path],
            of: URL(fileURLWithPath: "/bin/sh"))
        XCTAssertEqual(ended.code, 1)
        XCTAssertTrue(ended.diagnostics.contains("models--no--where"), ended.diagnostics)
        XCTAssertFalse(ended.diagnostics.contains("~"), ended.diagnostics)
    }

    func testAFullDiskIsSaid() throws {
        let full = try XCTUnwrap(FileHandle(forWritingAtPath: "/dev/full"))
        let ended = try run(["--help"], output: full)
        XCTAssertEqual(
            ended.diagnostics, "remedi: cannot write to standard output: No space left on device\n")
        XCTAssertEqual(ended.code, 1)
    }

    func testAClosedPipeEndsQuietly() throws {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let ended = try run(["--help"], output: pipe.fileHandleForWriting)
        XCTAssertEqual(ended.diagnostics, "")
        XCTAssertEqual(ended.code, 141)
        XCTAssertFalse(ended.signal)
    }

    func testASignalEndsTrainingAfterSaving() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let training = TestFiles.training
        let process = Process()
        process.executableURL = TestFiles.program
        process.arguments = [
            "train", "-n", "x", "-l", "1", "-m", training.appendingPathComponent("gpt2").path, "-f",
            training.appendingPathComponent("samples.jsonl").path, "--max-epochs", "1000000", "--patience",
            "1000000",
        ]
        process.currentDirectoryURL = folder
        let diagnostics = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = diagnostics
        try process.run()
        var text = ""
        while !text.contains("epoch 1/1000000: train") {
            let data = diagnostics.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        process.terminate()
        text += String(decoding: try diagnostics.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationReason, .exit, text)
        XCTAssertEqual(process.terminationStatus, 143, text)
        XCTAssertTrue(
            text.contains(
                "warning: SIGTERM: stopping after this batch and saving; once more stops at once\n"), text)
        XCTAssertTrue(text.hasSuffix("remedi: stopped by SIGTERM; the work is saved\n"), text)
        let checkpoint = folder.appendingPathComponent("results/x/linear/1/checkpoint.safetensors").path
        XCTAssertTrue(FileManager.default.fileExists(atPath: checkpoint))
    }
}
