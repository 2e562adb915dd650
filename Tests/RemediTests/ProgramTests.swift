import Foundation
import XCTest
import remedi

/// The built program as a process: what only a real process shows.
final class ProgramTests: XCTestCase {
    private func run(
        _ words: [String], of program: URL = TestFiles.program, output: Int32? = nil
    ) throws -> TestProcess.Ended {
        try TestProcess(words, of: program, output: output).ended()
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
        let ended = try run(
            ["REMEDI_CUDA_LIBRARY=/nowhere", TestFiles.program.path, "inspect", "predict", "-m"]
                + [TestFiles.training.appendingPathComponent("gpt2").path, "--device", "cuda", "a"],
            of: URL(fileURLWithPath: "/usr/bin/env"))
        XCTAssertEqual(ended.output, "")
        XCTAssertEqual(
            ended.diagnostics,
            "remedi: cannot use cuda: No CUDA libraries were found: libcudart, libcublas and libnvrtc of one"
                + " version from 11 to 13 were looked for in REMEDI_CUDA_LIBRARY (/nowhere, which is no folder).\n"
        )
        XCTAssertEqual(ended.code, 1)
    }

    func testClosedDescriptorsAreNotTakenForFiles() throws {
        let ended = try run(
            ["-c", #""$0" --version >&- 2>&-; echo $?"#, TestFiles.program.path],
            of: URL(fileURLWithPath: "/bin/sh"))
        XCTAssertEqual(ended.output, "1\n")
    }

    func testAClosedOutputIsSaid() throws {
        let ended = try run(
            ["-c", #""$0" data list >&-"#, TestFiles.program.path], of: URL(fileURLWithPath: "/bin/sh"))
        XCTAssertEqual(ended.diagnostics, "remedi: cannot write to standard output: it is closed\n")
        XCTAssertEqual(ended.code, 1)
    }

    func testWhatIsNotTextIsRefused() throws {
        let ended = try run(
            ["-c", #""$0" inspect tokens -m demo "$(printf 'caf\351')""#, TestFiles.program.path],
            of: URL(fileURLWithPath: "/bin/sh"))
        XCTAssertEqual(
            ended.diagnostics,
            "remedi: argument 5, 'caf\u{FFFD}', is not text in UTF-8\n'remedi --help' says what there is.\n")
        XCTAssertEqual(ended.code, 2)
        XCTAssertEqual(ended.output, "")
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
        let ended = try run(["--help"], output: full.fileDescriptor)
        XCTAssertEqual(
            ended.diagnostics, "remedi: cannot write to standard output: No space left on device\n")
        XCTAssertEqual(ended.code, 1)
    }

    func testAClosedPipeEndsQuietly() throws {
        let (read, write) = try TestProcess.pipe()
        defer { close(write) }
        close(read)
        let ended = try run(["--help"], output: write)
        XCTAssertEqual(ended.diagnostics, "")
        XCTAssertEqual(ended.code, 141)
        XCTAssertEqual(ended.signal, 0)
    }

    /// Written as something else, such a path would name another folder.
    func testPathsThatAreNotTextAreRefused() {
        let bytes: [UInt8] = [0x2F, 0x61, 0xFF]
        for name in ["the working folder", "REMEDI_MODELS_DIR"] {
            let words = CommandWords([Array("--version".utf8)], places: [("fine", [0x2F]), (name, bytes)])
            XCTAssertThrowsError(try words.texts(), name) {
                XCTAssertEqual(
                    ($0 as? UsageFailure)?.error, .placeNotUTF8(name: name, shown: "/a\u{FFFD}"), name)
            }
        }
    }

    func testFileSizesBeyondTheLimitAreAFailure() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let training = TestFiles.training
        let words = [
            "model", "random", "-m", training.appendingPathComponent("gpt2").path, "-o", "x", "--quiet",
        ]
        let ended = try TestProcess(
            ["-c", "ulimit -f 8; exec \"$0\" \"$@\"", TestFiles.program.path] + words,
            of: URL(fileURLWithPath: "/bin/sh"), in: folder
        ).ended()
        XCTAssertEqual(ended.signal, 0)
        XCTAssertEqual(ended.code, 1)
        XCTAssertTrue(ended.diagnostics.hasPrefix("remedi: cannot write "), ended.diagnostics)
        XCTAssertTrue(ended.diagnostics.hasSuffix(": File too large\n"), ended.diagnostics)
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [])
    }

    func testMemoryThatIsGoneEndsWithASentence() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = try training(in: folder)
        process.send(SIGBUS)
        let ended = try process.ended()
        XCTAssertEqual(ended.signal, 0)
        XCTAssertEqual(ended.code, 1)
        XCTAssertTrue(
            ended.diagnostics.hasSuffix(
                "remedi: a file that was being read has become shorter, or its disk has failed; nothing more was"
                    + " written\n"), ended.diagnostics)
    }

    /// A training that goes on until it is stopped, with its first epoch done.
    private func training(in folder: URL) throws -> TestProcess {
        let training = TestFiles.training
        let process = try TestProcess(
            [
                "train", "-n", "x", "-l", "1", "-m", training.appendingPathComponent("gpt2").path, "-f",
                training.appendingPathComponent("samples.jsonl").path, "--max-epochs", "1000000",
                "--patience", "1000000",
            ], in: folder)
        var text = ""
        while !text.contains("epoch 1/1000000: train") {
            let data = process.diagnostics.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        return process
    }

    func testASignalEndsTrainingAfterSaving() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let training = TestFiles.training
        let process = try TestProcess(
            [
                "train", "-n", "x", "-l", "1", "-m", training.appendingPathComponent("gpt2").path, "-f",
                training.appendingPathComponent("samples.jsonl").path, "--max-epochs", "1000000",
                "--patience",
                "1000000",
            ], in: folder)
        var text = ""
        while !text.contains("epoch 1/1000000: train") {
            let data = process.diagnostics.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        process.send(SIGTERM)
        let ended = try process.ended()
        text += ended.diagnostics
        XCTAssertEqual(ended.signal, 0, text)
        XCTAssertEqual(ended.code, 143, text)
        XCTAssertEqual(ended.output, "")
        XCTAssertTrue(
            text.contains(
                "warning: SIGTERM: stopping after this batch and saving; once more stops at once\n"), text)
        XCTAssertTrue(text.hasSuffix("remedi: stopped by SIGTERM; the work is saved\n"), text)
        let checkpoint = folder.appendingPathComponent("results/x/linear/1/checkpoint.safetensors").path
        XCTAssertTrue(FileManager.default.fileExists(atPath: checkpoint))
    }
}
