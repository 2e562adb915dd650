import Foundation
import LanguageModels
import XCTest
import remedi

/// `experiments submit` with a `sbatch` that keeps what it is given.
final class ExperimentsSubmitTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var model: String { TestFiles.training.appendingPathComponent("gpt2").path }
    private var data: String { TestFiles.training.appendingPathComponent("samples.jsonl").path }
    private var results: String { folder.path + "/results" }

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        for name in ["Configs", "bin"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        let head = #""summary": "s", "dataset": "counterfact", "model": "\#(model)""#
        for (name, text) in [
            ("train.tiny", #"{\#(head), "layers": [0, 2]}"#),
            ("train.shared", #"{\#(head), "layers": "all", "random_streams": "shared"}"#),
            ("eval.gen.tiny", #"{\#(head), "benchmarks": ["efficacy"], "split": "all", "layers": [2]}"#),
            ("eval.cls.tiny", #"{\#(head), "variants": ["control-model"], "split": "all", "layers": [1]}"#),
            ("sweep.gen.tiny", #"{\#(head), "benchmarks": ["efficacy"], "split": "all"}"#),
            ("both", #"{"summary": "s", "experiments": ["train.tiny", "eval.gen.tiny"]}"#),
        ] {
            try write(text, "Configs/\(name).json")
        }
        try writeSbatch("echo $number")
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func write(_ text: String, _ path: String) throws {
        try text.write(to: folder.appendingPathComponent(path), atomically: true, encoding: .utf8)
    }

    private func read(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    /// Counts from 7 on and keeps its words; then does `ending`.
    private func writeSbatch(_ ending: String) throws {
        try write(
            """
            #!/bin/sh
            cd "\(folder.path)"
            number=$(($(cat number 2>/dev/null || echo 6) + 1))
            echo $number > number
            printf '%s\\n' "$@" > words-$number
            for script; do :; done
            cp "$script" script-$number
            \(ending)

            """, "bin/sbatch")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.path + "/bin/sbatch")
    }

    private func submit(_ words: String) -> TestRun {
        TestRun(
            "experiments submit \(words) -f \(data)",
            environment: ["PATH": folder.path + "/bin:/usr/bin:/bin"], in: folder)
    }

    func testJobsWaitForWhatTheyNeed() throws {
        let made = submit("eval.gen.tiny train.tiny sweep.gen.tiny --partition gpu --with-dependencies")
        XCTAssertEqual(made.code, 0, made.diagnostics)
        XCTAssertEqual(made.diagnostics, "")
        let editors = results + "/editors_counterfact_gpt2"
        let lines = made.output.split(separator: "\n").dropFirst(2).map {
            $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        XCTAssertEqual(
            lines,
            [
                ["7", "train.tiny", editors + "/slurm-7.log"],
                ["8", "eval.gen.tiny", "7", results + "/eval_gen_counterfact_gpt2/slurm-8.log"],
                ["9", "train.tiny", editors + "/slurm-9.log"],
                ["10", "train.tiny", editors + "/slurm-10.log"],
                [
                    "11", "sweep.gen.tiny", "7", "9", "10",
                    results + "/sweep_gen_counterfact_gpt2/slurm-11.log",
                ],
            ])
        XCTAssertEqual(try read("words-7"), "--parsable\n\(editors)/slurm-train.tiny.sh\n")
        XCTAssertEqual(
            try read("words-11"),
            "--parsable\n--dependency=afterok:7:9:10\n--kill-on-invalid-dep=yes\n"
                + "\(results)/sweep_gen_counterfact_gpt2/slurm-sweep.gen.tiny.sh\n")
        let script = try read("results/eval_gen_counterfact_gpt2/slurm-8.sh")
        XCTAssertTrue(
            script.contains(" exec remedi experiments run eval.gen.tiny --dataset-file \(data)) &\n"), script)
        XCTAssertTrue(script.contains("\n#SBATCH --chdir=\(folder.path)\n"), script)
        XCTAssertTrue(script.contains("\n#SBATCH --mem=3072M\n"), script)
        // What is made twice over is made once: layer 2 first, then 0, which the training names, and 1.
        for (job, layer) in [(7, 2), (9, 0), (10, 1)] {
            XCTAssertTrue(try read("script-\(job)").contains(" --layers \(layer)"), "\(job)")
        }
        let status = try JSONValue(parsing: TestRun("experiments status --json", in: folder).output).array
        let training = status?.first { $0["experiment"] == "train.tiny" }
        XCTAssertEqual(training?["state"], "not begun")
        XCTAssertEqual(training?["missing"], ["linear/0", "linear/2"])
        XCTAssertEqual(training?["jobs"]?.array?.map { $0["job"] }, ["7", "9", "10"])
        XCTAssertTrue(
            TestRun("experiments status train.tiny", in: folder).output.contains(
                "not begun     0  linear/0, linear/2  7 9 10  editors_counterfact_gpt2\n"))
    }

    func testJobsFromBeforeAreToldOf() {
        let end = " from before: a new one fails while an earlier one runs\n"
        let start = "warning: editors_counterfact_gpt2 has "
        XCTAssertEqual(submit("train.tiny -l 0").diagnostics, "")
        XCTAssertEqual(submit("train.tiny -l 2").diagnostics, start + "job 7" + end)
        XCTAssertEqual(submit("train.tiny -l 2 --quiet").diagnostics, start + "jobs 7 and 8" + end)
    }

    /// Trained layers are not trained again, and a control model comes before its editors.
    func testOnlyWhatIsMissingIsMade() throws {
        let trained = TestRun("experiments run train.tiny -f \(data) -l 0 --set max-epochs=1", in: folder)
        XCTAssertEqual(trained.code, 0, trained.diagnostics)
        let made = submit("eval.cls.tiny sweep.gen.tiny --with-dependencies --layers-at-once 2 --json")
        XCTAssertEqual(made.code, 0, made.diagnostics)
        let jobs = try XCTUnwrap(JSONValue(parsing: made.output).array)
        XCTAssertEqual(
            jobs.map { $0["name"] },
            ["model.random", "train.tiny", "eval.cls.tiny", "train.tiny", "sweep.gen.tiny"])
        XCTAssertEqual(jobs.map { $0["after"] }, [[], ["7"], ["7", "8"], [], ["10"]])
        XCTAssertEqual(jobs.map { $0["layers"] }, [[], [], [], [1, 2], []])
        XCTAssertTrue(
            try read("results/editors_counterfact_gpt2/slurm-10.sh")
                .contains("\n#SBATCH --array=1,2%2\n"))
        XCTAssertTrue(
            try read("results/eval_cls_counterfact_gpt2/slurm-7.sh")
                .contains(" exec remedi model random --model \(model)) &\n"))
    }

    func testLayersThatShareRandomNumbersStayTogether() throws {
        let scripts = submit("train.shared --dry-run").output
        XCTAssertFalse(scripts.contains("--array"), scripts)
        let alone = submit("train.tiny --layers-at-once 1 --dry-run").output
        XCTAssertFalse(alone.contains("--array"), alone)
        let array = submit("train.tiny -l 1 2 --threads 3 --dry-run").output
        XCTAssertTrue(array.contains("\n#SBATCH --array=1,2\n"), array)
        XCTAssertTrue(array.contains("\n#SBATCH --cpus-per-task=3\n"), array)
        XCTAssertTrue(
            array.contains(
                " exec remedi train tiny --threads 3 --dataset-file \(data)"
                    + " --layers \"$SLURM_ARRAY_TASK_ID\") &\n"),
            array)
    }

    func testARehearsalSubmitsNothing() throws {
        let made = submit("both --dry-run --gpus 1 --time 90 --memory 2G")
        XCTAssertEqual(made.code, 0, made.diagnostics)
        XCTAssertTrue(made.output.hasPrefix("# job 1 of 2: train.tiny\n#!/bin/bash\n"), made.output)
        XCTAssertTrue(made.output.contains("\n\n# job 2 of 2: eval.gen.tiny, after job 1\n#!/bin/bash\n"))
        for line in ["--gpus=1", "--time=90", "--mem=2048M"] {
            XCTAssertEqual(made.output.components(separatedBy: "\n#SBATCH \(line)\n").count, 3, line)
        }
        XCTAssertTrue(made.output.contains(" eval.gen.tiny --dataset-file \(data) --device cuda) &\n"))
        for path in [results, folder.path + "/number"] {
            XCTAssertFalse(FileManager.default.fileExists(atPath: path), path)
        }
    }

    func testWhatCannotRunIsNotSubmitted() throws {
        let alone = submit("eval.gen.tiny")
        XCTAssertEqual(alone.code, 1)
        XCTAssertEqual(alone.output, "")
        XCTAssertTrue(
            alone.diagnostics.hasPrefix(
                "remedi: eval.gen.tiny needs linear editors of \(model) at layer 2; run"), alone.diagnostics)
        for (words, message) in [
            ("train.tiny --model gtp2", "there is no model 'gtp2'; did you mean gpt2?"),
            ("train.tyni", "there is no experiment 'train.tyni'"),
            ("train.tiny --time 1h", "--time: '1h' is not a time limit, such as 90 (minutes), 12:00:00 or"),
            ("train.tiny --device cpu --gpus 1", "--gpus and --device cpu exclude each other"),
            ("train.tiny --overwrite", "there is no option --overwrite"),
            (
                "train.tiny eval.gen.tiny -n x",
                "--experiment-name cannot be given for train.tiny eval.gen.tiny"
            ),
        ] {
            let made = submit(words)
            XCTAssertEqual(made.code, 2, words)
            XCTAssertTrue(
                made.diagnostics.hasPrefix("remedi experiments submit: " + message), made.diagnostics)
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path + "/number"))
    }

    func testOptionsOfSbatchThatCannotBe() {
        for (words, message) in [
            (
                "--memory 2G --sbatch-option mem-per-cpu=1G",
                "--memory and --sbatch-option mem-per-cpu exclude"
            ),
            ("--time 90 --sbatch-option=-t9", "--time and --sbatch-option time exclude each other"),
            ("--partition a --sbatch-option part=b", "--partition and --sbatch-option partition exclude"),
            ("--gpus 1 --sbatch-option gres=gpu:1", "--gpus and --sbatch-option gres exclude each other"),
            ("--device cpu --sbatch-option gres=gpu:1", "--sbatch-option gres and --device cpu exclude"),
            ("--restarts 2 --sbatch-option no-requeue", "--restarts and --sbatch-option no-requeue exclude"),
            (
                "--sbatch-option mem=1G mem-per-gpu=1G",
                "--sbatch-option mem and --sbatch-option mem-per-gpu exclude"
            ),
            ("--sbatch-option qos=a qos=b", "--sbatch-option qos and --sbatch-option qos exclude each other"),
            (
                "--sbatch-option signal=TERM@60",
                "--sbatch-option: 'signal=TERM@60' is not signal=B:USR1@SECONDS, at which a job saves its work"
            ),
            (
                "--sbatch-option dependency=after:1?after:2",
                "--sbatch-option: 'dependency=after:1?after:2' is not"
            ),
            ("--sbatch-option =x", "--sbatch-option: '=x' is not an option of sbatch in one line, such as"),
            (
                "--sbatch-option array=1-3",
                "--sbatch-option array cannot be given: 'remedi experiments submit'"
            ),
            ("--sbatch-option chdir=/", "--sbatch-option chdir cannot be given"),
            ("--sbatch-option=-o/x", "--sbatch-option output cannot be given"),
            ("--sbatch-option test-only", "--sbatch-option test-only cannot be given"),
        ] {
            let made = submit("train.tiny --dry-run " + words)
            XCTAssertEqual(made.code, 2, words)
            XCTAssertTrue(
                made.diagnostics.hasPrefix("remedi experiments submit: " + message), made.diagnostics)
        }
    }

    /// What the job would refuse is refused before it waits in the queue.
    func testLayersThatAreNotThere() {
        for words in [
            "train.tiny --layers 99", "train.tiny --layers 2 1000", "train.tiny --layers 65536 --memory 3G",
            "eval.gen.tiny --with-dependencies --layers 99", "eval.cls.tiny --layers 99 --with-dependencies",
        ] {
            let made = submit("\(words) --dry-run")
            XCTAssertEqual(made.code, 2, words)
            XCTAssertTrue(
                made.diagnostics.contains(" is not there: "), "\(words): \(made.diagnostics)")
        }
    }

    func testMemoryOfACoreTakesThePlaceOfAJobs() {
        for option in ["mem-per-cpu=3G", "mem-per-gpu=20G", "mem=1G"] {
            let script = submit("train.tiny --dry-run --sbatch-option \(option) ntasks=1").output
            let lines = script.split(separator: "\n").filter { $0.hasPrefix("#SBATCH --mem") }
            XCTAssertEqual(lines, ["#SBATCH --\(option)"], script)
            XCTAssertTrue(script.contains("\n#SBATCH --ntasks=1\n"), script)
        }
        XCTAssertTrue(
            submit("train.tiny --dry-run --sbatch-option gres=gpu:1").output.contains(" --device cuda "))
    }

    func testUsersDependenciesAreJoined() throws {
        let made = submit(
            "eval.gen.tiny --with-dependencies --sbatch-option dependency=afterany:3 kill-on-invalid-dep=no")
        XCTAssertEqual(made.code, 0, made.diagnostics)
        XCTAssertTrue(try read("script-7").contains("\n#SBATCH --dependency=afterany:3\n"))
        XCTAssertTrue(
            try read("words-8").hasPrefix("--parsable\n--dependency=afterok:7,afterany:3\n\(results)/"))
    }

    func testNoTextBecomesACommand() throws {
        let text = "gpu\"\ntouch PWN\n#"
        try FileManager.default.copyItem(
            atPath: folder.path + "/Configs/train.tiny.json",
            toPath: folder.path + "/Configs/train.\(text).json")
        for words in [
            ["train.tiny", "--partition", text], ["train.tiny", "--gpus", text],
            ["train.tiny", "--time", text], ["train.tiny", "--sbatch-option", "comment=" + text],
            ["train.tiny", "--results-dir", text], ["train.tiny", "-n", text], ["train.\(text)"],
        ] {
            let made = TestRun(
                ["experiments", "submit"] + words + ["-f", data, "--dry-run"],
                environment: ["PATH": folder.path + "/bin:/usr/bin:/bin"], in: folder)
            XCTAssertEqual(made.code, 2, "\(words): \(made.output)")
            XCTAssertEqual(made.output, "", "\(words)")
        }
    }

    func testWhatSbatchRefusesIsSaid() throws {
        try writeSbatch("[ $number = 7 ] && echo 7 && exit\necho 'error: invalid partition' >&2\nexit 1")
        let made = submit("both")
        XCTAssertEqual(made.code, 1)
        XCTAssertEqual(
            made.diagnostics,
            "remedi: sbatch does not take eval.gen.tiny: error: invalid partition; job 7 is in the queue"
                + " ('scancel 7' takes it out)\n")
        try writeSbatch("echo Welcome; echo to all")
        XCTAssertEqual(
            submit("train.tiny").diagnostics,
            "warning: editors_counterfact_gpt2 has job 7 from before: a new one fails while an earlier one runs\n"
                + "remedi: sbatch took train.tiny but gave no number of a job: 'Welcome; to all'\n")
        try FileManager.default.removeItem(at: folder.appendingPathComponent("bin/sbatch"))
        let bin = ["PATH": folder.path + "/bin"]
        XCTAssertEqual(
            TestRun("experiments submit train.tiny -f \(data)", environment: bin, in: folder).diagnostics,
            "remedi: there is no sbatch, Slurm's command for jobs, in \(folder.path)/bin; --dry-run prints the"
                + " scripts without it\n")
    }

    /// What a submission leaves in a folder is not in the way of anything.
    func testFilesOfJobsAreResults() throws {
        XCTAssertEqual(submit("train.tiny").code, 0)
        try write("log\n", "results/editors_counterfact_gpt2/slurm-7_0.log")
        let words = "experiments run train.tiny -f \(data) -l 0 --set max-epochs=1"
        XCTAssertEqual(TestRun(words + " --clear-results-dir", in: folder).code, 0)
        XCTAssertFalse(
            FileManager.default.fileExists(atPath: results + "/editors_counterfact_gpt2/slurm.json"))
        XCTAssertEqual(submit("train.tiny").code, 0)
        XCTAssertEqual(TestRun("inspect run results/editors_counterfact_gpt2", in: folder).code, 0)
    }
}
