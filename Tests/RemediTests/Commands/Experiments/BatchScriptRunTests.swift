import Foundation
import RemediCore
import XCTest

/// Scripts of jobs under the signals that Slurm sends.
final class BatchScriptRunTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        // Saves its work at TERM, as the program does.
        try write(
            """
            #!/bin/bash
            sleep 1000 >/dev/null 2>&1 &
            trap 'kill $!; echo saved; exit 143' TERM
            echo ready >&2
            wait
            """, "program")
        try write("#!/bin/sh\necho scontrol \"$@\"\n", "scontrol")
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func write(_ text: String, _ name: String) throws {
        let file = folder.appendingPathComponent(name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// Runs the script of a job for `program` and sends it `signal` once the program is ready.
    private func run(_ program: String, restarts: Int = 0, signal: Int32? = nil) throws -> TestProcess.Ended {
        var request = SlurmRequest()
        request.restarts = 3
        let job = BatchJob(name: "x", words: ["a b"], folder: folder)
        let script = try BatchScript(job, request, program: program, workingFolder: folder, environment: [:])
        try write(script.text, "job")
        let words = [
            "PATH=\(folder.path):/usr/bin:/bin", "SLURM_JOB_ID=5", "SLURM_RESTART_COUNT=\(restarts)", "bash",
            folder.path + "/job",
        ]
        let process = try TestProcess(words, of: URL(fileURLWithPath: "/usr/bin/env"), in: folder)
        if let signal {
            XCTAssertEqual(String(decoding: process.diagnostics.availableData, as: UTF8.self), "ready\n")
            process.send(signal)
        }
        return try process.ended()
    }

    private var program: String { folder.appendingPathComponent("program").path }

    func testBeforeTheTimeLimitTheJobIsQueuedAgain() throws {
        let ended = try run(program, signal: SIGUSR1)
        XCTAssertEqual(
            ended.output, "saved\nback into the queue, to continue from here\nscontrol requeue 5\n")
        XCTAssertEqual(ended.code, 0)
        XCTAssertEqual(ended.diagnostics, "")
    }

    func testNotForEver() throws {
        let ended = try run(program, restarts: 3, signal: SIGUSR1)
        XCTAssertEqual(ended.output, "saved\n")
        XCTAssertEqual(ended.code, 143)
    }

    func testTheProgramsStatusIsTheJobs() throws {
        XCTAssertEqual(try run("/bin/echo").output, "a b\n")
        XCTAssertEqual(try run("/bin/echo").code, 0)
        XCTAssertEqual(try run("/bin/false").code, 1)
    }

    /// Cancelling a job does not put it back into the queue.
    func testACancelledJobStaysCancelled() throws {
        try write(
            "#!/bin/bash\ntrap 'echo saved; exit 143' TERM\nkill -TERM $PPID\nkill -TERM $$\n", "program")
        let ended = try run(program)
        XCTAssertEqual(ended.output, "saved\n")
        XCTAssertEqual(ended.code, 143)
    }
}
