import RemediCore

extension SlurmArguments {
    /// Refuses options of sbatch that contradict each other, other options of ours or the jobs.
    ///
    /// - Parameters:
    ///   - isGiven: whether the command line has an option of this name.
    ///   - isOnProcessor: whether jobs are to compute on the processor.
    static func check(
        _ request: SlurmRequest, isOnProcessor: Bool, _ isGiven: (String) -> Bool
    ) throws(UsageError) {
        if request.gpus != nil, isOnProcessor { throw .conflict("gpus", "device cpu") }
        for option in request.otherOptions {
            let spelling = "sbatch-option " + option.name
            switch option.kind {
            case .array, .folder, .log, .otherCommand:
                throw .decided(name: spelling, command: "experiments submit")
            case .gpus where isOnProcessor: throw .conflict(spelling, "device cpu")
            case .signal where option.secondsOfSignal == nil:
                throw .invalidOption(
                    name: "sbatch-option", problem: invalid(option, expectation: .batchSignal))
            // One of several cannot be joined to what a job needs itself.
            case .dependency where option.value?.contains("?") ?? true:
                throw .invalidOption(
                    name: "sbatch-option", problem: invalid(option, expectation: .jointDependency))
            default:
                if let own = ownOption(of: option), isGiven(own) { throw .conflict(own, spelling) }
            }
        }
        if let (first, second) = request.doubledOptions {
            throw .conflict("sbatch-option " + first.name, "sbatch-option " + second.name)
        }
    }

    private static func invalid(_ option: SbatchOption, expectation: Expectation) -> InvalidValue {
        InvalidValue(
            found: option.name + (option.value.map { "=" + $0 } ?? ""), expectation: expectation)
    }

    /// Our option that says the same.
    private static func ownOption(of option: SbatchOption) -> String? {
        switch option.kind {
        case .memory: "memory"
        case .gpus: "gpus"
        case .time: "time"
        case .partition: "partition"
        case .requeue: option.name == "no-requeue" ? "restarts" : nil
        default: nil
        }
    }
}
