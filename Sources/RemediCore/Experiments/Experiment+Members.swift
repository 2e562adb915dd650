extension Experiment {
    /// The experiments that it stands for, in order: a group's, with the members of groups among them, each
    /// once; else itself.
    ///
    /// - Throws: `ExperimentError.namesItself` for a group that is among its own members, however far down, and
    ///   whatever is wrong with a member's configuration.
    package func members(in workplace: Workplace) throws -> [Experiment] {
        var collector = MemberCollector(workplace: workplace)
        try collector.add(self)
        return collector.members
    }
}

/// Walks from groups to their members, depth first.
private struct MemberCollector {
    let workplace: Workplace
    private(set) var members: [Experiment] = []
    /// The names of what was collected.
    private var finished: Set<String> = []
    /// The groups whose members are being collected.
    private var open: Set<String> = []

    init(workplace: Workplace) { self.workplace = workplace }

    mutating func add(_ experiment: Experiment) throws {
        if finished.contains(experiment.name) { return }
        if case .group(let group) = experiment.plan {
            guard open.insert(experiment.name).inserted else {
                throw ExperimentError.namesItself(group: experiment.name)
            }
            for name in group.experiments { try add(Experiment.named(name, in: workplace)) }
            open.remove(experiment.name)
        } else {
            members.append(experiment)
        }
        finished.insert(experiment.name)
    }
}
