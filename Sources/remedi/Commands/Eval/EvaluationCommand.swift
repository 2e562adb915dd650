import Foundation
import LanguageModels
import RemediCore

/// An evaluation: reads samples, opens a model, runs a plan and prints its table.
protocol EvaluationCommand: Command {
    associatedtype Plan: EvaluationPlanning
    var arguments: EvaluationArguments<Plan> { get set }

    /// Changes the plan by options that no configuration has.
    func adjust(_ plan: inout Plan)
}

extension EvaluationCommand {
    func adjust(_ plan: inout Plan) {}

    package static var positionals: [Positional<Self>] {
        EvaluationArguments<Plan>.positionals.map { $0.inside(\.arguments) }
    }

    package static var discussion: [String] { EvaluationArguments<Plan>.discussion }

    /// What `check` of every evaluation does; `datasets` are those that it can be run on.
    func checkArguments(datasets: [DatasetName] = DatasetName.allCases) throws(UsageError) {
        try arguments.check(given, datasets: datasets)
        if arguments.results.experimentName == nil { return }
        var plan = arguments.plan
        adjust(&plan)
        if plan.needsEditors, arguments.editors == nil { throw .optionMissing(name: "editors-dir") }
    }

    /// Refuses what `--baseline` decides already.
    func checkBaselineAlone() throws(UsageError) {
        for other in ["editors-dir", "layers", "conditions"] where given.contains(other) {
            throw .conflict("baseline", other)
        }
    }

    package func check() throws(UsageError) { try checkArguments() }

    package var verbosity: Verbosity { arguments.verbosity }

    package func run(in surroundings: Surroundings) throws {
        var command = self
        var named: Experiment?
        if arguments.results.experimentName == nil {
            let found = try Experiment.named(
                arguments.subject, ofKind: Plan.kind, in: surroundings.workplace)
            guard case .evaluation(let any) = found.plan, let plan = any as? Plan else {
                preconditionFailure("a name fits its plan")
            }
            command.arguments.plan = plan
            try given.apply(to: &command)
            named = found
        } else if let dataset = DatasetName(rawValue: arguments.subject) {
            command.arguments.plan.scope.dataset = dataset
        }
        adjust(&command.arguments.plan)
        do {
            try command.arguments.run(named, recording: command, in: surroundings)
        } catch RemediError.editorMissing(let path) {
            guard let named, arguments.editors == nil else { throw RemediError.editorMissing(path: path) }
            let shared = given.words {
                ["model", "revision", "dataset-file", "results-dir", "device"].contains($0)
            }
            let words = ["remedi", "experiments", "run", named.name] + shared + ["--with-dependencies"]
            throw ExperimentError.editorsNotTrained(
                path: path, command: words.map(\.quotedForShellIfNeeded).joined(separator: " "))
        }
    }
}
