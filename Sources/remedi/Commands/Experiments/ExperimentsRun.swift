import Foundation
import LanguageModels
import RemediCore

/// `experiments run`: a named experiment, and if asked for what it needs.
package struct ExperimentsRun: Command {
    package static let name = "run"
    package static let summary = "runs a named experiment"
    package static let discussion = [
        "'remedi train counterfact' and 'remedi eval gen counterfact' are short for 'remedi experiments run"
            + " train.counterfact' and 'remedi experiments run eval.gen.counterfact'.",
        "An evaluation needs editors, one with a control model needs that model and its editors. What is"
            + " missing is named, with the commands that make it; --with-dependencies makes it first. A sweep"
            + " over all layers takes those that have an editor; --with-dependencies trains the others.",
        "Results that are there already are not computed again; an interrupted experiment resumes when it is"
            + " started again.",
        "'demo' shows its figures in tables, some examples, and where it wrote a page and a picture. With --json"
            + " it writes an object instead: 'figures' by experiment, figure and condition, with intervals;"
            + " 'examples' with 'told' and 'hit'; 'model', 'seed', 'device', 'training', 'folders', 'report',"
            + " 'picture', 'seconds'; and under each evaluation's name what it writes with --json itself.",
    ]

    package var given = GivenArguments<ExperimentsRun>()
    var experiment = ""
    var model: String?
    var runOptions = RunOptions()
    var overrides: [String] = []
    var makesDependencies = false
    var format = TextTable.Format.plain
    var isJSON = false
    package var verbosity = Verbosity.normal

    package init() {}

    package static var positionals: [Positional<ExperimentsRun>] {
        [
            Positional(
                "NAME", \.experiment, .text("NAME").suggesting(.experiments(prefix: "")),
                help: "the experiment's name, such as eval.gen.counterfact")
        ]
    }

    package func check() throws(UsageError) { try check(given.contains) }

    /// - Parameter isGiven: whether the command line has an option of this name.
    func check(_ isGiven: (String) -> Bool) throws(UsageError) {
        if isGiven("revision"), model == nil { throw .needs(name: "revision", other: "model") }
        if isJSON, isGiven("format") { throw .conflict("json", "format") }
        for override in overrides where override.firstIndex(of: "=") == nil {
            throw .invalidOption(
                name: "set", problem: InvalidValue(found: override, expectation: .assignment))
        }
    }

    package func run(in surroundings: Surroundings) throws {
        let request = request
        let resolved = try request.resolve(experiment, in: surroundings.workplace)
        if isJSON { try refuseTrainings(in: resolved) }
        try ExperimentRunner(request, in: host(in: surroundings)).run(resolved)
    }

    /// Trainings write no JSON, except in a group that is looked at.
    private func refuseTrainings(in resolved: ResolvedExperiment) throws(UsageError) {
        switch resolved {
        case .training(let experiment, _): throw .meaningless(name: "json", subject: experiment.name)
        case .evaluation: break
        case .group(_, let group, let members):
            if group.report == nil { for member in members { try refuseTrainings(in: member) } }
        }
    }

    /// The command line as values.
    private var request: ExperimentRequest { request(spelled: given.spelled) }

    /// - Parameter spelled: the options as they were written.
    func request(spelled: [ProgramCall.Option]) -> ExperimentRequest {
        var request = ExperimentRequest()
        request.model = model
        request.overrides = overrides.map { override in
            let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return .init(
                key: String(parts[0]), words: parts[1].split(separator: ",").map(String.init))
        }
        request.makesDependencies = makesDependencies
        request.options = runOptions
        request.spelled = spelled
        return request
    }

    func host(in surroundings: Surroundings) -> ProgramHost {
        let command = self
        var collecting = self
        collecting.isJSON = true
        collecting.format = .plain
        let collected = collecting
        let verbosity = verbosity
        return ProgramHost(
            surroundings, verbosity: verbosity, format: format, isJSON: isJSON,
            recorder: .init(
                training: { TrainCommand($0, verbosity: verbosity).recordedOptions },
                evaluation: { command.recordedOptions }, collected: { collected.recordedOptions }))
    }
}

extension ExperimentsRun {
    package static var options: [Option<ExperimentsRun>] {
        let group = "Experiment"
        return [
            Option(
                "model", short: "m", \.model, .optional(.text("NAME")), group: group,
                help: "the model instead of the experiment's: " + ModelArguments.help,
                comesFirst: true),
            .revision(\.model.modelRevision, group: group),
            Option(
                "dataset-file", short: "f", \.runOptions.datasetFile, .optional(.text("FILE")), group: group,
                help: "the data set's file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or"
                    + " data"),
            Option(
                "layers", short: "l", \.runOptions.layers, .optional(.layers), group: group,
                help: "the layers to edit instead of the experiment's, or 'all'"),
            Option(
                "set", \.overrides, .list(.text("KEY=VALUE")), group: group,
                help:
                    "other settings instead of the experiment's ('remedi experiments show NAME' lists them),"
                    + " several values with commas between"),
            Option(
                "with-dependencies", \.makesDependencies, .flag, group: group,
                help: "first makes the editors and control models that are missing"),
        ] + DeviceOptions.options(in: \.runOptions.device, short: "d")
            + ResultsOptions.options(in: \.runOptions.results) + [
                Option("format", \.format, .choice(), group: "Output", help: "how the table is written"),
                Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON instead of a table"),
            ] + Verbosity.options(in: \.verbosity)
    }
}

extension ExperimentsRun {
    package static let examples = [
        ExampleLine("trains, measures, and writes results/demo.html", "remedi experiments run demo"),
        ExampleLine(
            "runs an evaluation with other settings, and trains its editor first",
            "remedi experiments run eval.gen.demo --with-dependencies -n small \\\n    --set size=50 benchmarks=efficacy,paraphrase"
        ),
    ]
}
