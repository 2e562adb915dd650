import Foundation
import RemediCore
import XCTest

/// Scripts of job arrays on a Slurm of the test's own.
final class SlurmArrayTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        let folders =
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            + ["/usr/bin", "/usr/sbin"]
        for program in ["munged", "slurmctld", "slurmd", "sbatch", "srun"] {
            let isHere = folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
            if !isHere { throw XCTSkip("there is no \(program): Slurm is not installed") }
        }
        folder = try TestFiles.temporaryFolder()
    }
    override func tearDownWithError() throws {
        if folder.path != "/" { try FileManager.default.removeItem(at: folder) }
    }

    private func write(_ text: String, _ name: String) throws {
        let file = folder.appendingPathComponent(name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// Two tasks of four are done and two run when the last is told of its time limit.  It has the array's own
    /// number, by which Slurm would put back all four.
    func testTheLastTaskPutsBackOnlyItself() throws {
        try write(
            """
            #!/bin/bash
            if [ "$SLURM_ARRAY_TASK_ID" -lt 2 ]; then echo done >"$0.events"; exit 0; fi
            sleep 1000 &
            trap 'kill $!; exit 143' TERM
            echo ready >"$0.events"
            wait
            """, "program")
        // Tells when the scheduler has done what it was asked for.
        try write(
            """
            #!/bin/bash
            export PATH="${PATH#*:}"
            scontrol "$@"
            status=$?
            echo asked >"\(folder.path)/program.events"
            exit $status
            """, "scontrol")
        var job = BatchJob(name: "array", words: [], folder: folder)
        job.layers = [0, 1, 2, 3]
        let script = try BatchScript(
            job, SlurmRequest(), program: folder.path + "/program", workingFolder: folder, environment: [:])
        try write(script.text, "job.sh")
        try write(
            """
            set -eu
            cd "$1"
            mkfifo program.events
            exec 3<>program.events
            PATH="$1:$PATH"
            number=$(sbatch --parsable job.sh)
            for event in 1 2 3 4; do read -r -t 60 -u 3 event; done
            srun --quiet --time=1 "--dependency=afterany:${number}_0:${number}_1" true
            scancel --signal=USR1 --batch "${number}_3"
            read -r -t 60 -u 3 event
            echo "$event"
            pending() { squeue --noheader --array --states=PENDING --jobs="$number" --format=%K; }
            for try in $(seq 200); do [ -z "$(pending)" ] || break; sleep 0.1; done
            echo "pending" $(pending)
            export PATH="${PATH#*:}"
            scontrol --oneliner show job "$number" |
                sed -E 's/.*ArrayTaskId=([0-9]+).* Restarts=([0-9]+).*/task \\1 restarted \\2/' | sort
            scancel "$number"
            """, "scenario")
        let loopback = TestFiles.package.appendingPathComponent("Scripts/slurm/loopback.sh")
        let process = try TestProcess(
            ["300", loopback.path, "bash", folder.path + "/scenario", folder.path],
            of: URL(fileURLWithPath: "/usr/bin/timeout"), in: folder)
        let ended = try process.ended()
        let lines = ended.output.split(separator: "\n")
        XCTAssertEqual(
            lines,
            [
                "asked", "pending 3", "task 0 restarted 0", "task 1 restarted 0", "task 2 restarted 0",
                "task 3 restarted 1",
            ], ended.diagnostics)
        XCTAssertEqual(ended.code, 0, ended.diagnostics)
    }
}
