/// What every job of a submission asks Slurm for.
package struct SlurmRequest: Sendable, Equatable {
    /// Names as `sbatch --partition` takes them.
    package var partition: String?
    /// A number, or a kind and a number, as `sbatch --gpus` takes it.
    package var gpus: String?
    /// As `sbatch --time` takes it; nil: the partition's own limit.
    package var time: String?
    /// Bytes for every job; nil: what is planned for each.
    package var memory: Int?
    /// Processor cores.
    package var cores: Int?
    /// Other options of `sbatch`, with or without their dashes.
    package var options: [String] = []
    /// How often a job that came to its time limit goes back into the queue.
    package var restarts = 100
    /// How many layers are trained at the same time; nil: as many as there is room for.
    package var layersAtOnce: Int?

    package init() {}

    /// Whether Slurm reads this as a time limit: minutes, minutes:seconds, hours:minutes:seconds, days-hours,
    /// days-hours:minutes or days-hours:minutes:seconds.
    package static func isTime(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts[parts.count - 1].split(separator: ":", omittingEmptySubsequences: false)
        let isDigits = (parts.dropLast() + numbers).allSatisfy { part in
            !part.isEmpty && part.count < 9 && part.allSatisfy { $0.isASCII && $0.isNumber }
        }
        return isDigits && parts.count <= 2 && numbers.count <= 3
    }
}
