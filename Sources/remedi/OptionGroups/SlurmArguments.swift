import RemediCore

/// The options that say what jobs ask Slurm for.
enum SlurmArguments {
    static func options<Outer>(in place: WritableKeyPath<Outer, SlurmRequest> & Sendable) -> [Option<Outer>] {
        let group = "Slurm"
        let all: [Option<SlurmRequest>] = [
            Option(
                "partition", \.partition, .optional(.line("NAME")), group: group,
                help: "the partition, or several with commas between"),
            Option(
                "gpus", \.gpus, .optional(.line("N")), group: group,
                help: "GPUs of a job, such as 1 or a100:1; --device is then cuda if it is not given"),
            Option(
                "time", \.time, .optional(.timeLimit), group: group,
                help:
                    "the time limit of a job, such as 90 (minutes), 12:00:00 or 2-00:00:00; two minutes before"
                    + " it a job saves its work and goes back into the queue"),
            Option(
                "memory", \.memory, .optional(.size), group: group,
                help: "the memory of a job; if not given, what 'remedi inspect model' plans, and a margin"),
            Option(
                "layers-at-once", \.layersAtOnce, .optional(.integer(minimum: 1)), group: group,
                help:
                    "how many layers are trained at the same time, each by a job of its own; 1 trains all of"
                    + " them in one job; if not given, as many as there is room for"),
            Option(
                "restarts", \.restarts, .integer(minimum: 0), group: group,
                help: "how often a job goes back into the queue"),
            Option(
                "sbatch-option", \.options, .list(.sbatchOption), group: group,
                help:
                    "other options of sbatch, such as account=physics qos=high; they take the place of what a"
                    + " job would ask for by itself, such as mem-per-cpu=4G that of its memory"),
        ]
        return all.map { $0.inside(place) }
    }
}

extension ValueKind where Value == String {
    /// A time limit as Slurm reads it.
    static var timeLimit: ValueKind {
        checked("TIME", .timeLimit) { SlurmRequest.minutes(inTime: $0) != nil }
    }

    /// An option of sbatch that a script may have.
    static var sbatchOption: ValueKind {
        checked("OPTION", .sbatchOption) { SbatchOption($0) != nil }
    }
}
