import LanguageModels

/// An option of Slurm's `sbatch` as a user writes it: `mem-per-cpu=3G`, `--qos=high`, `-p gpu`, `exclusive`.
package struct SbatchOption: Sendable, Equatable {
    /// The long name without dashes, written out where it was shortened; a letter that is none of sbatch's.
    package let name: String
    /// nil: none was given.
    package let value: String?
    private let isLetter: Bool

    /// - Returns: nil if there is no name, or a control character is anywhere.
    package init?(_ text: String) {
        if text.hasControls { return nil }
        let word = text.drop { $0 == "-" }
        let end = word.firstIndex { $0 == "=" || $0 == " " } ?? word.endIndex
        // No long name is a single letter.
        let isShort = text.hasPrefix("-") && !text.hasPrefix("--") || word[..<end].count == 1
        guard text.count - word.count <= 2, let first = word.first else { return nil }
        if isShort {
            let rest = word.dropFirst().drop { $0 == " " || $0 == "=" }
            guard first.isASCII, first.isLetter else { return nil }
            let known = Self.letters[first]
            name = known ?? String(first)
            isLetter = known == nil
            value = rest.isEmpty ? nil : String(rest)
            return
        }
        let isPlain = word[..<end].utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte.isASCIILetterOrDigit
        }
        guard end > word.startIndex, isPlain else { return nil }
        name = Self.written(out: String(word[..<end]))
        isLetter = false
        value = end == word.endIndex ? nil : String(word[word.index(after: end)...])
    }

    /// As it is in a script after `#SBATCH`.
    var line: String {
        if isLetter { return "-" + name + (value.map { " " + Self.quoted($0) } ?? "") }
        return "--" + name + (value.map { "=" + Self.quoted($0) } ?? "")
    }

    /// A value as Slurm reads it from a script: one of other than plain characters is in double quotes.
    static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy {
            $0.isASCIILetterOrDigit || "-_=+.,:@%/*[]{}|&".utf8.contains($0)
        }
        if isPlain { return value }
        return "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// `sbatch` takes a name's beginning for the only one that begins so; others are its own to judge.
    private static func written(out name: String) -> String {
        if names.contains(name) { return name }
        // As people write it; sbatch itself takes no other spelling.
        let usual = name.lowercased().replacing("_", with: "-")
        if names.contains(usual) { return usual }
        let matches = names.filter { $0.hasPrefix(name) }
        return matches.count == 1 ? matches.first ?? name : name
    }
}

// MARK: - Kinds

extension SbatchOption {
    /// The subject of an option, of which a job has one.
    package enum Kind: String, Sendable {
        case memory, cores, gpus, time, partition, signal, requeue
        case jobName, openMode, dependency, invalidDependency
        /// Options that the program decides for its jobs.
        case array, folder, log
        /// Options that would not make a job of the script.
        case otherCommand
    }

    /// nil: nothing that the program says of its jobs.
    package var kind: Kind? {
        switch name {
        case "mem", "mem-per-cpu", "mem-per-gpu": .memory
        case "cpus-per-task", "cpus-per-gpu": .cores
        case "gpus", "gpus-per-node", "gpus-per-socket", "gpus-per-task": .gpus
        case "gres", "tres-per-task": value?.contains("gpu") == true ? .gpus : nil
        case "time": .time
        case "partition": .partition
        case "signal": .signal
        case "requeue", "no-requeue": .requeue
        case "job-name": .jobName
        case "open-mode": .openMode
        case "dependency": .dependency
        case "kill-on-invalid-dep": .invalidDependency
        case "array": .array
        case "chdir": .folder
        case "output": .log
        case "wrap", "test-only", "help", "usage", "version", "parsable": .otherCommand
        default: nil
        }
    }

    /// The seconds before the time limit at which a job is told of it; nil if the script does not hear this
    /// signal, which goes to it alone.
    package var secondsOfSignal: Int? {
        guard let parts = value?.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false),
            ["B:USR1", "B:SIGUSR1", "B:10"].contains(parts[0].drop { $0 == "R" }.uppercased())
        else { return nil }
        return parts.count == 1 ? 60 : Int(parts[1]).flatMap { (0...65535).contains($0) ? $0 : nil }
    }
}

// MARK: - Names

extension SbatchOption {
    /// Letters and names of sbatch 22.05 to 24.11 (sbatch(1)).
    private static let letters: [Character: String] = [
        "A": "account", "a": "array", "B": "extra-node-info", "b": "begin", "C": "constraint",
        "c": "cpus-per-task", "D": "chdir", "d": "dependency", "e": "error", "F": "nodefile", "G": "gpus",
        "H": "hold", "h": "help", "i": "input", "J": "job-name", "k": "no-kill", "L": "licenses",
        "M": "clusters",
        "m": "distribution", "N": "nodes", "n": "ntasks", "O": "overcommit", "o": "output", "p": "partition",
        "Q": "quiet", "q": "qos", "S": "core-spec", "s": "oversubscribe", "t": "time", "V": "version",
        "v": "verbose", "W": "wait", "w": "nodelist", "x": "exclude",
    ]

    private static let names: Set<String> = Set(letters.values).union([
        "acctg-freq", "batch", "bb", "bbf", "cluster-constraint", "comment", "consolidate-segments",
        "container",
        "container-id", "contiguous", "cores-per-socket", "cpu-freq", "cpus-per-gpu", "deadline",
        "delay-boot",
        "exclusive", "export", "export-file", "extra", "get-user-env", "gid", "gpu-bind", "gpu-freq",
        "gpus-per-node", "gpus-per-socket", "gpus-per-task", "gres", "gres-flags", "hint", "ignore-pbs",
        "kill-on-invalid-dep", "mail-type", "mail-user", "mcs-label", "mem", "mem-bind", "mem-per-cpu",
        "mem-per-gpu", "mincpus", "network", "nice", "no-requeue", "ntasks-per-core", "ntasks-per-gpu",
        "ntasks-per-node", "ntasks-per-socket", "open-mode", "oom-kill-step", "parsable", "power", "prefer",
        "priority", "profile", "propagate", "reboot", "requeue", "reservation", "resv-ports", "segment",
        "signal",
        "sockets-per-node", "spread-job", "stepmgr", "switches", "test-only", "thread-spec",
        "threads-per-core",
        "time-min", "tmp", "tres-bind", "tres-per-task", "uid", "usage", "use-min-nodes", "wait-all-nodes",
        "wckey", "wrap",
    ])
}
