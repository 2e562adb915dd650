import Foundation
import LanguageModels
import RemediCore

/// `train`: trains one editor for every type and layer.
package struct TrainCommand: Command {
    package static let name = "train"
    package static let summary = "trains one editor for every type and layer"

    package var given = GivenArguments<TrainCommand>()
    /// A named experiment, without `train.`.
    package var experiment: String?
    package var plan = TrainingPlan()
    package var runOptions = RunOptions()
    var validationFile: String?
    package var verbosity = Verbosity.normal

    package init() {}

    package func check() throws(UsageError) {
        if experiment == nil, runOptions.results.experimentName == nil { throw .experimentMissing }
    }

    package func run(in surroundings: Surroundings) throws {
        let training = try resolved(in: surroundings.workplace)
        let verbosity = verbosity
        let host = ProgramHost(
            surroundings, verbosity: verbosity,
            recorder: .init(training: { TrainCommand($0, verbosity: verbosity).recordedOptions }))
        try host.hear(.trainingResults(training.run(in: host)))
    }

    /// The training with the settings of its named experiment, if it has one.
    private func resolved(in workplace: Workplace) throws -> ResolvedTraining {
        var command = self
        var named: Experiment?
        if let experiment {
            let found = try Experiment.named(experiment, ofKind: "train", in: workplace)
            guard case .training(let plan) = found.plan else { preconditionFailure("a name fits its plan") }
            command.plan = plan
            try given.apply(to: &command)
            named = found
        }
        return ResolvedTraining(
            named, plan: command.plan, options: command.runOptions, validationFile: validationFile,
            given: Set(given.options.map(\.option.name)))
    }
}

extension TrainCommand {
    /// The command that does a training that was resolved elsewhere.
    init(_ training: ResolvedTraining, verbosity: Verbosity) {
        self.init()
        plan = training.plan
        runOptions = training.options
        validationFile = training.validationFile
        self.verbosity = verbosity
    }
}

extension TrainCommand {
    package static let examples = [
        ExampleLine("trains the editor of a named experiment", "remedi train demo"),
        ExampleLine(
            "trains two editors with settings of your own, into results/mine",
            "remedi train -n mine -m demo -l 1 2 --size 200 --max-epochs 3"),
        ExampleLine(
            "compares kinds of editor at one layer",
            "remedi train -n kinds -m demo -l 2 -t linear biaffine mlp --size 200 \\\n    --max-epochs 3"),
    ]
}
