import Foundation
import LanguageModels

/// The script of a job, with what it asks for in its head.
///
/// Options are those of Slurm's manual page sbatch(1).  Before the time limit Slurm sends USR1 to the script
/// alone, which stops the program and puts the job back into the queue; TERM, which cancelling and preemption
/// send to all processes, stops the program without that.
package struct BatchScript: Sendable {
    let job: BatchJob
    let request: SlurmRequest
    /// The program's file.
    let program: String
    let workingFolder: URL
    let environment: [String: String]

    /// - Throws: `SlurmError.controlCharacter`: a line break would make commands of a text; `.backslash`: Slurm
    ///   takes it out of a log's path and then replaces no numbers (sbatch(1), filename pattern), so that the
    ///   job cannot start.
    package init(
        _ job: BatchJob, _ request: SlurmRequest, program: String, workingFolder: URL,
        environment: [String: String]
    ) throws {
        self.job = job
        self.request = request
        self.program = program
        self.workingFolder = workingFolder
        self.environment = environment.filter { Self.isKept($0.key) }
        try refuseControls()
        if job.folder.path.contains("\\") { throw SlurmError.backslash(path: job.folder.path) }
    }

    private func refuseControls() throws {
        let parts: [(String, [String])] = [
            ("the experiment's name", [job.name]), ("the results folder", [job.folder.path]),
            ("the working folder", [workingFolder.path]), ("the program's path", [program]),
            ("the command", job.words), ("--partition", [request.partition ?? ""]),
            ("--gpus", [request.gpus ?? ""]), ("--time", [request.time ?? ""]),
            ("--sbatch-option", request.options),
        ]
        let variables = environment.sorted { $0.key < $1.key }.map { ("the variable \($0.key)", [$0.value]) }
        for (place, texts) in parts + variables {
            if let text = texts.first(where: \.hasControls) {
                throw SlurmError.controlCharacter(place: place, text: text)
            }
        }
    }

    /// The log's name, with what Slurm puts numbers in place of.
    private var log: String {
        let folder = job.folder.path.replacing("%", with: "%%")
        return folder + "/" + BatchJob.filePrefix + (job.layers.isEmpty ? "%j" : "%A_%a") + ".log"
    }

    package var text: String {
        (["#!/bin/bash"] + options.map { "#SBATCH " + $0 } + [""] + variables + [body])
            .joined(separator: "\n") + "\n"
    }

    private var options: [String] {
        var options: [String] = []
        // Options of the user take the place of these.
        func add(_ name: String, _ value: String?, _ kind: SbatchOption.Kind? = nil) {
            guard let value, !(kind.map(request.says) ?? false) else { return }
            options.append("--\(name)=" + SbatchOption.quoted(value))
        }
        add("job-name", job.name, .jobName)
        add("chdir", workingFolder.path)
        add("output", log)
        add("open-mode", "append", .openMode)
        if !request.says(.requeue) { options.append("--requeue") }
        // A job that is stopped as soon as it begins would go round for ever.
        if request.hasTimeToWork { add("signal", "B:USR1@\(request.secondsToSave)", .signal) }
        add("array", job.layers.isEmpty ? nil : array)
        add("partition", request.partition, .partition)
        add("gpus", request.gpus, .gpus)
        add("cpus-per-task", request.cores.map(String.init), .cores)
        add("time", request.time, .time)
        add("mem", (request.memory ?? job.memory).map(Self.megabytes), .memory)
        return options + request.otherOptions.map(\.line)
    }

    private var array: String {
        job.layers.map(String.init).joined(separator: ",") + (request.layersAtOnce.map { "%\($0)" } ?? "")
    }

    /// Slurm's M is 1,024 squared.
    private static func megabytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20)M" }

    // MARK: Environment

    /// Clusters may start jobs without the variables of who sends them.  A token is never written down.
    private var variables: [String] {
        let sorted = environment.sorted { $0.key < $1.key }
        return sorted.map { "export \($0.key)=\($0.value.quotedForShell)" } + (sorted.isEmpty ? [] : [""])
    }

    /// Whether a variable is a job's too.  The shell would run what is no name.
    private static func isKept(_ name: String) -> Bool {
        let isName = name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0.isASCIILetterOrDigit }
        return isName
            && (["REMEDI_", "CM_"].contains(where: name.hasPrefix) || otherVariables.contains(name))
    }

    private static let otherVariables: Set<String> = [
        "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT", "HF_HUB_OFFLINE", "XDG_CACHE_HOME",
        "CUDA_HOME", "CUDA_PATH", "VIRTUAL_ENV", "CONDA_PREFIX",
    ]

    // MARK: Program

    private var command: String {
        let words = ([program] + job.words).map(\.quotedForShellIfNeeded)
        return (words + (job.layers.isEmpty ? [] : ["--layers", "\"$SLURM_ARRAY_TASK_ID\""]))
            .joined(separator: " ")
    }

    private var body: String {
        """
        # USR1 comes \(request.secondsToSave) seconds before the time limit: the program saves its work and ends.
        goes_on= program=
        trap 'goes_on=yes; [ -z "$program" ] || kill -TERM "$program"' USR1
        # TERM comes to the program by itself when the job is cancelled.  Here it is ignored, not trapped: a
        # trap interrupts wait, and bash may then have lost the program's status.
        trap '' TERM
        (trap - TERM; exec \(command)) &
        program=$!
        [ -z "$goes_on" ] || kill -TERM "$program"
        while wait "$program"; status=$?; kill -0 "$program" 2>/dev/null; do :; done
        # 138 is that of a wait which USR1 interrupted.
        if [ "$status" -eq 138 ]; then wait "$program"; status=$?; fi
        if [ "$goes_on" ] && [ "$status" -eq 143 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt \(request.restartsOfJob) ]; then
            echo "back into the queue, to continue from here"
            exec scontrol requeue \(numberInShell)
        fi
        exit "$status"
        """
    }

    /// The script's name for its own job.  In an array the number of the task that is split off last is also
    /// the whole array's, so a task is named by its place.  A single job that is submitted from a task of some
    /// array inherits that array's variables.
    private var numberInShell: String {
        job.layers.isEmpty ? #""$SLURM_JOB_ID""# : #""${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID""#
    }
}
