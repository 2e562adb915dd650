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

    package init(
        _ job: BatchJob, _ request: SlurmRequest, program: String, workingFolder: URL,
        environment: [String: String]
    ) {
        self.job = job
        self.request = request
        self.program = program
        self.workingFolder = workingFolder
        self.environment = environment
    }

    /// The seconds that the program has to save its work.
    static let secondsToSave = 120

    /// The log's name, with what Slurm puts numbers in place of.
    private var log: String {
        let folder = job.folder.path.replacing("%", with: "%%")
        return folder + "/" + BatchJob.filePrefix + (job.layers.isEmpty ? "%j" : "%A_%a") + ".log"
    }

    package var text: String {
        (["#!/bin/bash"] + options.map { "#SBATCH " + Self.option($0) } + [""] + variables + [body])
            .joined(separator: "\n") + "\n"
    }

    private var options: [String] {
        var options = [
            "--job-name=\(job.name)", "--chdir=\(workingFolder.path)", "--output=\(log)",
            "--open-mode=append",
            "--requeue",
        ]
        // A job that is stopped as soon as it begins would go round for ever.
        if request.hasTimeToWork { options.append("--signal=B:USR1@\(Self.secondsToSave)") }
        func add(_ name: String, _ value: String?) { if let value { options.append("--\(name)=\(value)") } }
        add("array", job.layers.isEmpty ? nil : array)
        add("partition", request.partition)
        add("gpus", request.gpus)
        add("cpus-per-task", request.cores.map(String.init))
        add("time", request.time)
        add("mem", (request.memory ?? job.memory).map(Self.megabytes))
        return options + request.options.map { $0.hasPrefix("-") ? $0 : "--" + $0 }
    }

    private var array: String {
        job.layers.map(String.init).joined(separator: ",") + (request.layersAtOnce.map { "%\($0)" } ?? "")
    }

    /// Slurm's M is 1,024 squared.
    private static func megabytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20)M" }

    /// An option as Slurm reads it from a script: a value of other than plain characters in double quotes.
    private static func option(_ option: String) -> String {
        let isPlain = option.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
                || "-_=+.,:@%/*[]{}|&".unicodeScalars.contains($0)
        }
        guard !isPlain, let equals = option.firstIndex(of: "=") else { return option }
        let value = option[option.index(after: equals)...]
        return option[...equals] + "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            + "\""
    }

    // MARK: Environment

    /// Clusters may start jobs without the variables of who sends them.  A token is never written down.
    private var variables: [String] {
        let names = environment.keys.filter { name in
            ["REMEDI_", "CM_"].contains(where: name.hasPrefix) || Self.otherVariables.contains(name)
        }
        return names.sorted().map { "export \($0)=\(environment[$0]!.quotedForShell)" }
            + (names.isEmpty ? [] : [""])
    }

    private static let otherVariables: Set<String> = [
        "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT", "HF_HUB_OFFLINE", "XDG_CACHE_HOME",
        "CUDA_HOME", "CUDA_PATH", "VIRTUAL_ENV",
    ]

    // MARK: Program

    private var command: String {
        let words = ([program] + job.words).map(\.quotedForShellIfNeeded)
        return (words + (job.layers.isEmpty ? [] : ["--layers", "\"$SLURM_ARRAY_TASK_ID\""]))
            .joined(separator: " ")
    }

    private var body: String {
        """
        # USR1 comes \(Self.secondsToSave) seconds before the time limit: the program saves its work and ends.
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
        if [ "$goes_on" ] && [ "$status" -eq 143 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt \(request.restarts) ]; then
            echo "back into the queue, to go on from here"
            exec scontrol requeue "$SLURM_JOB_ID"
        fi
        exit "$status"
        """
    }
}
