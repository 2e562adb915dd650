import Foundation
import XCTest

@testable import RemediCore

final class BatchScriptTests: XCTestCase {
    private func job(_ folder: String = "/r/x") -> BatchJob {
        BatchJob(
            name: "train.x", words: ["train", "x", "--model", "it's mine"],
            folder: URL(fileURLWithPath: folder))
    }

    private func text(
        _ job: BatchJob, _ request: SlurmRequest = SlurmRequest(), environment: [String: String] = [:]
    ) -> String {
        BatchScript(
            job, request, program: "/bin/remedi", workingFolder: URL(fileURLWithPath: "/w o"),
            environment: environment
        ).text
    }

    func testWholeScript() {
        var request = SlurmRequest()
        request.partition = "gpu"
        request.gpus = "a100:1"
        request.time = "2-00:00:00"
        request.cores = 8
        request.options = ["account=physics", "--qos=high", "exclusive"]
        var job = job()
        job.memory = 3 << 30
        XCTAssertEqual(
            text(job, request, environment: ["REMEDI_DATA_DIR": "/d d", "HF_TOKEN": "secret", "A": "b"]),
            """
            #!/bin/bash
            #SBATCH --job-name=train.x
            #SBATCH --chdir="/w o"
            #SBATCH --output=/r/x/slurm-%j.log
            #SBATCH --open-mode=append
            #SBATCH --requeue
            #SBATCH --signal=B:USR1@120
            #SBATCH --partition=gpu
            #SBATCH --gpus=a100:1
            #SBATCH --cpus-per-task=8
            #SBATCH --time=2-00:00:00
            #SBATCH --mem=3072M
            #SBATCH --account=physics
            #SBATCH --qos=high
            #SBATCH --exclusive

            export REMEDI_DATA_DIR='/d d'

            # USR1 comes 120 seconds before the time limit: the program saves its work and ends.
            goes_on= program=
            trap 'goes_on=yes; [ -z "$program" ] || kill -TERM "$program"' USR1
            # TERM comes to the program by itself when the job is cancelled.  Here it is ignored, not trapped: a
            # trap interrupts wait, and bash may then have lost the program's status.
            trap '' TERM
            (trap - TERM; exec /bin/remedi train x --model 'it'\\''s mine') &
            program=$!
            [ -z "$goes_on" ] || kill -TERM "$program"
            while wait "$program"; status=$?; kill -0 "$program" 2>/dev/null; do :; done
            # 138 is that of a wait which USR1 interrupted.
            if [ "$status" -eq 138 ]; then wait "$program"; status=$?; fi
            if [ "$goes_on" ] && [ "$status" -eq 143 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 100 ]; then
                echo "back into the queue, to go on from here"
                exec scontrol requeue "$SLURM_JOB_ID"
            fi
            exit "$status"

            """)
    }

    func testLayersAreAnArray() {
        var job = job()
        job.layers = [0, 2, 5]
        let script = text(job)
        for line in [
            "#SBATCH --array=0,2,5", "#SBATCH --output=/r/x/slurm-%A_%a.log",
            #"(trap - TERM; exec /bin/remedi train x --model 'it'\''s mine' --layers "$SLURM_ARRAY_TASK_ID") &"#,
        ] {
            XCTAssertTrue(script.contains("\n\(line)\n"), line)
        }
        XCTAssertFalse(script.contains("--mem"))
        var request = SlurmRequest()
        request.layersAtOnce = 2
        XCTAssertTrue(text(job, request).contains("\n#SBATCH --array=0,2,5%2\n"))
    }

    func testFoldersAreQuotedAsSlurmReadsThem() {
        XCTAssertTrue(
            text(job(#"/a %b"c\d"#)).contains(#"--output="/a %%b\"c\\d/slurm-%j.log""# + "\n"))
    }

    func testMemoryOfTheRequestCounts() {
        var request = SlurmRequest()
        request.memory = 1
        var job = job()
        job.memory = 5 << 30
        XCTAssertTrue(text(job, request).contains("\n#SBATCH --mem=1M\n"))
    }

    func testTimeLimits() {
        for (time, minutes) in [
            ("90", 90), ("90:01", 91), ("12:00:00", 720), ("2-0", 2880), ("2-00:30", 2910),
            ("1-01:01:01", 1502), ("0", 0),
        ] {
            XCTAssertEqual(SlurmRequest.minutes(inTime: time), minutes, time)
        }
        for time in ["", "1h", "-1", "1-", "1:2:3:4", "1-2-3", "12:00:00 ", "1::2", "１", "1234567890", "+1"] {
            XCTAssertNil(SlurmRequest.minutes(inTime: time), time)
        }
    }

    /// A job that is told of its limit as soon as it begins would only go back into the queue.
    func testShortJobsAreNotToldOfTheirLimit() {
        for (time, isTold) in [
            ("1", false), ("4:00", false), ("5", true), ("0", true), ("1-0", true), (nil, true),
        ] as [(String?, Bool)] {
            var request = SlurmRequest()
            request.time = time
            XCTAssertEqual(
                text(job(), request).contains("\n#SBATCH --signal=B:USR1@120\n"), isTold, time ?? "none")
        }
    }

    func testNumbersOfJobs() {
        for (output, number) in [
            ("7\n", "7"), ("7;cluster\n", "7"), ("Welcome\n4711\n", "4711"), ("7\nyour share: 3 h\n", "7"),
        ] {
            XCTAssertEqual(Sbatch.number(in: output), number, output)
        }
        for output in ["", "\n", "Submitted\n", "7a\n"] { XCTAssertNil(Sbatch.number(in: output), output) }
    }

    func testDamagedRecordsAreTold() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "jobs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        XCTAssertEqual(try SubmittedJobs(folder: folder).entries, [])
        let entry = SubmittedJobs.Entry(number: "7", name: "train.x", layers: [1], after: ["5", "6"])
        try SubmittedJobs.add(entry, to: folder)
        try SubmittedJobs.add(entry, to: folder)
        XCTAssertEqual(try SubmittedJobs(folder: folder).entries, [entry, entry])
        try Data("{".utf8).write(to: folder.appendingPathComponent("slurm.json"))
        let damaged = try SubmittedJobs(folder: folder)
        XCTAssertTrue(damaged.isDamaged)
        XCTAssertEqual(damaged.entries, [])
    }
}
