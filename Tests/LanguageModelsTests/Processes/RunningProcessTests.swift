import Foundation
import LanguageModels
import XCTest

final class RunningProcessTests: XCTestCase {
    private func start(_ script: String, input: String = "") throws -> RunningProcess {
        try ChildProcess(
            words: ["sh", "-c", script], folder: FileManager.default.temporaryDirectory,
            environment: ["PATH": "/usr/bin:/bin", "OURS": "yes"]
        ).start(input: Data(input.utf8))
    }

    /// Everything on standard output.
    private func output(_ process: RunningProcess) throws -> String {
        var text = Data()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            switch try process.read(into: buffer, milliseconds: 1000) {
            case .bytes(let count): text.append(contentsOf: buffer[..<count])
            case .nothing: continue
            case .end: return String(decoding: text, as: UTF8.self)
            }
        }
    }

    func testInputOutputAndErrors() throws {
        let process = try start("cat; echo oh >&2; exit 3", input: "one\ntwo\n")
        XCTAssertEqual(try output(process), "one\ntwo\n")
        XCTAssertEqual(String(decoding: process.diagnostics, as: UTF8.self), "oh\n")
        XCTAssertEqual(try process.wait(), 3)
    }

    func testTheLargestInput() throws {
        let process = try start("wc -c", input: String(repeating: "x", count: ChildProcess.inputLimit))
        XCTAssertEqual(try output(process).trimmingCharacters(in: .whitespacesAndNewlines), "32768")
        XCTAssertEqual(try process.wait(), 0)
    }

    func testAProgramThatDoesNotReadItsInput() throws {
        let process = try start("exit 0", input: String(repeating: "x", count: ChildProcess.inputLimit))
        XCTAssertEqual(try output(process), "")
        XCTAssertEqual(try process.wait(), 0)
    }

    func testTheEnvironmentIsTheOneGiven() throws {
        let process = try start("echo $OURS $HOME")
        XCTAssertEqual(try output(process), "yes\n")
        _ = try process.wait()
    }

    func testMoreErrorsThanAPipeHolds() throws {
        let process = try start("yes | head -c 1000000 >&2; echo done")
        XCTAssertEqual(try output(process), "done\n")
        XCTAssertGreaterThanOrEqual(process.diagnostics.count, 65536)
        XCTAssertEqual(try process.wait(), 0)
    }

    func testTermination() throws {
        let process = try start("exec sleep 1000")
        process.terminate()
        XCTAssertEqual(try process.wait(), 128 + SIGTERM)
    }

    /// Signals that this process blocks, to wait for them, are not blocked in its children.
    func testNoSignalIsBlocked() throws {
        var set = sigset_t()
        var old = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, &old)
        defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
        let process = try start("kill -TERM $$; echo survived")
        XCTAssertEqual(try output(process), "")
        XCTAssertEqual(try process.wait(), 128 + SIGTERM)
    }

    func testADroppedProgramEnds() throws {
        var process: RunningProcess? = try start("exec sleep 1000")
        XCTAssertNotNil(process)
        process = nil
        XCTAssertEqual(waitpid(-1, nil, WNOHANG), -1, "no child is left")
    }
}
