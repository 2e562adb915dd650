/// A named experiment with all settings decided.
package enum ResolvedExperiment: Sendable {
    case training(Experiment, ResolvedTraining)
    case evaluation(Experiment, ResolvedEvaluation)
    case group(Experiment, ExperimentGroup, [ResolvedExperiment])

    package var experiment: Experiment {
        switch self {
        case .training(let experiment, _), .evaluation(let experiment, _), .group(let experiment, _, _):
            experiment
        }
    }

    /// The trainings and evaluations that it stands for, in order, each once.
    package var members: [ResolvedExperiment] {
        guard case .group(_, _, let members) = self else { return [self] }
        var found: [ResolvedExperiment] = []
        for member in members.flatMap(\.members)
        where !found.contains(where: { $0.experiment.name == member.experiment.name }) {
            found.append(member)
        }
        return found
    }
}
