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

    /// The minutes that Slurm reads in a time limit, parts of one counted as a whole: minutes, minutes:seconds,
    /// hours:minutes:seconds, days-hours, days-hours:minutes or days-hours:minutes:seconds; nil for what is
    /// none.
    package static func minutes(inTime text: String) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let texts = parts[parts.count - 1].split(separator: ":", omittingEmptySubsequences: false)
        let numbers = (parts.dropLast() + texts).compactMap { part in
            part.count < 9 && part.allSatisfy(\.isASCII) && !part.hasPrefix("+") ? Int(part) : nil
        }
        guard parts.count <= 2, texts.count <= 3, numbers.count == parts.count - 1 + texts.count else {
            return nil
        }
        // Seconds of what each number counts.
        let units: [Int]
        switch (parts.count, texts.count) {
        case (2, _): units = [86400, 3600, 60, 1]
        case (_, 3): units = [3600, 60, 1]
        default: units = [60, 1]
        }
        let seconds = zip(numbers, units).reduce(0) { $0 + $1.0 * $1.1 }
        return (seconds + 59) / 60
    }

    /// Whether a job has the time to do something before it is told of its limit, which 0 says is none.
    var hasTimeToWork: Bool {
        guard let minutes = time.flatMap(Self.minutes(inTime:)) else { return true }
        return minutes == 0 || minutes >= Self.leastMinutes
    }

    /// Slurm gives its signal up to a minute early.
    private static let leastMinutes = 5
}
