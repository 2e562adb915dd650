/// The resources that every job of a submission asks Slurm for.
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
    /// Other options of `sbatch`, with or without their dashes; see `SbatchOption`.
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
        let time = time ?? otherOptions.first { $0.kind == .time }?.value
        guard let minutes = time.flatMap(Self.minutes(inTime:)) else { return true }
        return minutes == 0 || minutes >= Self.leastMinutes
    }

    // MARK: Other options

    /// `options`, those that are none left out.
    package var otherOptions: [SbatchOption] { options.compactMap(SbatchOption.init) }

    /// Whether an option says something of this kind.
    package func says(_ kind: SbatchOption.Kind) -> Bool { otherOptions.contains { $0.kind == kind } }

    /// The first two options of which a job can have only one.  GPUs may be asked for in several ways at once.
    package var doubledOptions: (SbatchOption, SbatchOption)? {
        let all = otherOptions
        for (index, option) in all.enumerated() {
            let other = all[..<index].first { earlier in
                earlier.name == option.name
                    || earlier.kind == option.kind && option.kind.map { $0 != .gpus } == true
            }
            if let other { return (other, option) }
        }
        return nil
    }

    /// The jobs that all of these wait for besides each other, as `sbatch --dependency` takes them.
    var dependency: String? { otherOptions.first { $0.kind == .dependency }?.value }

    /// How often a job goes back into the queue; never where Slurm must not put it back.
    var restartsOfJob: Int { otherOptions.contains { $0.name == "no-requeue" } ? 0 : restarts }

    /// The seconds that the program has to save its work.
    var secondsToSave: Int {
        otherOptions.lazy.compactMap { $0.kind == .signal ? $0.secondsOfSignal : nil }.first ?? 120
    }

    /// Slurm gives its signal up to a minute early.
    private static let leastMinutes = 5
}
