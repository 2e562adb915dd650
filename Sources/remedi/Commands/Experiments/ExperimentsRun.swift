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
        "What is there already is not computed again; an interrupted experiment started again goes on where"
            + " it stood.",
        "'demo' shows its figures in tables, some examples, and where it wrote a page and a picture. With --json"
            + " it writes an object instead: 'figures' by experiment, figure and condition, with intervals;"
            + " 'examples' with 'told' and 'hit'; 'model', 'seed', 'device', 'training', 'folders', 'report',"
            + " 'picture', 'seconds'; and under each evaluation's name what it writes with --json itself.",
    ]

    package var given = GivenArguments<ExperimentsRun>()
    var experiment = ""
    var model: String?
    var device = DeviceArguments()
    var datasetFile: String?
    var layers: LayerChoice?
    var overrides: [String] = []
    var makesDependencies = false
    var results = ResultsArguments()
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

    package func check() throws(UsageError) {
        if given.contains("revision"), model == nil { throw .needs(name: "revision", other: "model") }
        if isJSON, given.contains("format") { throw .conflict("json", "format") }
        for override in overrides where override.firstIndex(of: "=") == nil {
            throw .invalidOption(
                name: "set", problem: InvalidValue(found: override, expectation: .assignment))
        }
    }

    package func run(in surroundings: Surroundings) throws {
        let named = try Experiment.named(experiment, in: surroundings.workplace)
        switch named.plan {
        case .training: try perform(try trainingWords(named), in: surroundings)
        case .evaluation(let plan): try evaluate(plan, named, in: surroundings)
        case .group(let group): try runAll(of: group, named, in: results.settle(surroundings))
        }
    }

    /// Runs a group's experiments one after the other, each with the options given.
    private func runAll(
        of group: ExperimentGroup, _ named: Experiment, in surroundings: Surroundings
    ) throws {
        let members = try members(of: named, in: surroundings)
        let options = given.words
        if let report = group.report {
            return try show(group, members, report: report, options: options, in: surroundings)
        }
        for name in group.experiments {
            try perform(["experiments", "run", name] + options, in: surroundings)
        }
    }

    /// A group's experiments.  What one of them would refuse is refused before the first runs.
    func members(of group: Experiment, in surroundings: Surroundings) throws -> [Experiment] {
        let members = try group.members(in: surroundings.workplace)
        if given.contains("experiment-name") {
            throw UsageError.notForGroups(name: "experiment-name", group: experiment)
        }
        if given.contains("dataset-file"), Set(members.map(\.dataset)).count > 1 {
            throw UsageError.notForGroups(name: "dataset-file", group: experiment)
        }
        for case .evaluation(let plan) in members.map(\.plan) { _ = try adjusted(plan) }
        return members
    }

    private func evaluate<Plan: EvaluationPlanning>(
        _ plan: Plan, _ named: Experiment, in surroundings: Surroundings
    ) throws {
        let plan = try adjusted(plan)
        try makeDependencies(of: plan, named, in: surroundings)
        var arguments = EvaluationArguments<Plan>()
        arguments.plan = plan
        arguments.device = device
        arguments.datasetFile = datasetFile
        arguments.layers = layers
        arguments.results = results
        arguments.format = format
        arguments.isJSON = isJSON
        arguments.verbosity = verbosity
        try arguments.run(named, recording: self, in: surroundings)
    }

    // MARK: Settings

    /// The plan with what the command line says otherwise.
    func adjusted<Plan: EvaluationPlanning>(_ plan: Plan) throws(UsageError) -> Plan {
        var plan = plan
        if let model { plan.scope.model = model }
        for (key, value) in assignments { try assign(value, to: key, of: &plan) }
        return plan
    }

    /// What `--set` gives; `compat` comes first, for others change what it sets.
    private var assignments: [(key: String, value: String)] {
        let all = overrides.map { override in
            let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (key: String(parts[0]), value: String(parts[1]))
        }
        return all.filter { $0.key == "compat" } + all.filter { $0.key != "compat" }
    }

    private func assign<Plan: EvaluationPlanning>(
        _ value: String, to key: String, of plan: inout Plan
    ) throws(UsageError) {
        guard let setting = Plan.settings.first(where: { $0.key == key || $0.name == key }) else {
            let nearest = Spelling.nearest(to: key, among: Plan.settings.map(\.key))
            throw .unknownSetting(key: key, experiment: experiment, nearest: nearest)
        }
        do {
            try setting.assign(words: value.split(separator: ",").map(String.init), to: &plan)
        } catch {
            throw .invalidOption(name: "set \(key)", problem: error)
        }
    }

    // MARK: Dependencies

    /// Makes what is missing, or says what it is.
    ///
    /// - Throws: `ExperimentError.dependenciesMissing`.
    private func makeDependencies(
        of plan: some EvaluationPlanning, _ named: Experiment, in surroundings: Surroundings
    ) throws {
        let workplace = surroundings.workplace
        let needed = needed(by: plan)
        let missing = try missing(needed, by: plan, in: workplace)
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        let commands = try commands(for: missing, by: plan, named, in: surroundings)
        for (dependency, command) in zip(missing, commands) {
            progress.report(.message("first: remedi " + command.joined(separator: " ")))
            do {
                try perform(command, in: surroundings.withoutOutput)
            } catch let error as ModelError {
                // Another run may have made it at the same time, and was waited for.
                guard case .exists = error, try isThere(dependency, for: plan, in: workplace) else {
                    throw error
                }
            }
        }
        guard makesDependencies else { return }
        let training = Experiment.training(for: named.name, plan, in: workplace)
        for dependency in needed where !missing.contains(dependency) {
            let editors = try editorsFolder(of: dependency, for: plan, in: workplace)
            guard dependency.lacksRecord(editors: editors),
                let command = words(for: dependency, training: training)
            else { continue }
            progress.report(.message("first: remedi " + command.joined(separator: " ")))
            do {
                try perform(command, in: surroundings.withoutOutput)
            } catch RemediError.resultsDiffer {
                progress.report(
                    .message(
                        "the editors in \(editors.path) were trained otherwise; they are used as they are"))
            }
        }
    }

    private func editorsFolder(
        of dependency: ExperimentDependency, for plan: some EvaluationPlanning, in workplace: Workplace
    ) throws -> URL {
        try ResultsFolder(
            experiment: plan.editorsName(for: dependency.model), in: results.root(in: workplace)
        ).url
    }

    private func isThere(
        _ dependency: ExperimentDependency, for plan: some EvaluationPlanning, in workplace: Workplace
    ) throws -> Bool {
        dependency.isMet(
            editors: try editorsFolder(of: dependency, for: plan, in: workplace), in: workplace)
    }

    /// What an evaluation needs at the layers that are asked for.
    func needed(by plan: some EvaluationPlanning) -> [ExperimentDependency] {
        var plan = plan
        if let layers { plan.scope.layers = LayerPlan(otherwise: layers) }
        return plan.dependencies(for: ModelName(plan.scope.model))
    }

    /// What of it is not there.
    func missing(
        _ needed: [ExperimentDependency], by plan: some EvaluationPlanning, in workplace: Workplace
    ) throws -> [ExperimentDependency] {
        try needed.filter { dependency in
            let editors = try editorsFolder(of: dependency, for: plan, in: workplace)
            return makesDependencies
                ? !dependency.isComplete(editors: editors, in: workplace)
                : !dependency.isMet(editors: editors, in: workplace)
        }
    }

    /// The commands that make it, one each.
    ///
    /// - Throws: `ExperimentError.dependenciesMissing` if nobody asked for that, or no experiment makes it.
    func commands(
        for missing: [ExperimentDependency], by plan: some EvaluationPlanning, _ named: Experiment,
        in surroundings: Surroundings
    ) throws -> [[String]] {
        if missing.isEmpty { return [] }
        let training = Experiment.training(for: named.name, plan, in: surroundings.workplace)
        let commands = missing.compactMap { words(for: $0, training: training) }
        guard makesDependencies, commands.count == missing.count else {
            throw ExperimentError.dependenciesMissing(
                experiment: named.name, needed: missing,
                commands: commands.map { "remedi " + $0.joined(separator: " ") })
        }
        return commands
    }

    /// The command that makes something; nil if no experiment does.
    private func words(for dependency: ExperimentDependency, training: Experiment?) -> [String]? {
        switch dependency {
        case .controlModel(let model): ["model", "random", "--model", model.text]
        case .editors(let type, let layers, let model):
            training.map { training in
                ["train", String(training.name.dropFirst("train.".count)), "--model", model.text]
                    + ["--editor-types", type.rawValue] + Self.words(for: layers) + commonWords
            }
        }
    }

    private static func words(for layers: LayerChoice?) -> [String] {
        switch layers {
        case nil: []
        case .all: ["--layers", "all"]
        case .only(let blocks): ["--layers"] + blocks.map(String.init)
        }
    }

    /// The command line of a training experiment.
    func trainingWords(_ named: Experiment) throws -> [String] {
        if isJSON { throw UsageError.meaningless(name: "json", subject: named.name) }
        var words = ["train", String(named.name.dropFirst("train.".count))]
        if let model { words += ["--model", model] }
        if let layers { words += Self.words(for: layers) }
        words += commonWords
        for name in ["experiment-name", "clear-results-dir", "overwrite", "args-file-name"] {
            words += self.words(given: name)
        }
        let options = TrainCommand.options.map(\.name)
        let settings = TrainingPlan.settings.filter { options.contains($0.name) }
        for (key, value) in assignments {
            guard settings.contains(where: { [$0.key, $0.name].contains(key) }) else {
                let keys = settings.map(\.key)
                throw UsageError.unknownSetting(
                    key: key, experiment: named.name, nearest: Spelling.nearest(to: key, among: keys))
            }
            words += ["--" + key.replacing("_", with: "-")]
            words += value.split(separator: ",").map(String.init)
        }
        return words
    }

    /// The options that this command shares with those that it calls, as they were given.
    private var commonWords: [String] {
        ["device", "threads", "fp16", "dataset-file", "results-dir", "verbose", "quiet"].flatMap(
            words(given:))
    }

    private func words(given name: String) -> [String] {
        given.words { $0 == name }
    }

    func perform(_ words: [String], in surroundings: Surroundings) throws {
        let invocation = try Invocation(words, tree: Commands.tree, summary: "")
        guard case .run(let command, _) = invocation else {
            preconditionFailure("an experiment is a command")
        }
        try command.run(in: surroundings)
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
                "dataset-file", short: "f", \.datasetFile, .optional(.text("FILE")), group: group,
                help: "the data set's file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or"
                    + " data"),
            Option(
                "layers", short: "l", \.layers, .optional(.layers), group: group,
                help: "the layers to edit instead of the experiment's, or 'all'"),
            Option(
                "set", \.overrides, .list(.text("KEY=VALUE")), group: group,
                help:
                    "other settings instead of the experiment's ('remedi experiments show NAME' lists them),"
                    + " several values with commas between"),
            Option(
                "with-dependencies", \.makesDependencies, .flag, group: group,
                help: "first makes the editors and control models that are missing"),
        ] + DeviceArguments.options(in: \.device, short: "d") + ResultsArguments.options(in: \.results) + [
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
