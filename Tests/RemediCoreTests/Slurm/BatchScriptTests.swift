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
        _ job: BatchJob, _ request: SlurmRequest = SlurmRequest(), program: String = "/bin/remedi",
        workingFolder: String = "/w o", environment: [String: String] = [:]
    ) throws -> String {
        try BatchScript(
            job, request, program: program, workingFolder: URL(fileURLWithPath: workingFolder),
            environment: environment
        ).text
    }

    func testWholeScript() throws {
        var request = SlurmRequest()
        request.partition = "gpu"
        request.gpus = "a100:1"
        request.time = "2-00:00:00"
        request.cores = 8
        request.options = ["account=physics", "--qos=high", "exclusive"]
        var job = job()
        job.memory = 3 << 30
        XCTAssertEqual(
            try text(job, request, environment: ["REMEDI_DATA_DIR": "/d d", "HF_TOKEN": "secret", "A": "b"]),
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
                echo "back into the queue, to continue from here"
                exec scontrol requeue "$SLURM_JOB_ID"
            fi
            exit "$status"

            """)
    }

    func testLayersAreAnArray() throws {
        var job = job()
        job.layers = [0, 2, 5]
        let script = try text(job)
        for line in [
            "#SBATCH --array=0,2,5", "#SBATCH --output=/r/x/slurm-%A_%a.log",
            #"(trap - TERM; exec /bin/remedi train x --model 'it'\''s mine' --layers "$SLURM_ARRAY_TASK_ID") &"#,
        ] {
            XCTAssertTrue(script.contains("\n\(line)\n"), line)
        }
        XCTAssertFalse(script.contains("--mem"))
        var request = SlurmRequest()
        request.layersAtOnce = 2
        XCTAssertTrue(try text(job, request).contains("\n#SBATCH --array=0,2,5%2\n"))
    }

    func testFoldersAreQuotedAsSlurmReadsThem() throws {
        XCTAssertTrue(try text(job(#"/a %b"c"#)).contains(#"--output="/a %%b\"c/slurm-%j.log""# + "\n"))
        let script = try text(job(), workingFolder: #"/c\d"#)
        XCTAssertTrue(script.contains(##"--chdir="/c\\d""## + "\n"), script)
    }

    /// Seen on Slurm 22.05: such a job fails as it starts.
    func testALogBesideABackslashIsRefused() {
        XCTAssertThrowsError(try text(job(#"/c\d"#))) {
            XCTAssertEqual($0 as? SlurmError, .backslash(path: #"/c\d"#))
        }
    }

    func testMemoryOfTheRequestCounts() {
        var request = SlurmRequest()
        request.memory = 1
        var job = job()
        job.memory = 5 << 30
        XCTAssertTrue(try text(job, request).contains("\n#SBATCH --mem=1M\n"))
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
                try text(job(), request).contains("\n#SBATCH --signal=B:USR1@120\n"), isTold, time ?? "none")
        }
    }

    /// What a script asks for, without the options that all have.
    private func asked(
        _ options: [String], _ change: (inout SlurmRequest) -> Void = { _ in }
    ) throws -> [String] {
        var request = SlurmRequest()
        request.options = options
        change(&request)
        var job = job()
        job.memory = 3 << 30
        let lines = try text(job, request).split(separator: "\n").filter { $0.hasPrefix("#SBATCH ") }
        return lines.map { String($0.dropFirst("#SBATCH ".count)) }
            .filter { !$0.hasPrefix("--chdir") && !$0.hasPrefix("--output") }
    }

    /// Of one kind sbatch takes one option only, or the last without a word.
    func testAnOptionTakesThePlaceOfOurs() throws {
        let ours = [
            "--job-name=train.x", "--open-mode=append", "--requeue", "--signal=B:USR1@120", "--mem=3072M",
        ]
        XCTAssertEqual(try asked([]), ours)
        let cases: [(String, String, String?)] = [
            ("mem-per-cpu=3G", "--mem-per-cpu=3G", "--mem=3072M"),
            ("--mem-per-gpu=20G", "--mem-per-gpu=20G", "--mem=3072M"),
            ("mem 5G", "--mem=5G", "--mem=3072M"), ("mem-per-c=1G", "--mem-per-cpu=1G", "--mem=3072M"),
            ("-J mine", "--job-name=mine", "--job-name=train.x"),
            ("job-name=a b", "--job-name=\"a b\"", "--job-name=train.x"),
            ("open-mode=truncate", "--open-mode=truncate", "--open-mode=append"),
            ("no-requeue", "--no-requeue", "--requeue"), ("requeue", "--requeue", "--requeue"),
            ("signal=B:USR1@300", "--signal=B:USR1@300", "--signal=B:USR1@120"),
            ("time=4", "--time=4", "--signal=B:USR1@120"),
            ("ntasks=1", "--ntasks=1", nil), ("mem-bind=local", "--mem-bind=local", nil),
            ("time-min=5", "--time-min=5", nil), ("gres=tmpdisk:10", "--gres=tmpdisk:10", nil),
            ("-Z 3", "-Z 3", nil), ("Z=3", "-Z 3", nil),
            // Letters without a dash, and names as people write them.
            ("J=mine", "--job-name=mine", "--job-name=train.x"), ("C=a100", "--constraint=a100", nil),
            ("mem_per_cpu=3G", "--mem-per-cpu=3G", "--mem=3072M"),
            ("MEM-PER-CPU=3G", "--mem-per-cpu=3G", "--mem=3072M"),
        ]
        for (option, line, replaced) in cases {
            XCTAssertEqual(try asked([option]), ours.filter { $0 != replaced } + [line], option)
        }
        for (option, line) in [
            ("gres=gpu:a100:1", "--gres=gpu:a100:1"), ("gpus-per-node=2", "--gpus-per-node=2"),
            ("-G2", "--gpus=2"),
        ] {
            XCTAssertEqual(try asked([option]) { $0.gpus = "1" }, ours + [line], option)
        }
        for option in ["cpus-per-task=9", "cpus-per-gpu=9"] {
            XCTAssertEqual(try asked([option]) { $0.cores = 2 }, ours + ["--" + option], option)
        }
        XCTAssertEqual(try asked(["-pmain"]) { $0.partition = "gpu" }, ours + ["--partition=main"])
    }

    func testWhatIsNoOptionIsNone() {
        for text in ["", "-", "--", "=3", "--=3", "a=b\nc", "mem=1\u{7}", "é=3", "---mem=3", "$(x)=1", "-é"] {
            XCTAssertNil(SbatchOption(text), text)
        }
    }

    func testSignalsThatScriptsHear() throws {
        for (signal, seconds) in [
            ("B:USR1", 60), ("B:USR1@300", 300), ("RB:SIGUSR1@7", 7), ("B:10@9", 9), ("b:usr1@1", 1),
        ] {
            XCTAssertEqual(SbatchOption("signal=" + signal)?.secondsOfSignal, seconds, signal)
        }
        for signal in [
            "USR1@120", "B:USR2@120", "B:TERM", "B:USR1@", "B:USR1@x", "B:USR1@-1", "B:USR1@65536",
        ] {
            let option = try XCTUnwrap(SbatchOption("signal=" + signal))
            XCTAssertNil(option.secondsOfSignal, signal)
        }
        var request = SlurmRequest()
        request.options = ["signal=B:USR1@300"]
        XCTAssertTrue(try text(job(), request).contains("# USR1 comes 300 seconds before the time limit"))
    }

    /// Slurm refuses to put such a job back.
    func testNoRequeueIsNoRequeue() throws {
        var request = SlurmRequest()
        request.options = ["no-requeue"]
        XCTAssertTrue(try text(job(), request).contains(#"[ "${SLURM_RESTART_COUNT:-0}" -lt 0 ]"#))
    }

    /// In an array, the number of the last task is the whole array's.
    func testATaskPutsBackOnlyItself() throws {
        XCTAssertTrue(try text(job()).contains("\n    exec scontrol requeue \"$SLURM_JOB_ID\"\n"))
        var job = job()
        job.layers = [0, 1]
        XCTAssertTrue(
            try text(job).contains(
                "\n    exec scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\"\n"))
    }

    func testNoTextBecomesACommand() throws {
        let control = "a\"\ntouch PWN\n#"
        var partition = SlurmRequest()
        partition.partition = control
        var gpus = SlurmRequest()
        gpus.gpus = control
        var option = SlurmRequest()
        option.options = ["comment=" + control]
        let named = BatchJob(name: control, words: [], folder: URL(fileURLWithPath: "/r"))
        let worded = BatchJob(name: "x", words: ["-n", "a\u{1B}b"], folder: URL(fileURLWithPath: "/r"))
        let scripts: [(String, () throws -> String)] = [
            ("the experiment's name", { try self.text(named) }), ("the command", { try self.text(worded) }),
            ("the results folder", { try self.text(self.job("/a\tb")) }),
            ("the working folder", { try self.text(self.job(), workingFolder: "/a\rb") }),
            ("the program's path", { try self.text(self.job(), program: "/a\u{85}b") }),
            ("--partition", { try self.text(self.job(), partition) }),
            ("--gpus", { try self.text(self.job(), gpus) }),
            ("--sbatch-option", { try self.text(self.job(), option) }),
            ("the variable HF_HOME", { try self.text(self.job(), environment: ["HF_HOME": "a\u{2028}b"]) }),
        ]
        for (place, script) in scripts {
            XCTAssertThrowsError(try script(), place) {
                guard case SlurmError.controlCharacter(place, _) = $0 else {
                    return XCTFail("\(place): \($0)")
                }
            }
        }
    }

    func testOnlyNamesOfVariablesAreExported() throws {
        let script = try text(
            job(),
            environment: [
                "REMEDI_X;touch PWN;A": "1", "REMEDI_A B": "1", "REMEDI_É": "1", "REMEDI_X\nY": "1",
                "REMEDI_9": "$(x) `y` 'z'", "CONDA_PREFIX": "/c", "VIRTUAL_ENV": "/v", "PATH": "/p",
            ])
        XCTAssertEqual(
            script.split(separator: "\n").filter { $0.hasPrefix("export") },
            [
                "export CONDA_PREFIX='/c'", #"export REMEDI_9='$(x) `y` '\''z'\'''"#,
                "export VIRTUAL_ENV='/v'",
            ])
        XCTAssertFalse(script.contains("PWN"))
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
