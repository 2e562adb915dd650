import Foundation
import LanguageModels

/// Runs named experiments, each after what it needs.
package struct ExperimentRunner<Host: RunHost> {
    let host: Host
    let request: ExperimentRequest

    package init(_ request: ExperimentRequest, in host: Host) {
        self.request = request
        self.host = host
    }

    /// Runs an experiment, or a group's one after the other, and shows what was found.
    ///
    /// - Throws: `ExperimentError.dependenciesMissing`; `PlaceError`, `ModelError`, `RemediError`,
    ///   `LanguageModelError`, `ComputeError`.
    package func run(_ resolved: ResolvedExperiment) throws {
        switch resolved {
        case .training(_, let training):
            try host.hear(.trainingResults(training.run(in: host)))
        case .evaluation(let experiment, let evaluation):
            try host.hear(.evaluationResults(run(evaluation, experiment), evaluation.plan))
        case .group(let experiment, let group, let members):
            let settled = try host.settling(request.options.results)
            if let report = group.report {
                try ExperimentRunner(request, in: settled.collecting)
                    .show(group, experiment, resolved.members, report: report)
            } else {
                for member in members { try ExperimentRunner(request, in: settled).run(member) }
            }
        }
    }

    /// Makes what an evaluation needs, if that was asked for, and runs it.
    func run(_ evaluation: ResolvedEvaluation, _ experiment: Experiment) throws -> [EvaluationSummary] {
        try makeDependencies(of: evaluation, experiment)
        return try evaluation.run(in: host)
    }

    // MARK: Dependencies

    /// The run that makes a dependency.
    enum Maker {
        case controlModel(ModelName)
        case training(Experiment, ResolvedTraining)
    }

    private func makeDependencies(of evaluation: ResolvedEvaluation, _ experiment: Experiment) throws {
        let needed = needed(by: evaluation)
        let missing = try missing(needed, by: evaluation)
        let makers = try makers(of: missing, by: evaluation, experiment)
        for (dependency, (maker, call)) in zip(missing, makers) {
            try host.hear(.first(call))
            do {
                try run(maker)
            } catch let error as ModelError {
                // Another run may have made it at the same time, and was waited for.
                guard case .exists = error, try isMet(dependency, for: evaluation) else { throw error }
            }
        }
        guard request.makesDependencies else { return }
        for dependency in needed where !missing.contains(dependency) {
            let editors = try evaluation.trainedEditors(of: dependency.model, in: host.workplace)
            guard dependency.lacksRecord(editors: editors),
                let (maker, call) = maker(of: dependency, training: training(for: evaluation, experiment))
            else { continue }
            try host.hear(.first(call))
            do {
                try run(maker)
            } catch RemediError.resultsDiffer {
                try host.hear(.trainedOtherwise(editors: editors))
            }
        }
    }

    private func run(_ maker: Maker) throws {
        switch maker {
        case .controlModel(let model): try host.makeControlModel(of: model)
        case .training(_, let training): _ = try training.run(in: host)
        }
    }

    /// The needs of an evaluation at the layers that are asked for.
    func needed(by evaluation: ResolvedEvaluation) -> [ExperimentDependency] {
        var plan = evaluation.plan
        if let layers = request.options.layers { plan.scope.layers = LayerPlan(otherwise: layers) }
        return plan.dependencies(for: evaluation.model)
    }

    /// Those of them that are not there.
    func missing(
        _ needed: [ExperimentDependency], by evaluation: ResolvedEvaluation
    ) throws -> [ExperimentDependency] {
        try needed.filter { dependency in
            let editors = try evaluation.trainedEditors(of: dependency.model, in: host.workplace)
            return request.makesDependencies
                ? !dependency.isComplete(editors: editors, in: host.workplace)
                : !dependency.isMet(editors: editors, in: host.workplace)
        }
    }

    private func isMet(_ dependency: ExperimentDependency, for evaluation: ResolvedEvaluation) throws -> Bool
    {
        dependency.isMet(
            editors: try evaluation.trainedEditors(of: dependency.model, in: host.workplace),
            in: host.workplace)
    }

    /// The runs that make what is missing, one each, with their command lines.
    ///
    /// - Throws: `ExperimentError.dependenciesMissing` if nobody asked for that, or no experiment makes it.
    func makers(
        of missing: [ExperimentDependency], by evaluation: ResolvedEvaluation, _ experiment: Experiment
    ) throws -> [(Maker, ProgramCall)] {
        if missing.isEmpty { return [] }
        let training = training(for: evaluation, experiment)
        let makers = missing.compactMap { maker(of: $0, training: training) }
        guard request.makesDependencies, makers.count == missing.count else {
            throw ExperimentError.dependenciesMissing(
                experiment: experiment.name, needed: missing, commands: makers.map(\.1.text))
        }
        return makers
    }

    private func training(for evaluation: ResolvedEvaluation, _ experiment: Experiment) -> Experiment? {
        Experiment.training(for: experiment.name, evaluation.plan, in: host.workplace)
    }

    /// The run that makes something; nil if no experiment does.
    private func maker(
        of dependency: ExperimentDependency, training: Experiment?
    ) -> (Maker, ProgramCall)? {
        switch dependency {
        case .controlModel(let model):
            return (
                .controlModel(model), ProgramCall(["model", "random"], [.init("model", [model.text])])
            )
        case .editors(let type, let layers, let model):
            guard let training, case .training(var plan) = training.plan else { return nil }
            plan.model = model.text
            plan.options.editorTypes = [type]
            var options = request.options
            options.layers = layers
            options.results = ResultsOptions()
            options.results.resultsFolder = request.options.results.resultsFolder
            return (
                .training(training, ResolvedTraining(training, plan: plan, options: options)),
                request.call(of: training, model: model, type: type, layers: layers)
            )
        }
    }
}
