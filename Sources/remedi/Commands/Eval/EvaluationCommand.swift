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

    /// The part of `check` that all evaluations share; `datasets` are those that it can be run on.
    func checkArguments(datasets: [DatasetName] = DatasetName.allCases) throws(UsageError) {
        try arguments.check(given, datasets: datasets)
        if arguments.runOptions.results.experimentName == nil { return }
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
        let (command, evaluation) = try resolved(in: surroundings.workplace)
        let host = ProgramHost(
            surroundings, verbosity: verbosity, format: arguments.format, isJSON: arguments.isJSON,
            recorder: .init(evaluation: { command.recordedOptions }))
        do {
            try host.hear(.evaluationResults(evaluation.run(in: host), evaluation.plan))
        } catch RemediError.editorMissing(let path) {
            guard let named = evaluation.experiment, arguments.editors == nil else {
                throw RemediError.editorMissing(path: path)
            }
            let shared = ["model", "revision", "dataset-file", "results-dir", "device"]
            let call = ProgramCall(
                ["experiments", "run", named.name],
                given.spelled.filter { shared.contains($0.name) } + [.init("with-dependencies")])
            throw ExperimentError.editorsNotTrained(path: path, command: call.textForShell)
        }
    }

    /// The evaluation with the settings of its named experiment, if it has one, and the command with the same.
    private func resolved(in workplace: Workplace) throws -> (Self, ResolvedEvaluation) {
        var command = self
        var named: Experiment?
        if arguments.runOptions.results.experimentName == nil {
            let found = try Experiment.named(arguments.subject, ofKind: Plan.kind, in: workplace)
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
            let evaluation = try ResolvedEvaluation(
                named, plan: command.arguments.plan, options: command.arguments.runOptions,
                editors: command.arguments.editors)
            return (command, evaluation)
        } catch SettingError.exclusiveSettings(let a, let b) {
            throw conflict(of: a, b) ?? SettingError.exclusiveSettings(a, b)
        }
    }

    /// Two settings, each with its value, as the options that gave them; nil unless both were given.
    private func conflict(of a: String, _ b: String) -> (any Error)? {
        let options = [a, b].map { $0.replacing("_", with: "-") }
        let areGiven = options.allSatisfy { option in
            option.split(separator: " ").first.map { given.contains(String($0)) } ?? false
        }
        return areGiven ? UsageError.conflict(options[0], options[1]) : nil
    }
}
