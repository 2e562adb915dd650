/// A request to run named experiments: a command line's words as values.
package struct ExperimentRequest: Sendable {
    /// A setting instead of the experiment's: `key` as configurations or options spell it.
    package struct Override: Sendable, Equatable {
        package var key: String
        package var words: [String]

        package init(key: String, words: [String]) {
            self.key = key
            self.words = words
        }
    }

    /// The model instead of the experiment's.
    package var model: String?
    package var overrides: [Override] = []
    package var makesDependencies = false
    package var options = RunOptions()
    /// The options as they were spelled, for the command lines that are shown.
    package var spelled: [ProgramCall.Option] = []

    package init() {}

    /// The experiment `name` with what the request says otherwise; of a group, all members.
    ///
    /// - Throws: `ExperimentError.unknownSetting`, `.invalidOverride`, `.notForGroups`; whatever is wrong with a
    ///   configuration.
    package func resolve(_ name: String, in workplace: Workplace) throws -> ResolvedExperiment {
        try resolve(Experiment.named(name, in: workplace), asked: name, in: workplace)
    }

    /// - Parameter asked: the name that the user gave, of this experiment or of a group that has it.
    private func resolve(
        _ experiment: Experiment, asked: String, in workplace: Workplace
    ) throws -> ResolvedExperiment {
        switch experiment.plan {
        case .training(let plan): return .training(experiment, try resolve(experiment, plan))
        case .evaluation(let plan):
            let plan = try overriding(plan, of: asked)
            return .evaluation(experiment, try ResolvedEvaluation(experiment, plan: plan, options: options))
        case .group(let group):
            let members = try experiment.members(in: workplace)
            if options.results.experimentName != nil {
                throw ExperimentError.notForGroups(option: "experiment-name", group: experiment.name)
            }
            if options.datasetFile != nil, Set(members.map(\.dataset)).count > 1 {
                throw ExperimentError.notForGroups(option: "dataset-file", group: experiment.name)
            }
            let resolved = try group.experiments.map {
                try resolve(Experiment.named($0, in: workplace), asked: asked, in: workplace)
            }
            return .group(experiment, group, resolved)
        }
    }

    // MARK: Settings

    /// `compat` comes first, for others change what it sets.
    private var orderedOverrides: [Override] {
        overrides.filter { $0.key == "compat" } + overrides.filter { $0.key != "compat" }
    }

    private func resolve(_ experiment: Experiment, _ plan: TrainingPlan) throws -> ResolvedTraining {
        var plan = plan
        var options = options
        if let model { plan.model = model }
        var given: Set<String> = []
        for override in orderedOverrides {
            let setting = try setting(override, among: TrainingPlan.overridable, of: experiment.name)
            try assign(override, setting, to: &plan)
            // Layers for one model are layers for whichever is trained.
            if setting.name == "layers" { options.layers = plan.layers.otherwise }
            given.insert(setting.name)
        }
        return ResolvedTraining(experiment, plan: plan, options: options, given: given)
    }

    private func overriding<Plan: EvaluationPlanning>(_ plan: Plan, of experiment: String) throws -> Plan {
        var plan = plan
        if let model { plan.scope.model = model }
        for override in orderedOverrides {
            try assign(override, setting(override, among: Plan.settings, of: experiment), to: &plan)
        }
        return plan
    }

    private func setting<Plan>(
        _ override: Override, among settings: [Setting<Plan>], of experiment: String
    ) throws -> Setting<Plan> {
        if let found = settings.first(where: { [$0.key, $0.name].contains(override.key) }) { return found }
        throw ExperimentError.unknownSetting(
            key: override.key, experiment: experiment,
            nearest: Spelling.nearest(to: override.key, among: settings.map(\.key)))
    }

    private func assign<Plan>(
        _ override: Override, _ setting: Setting<Plan>, to plan: inout Plan
    ) throws {
        do {
            try setting.assign(words: override.words, to: &plan)
        } catch {
            throw ExperimentError.invalidOverride(key: override.key, problem: error)
        }
    }
}

// MARK: - Command lines

extension ExperimentRequest {
    /// The options that `train` shares with `experiments run`.
    private static let shared = [
        "device", "threads", "fp16", "allow-tf32", "dataset-file", "results-dir", "verbose", "quiet",
    ]
    /// Those of them that are about one training alone.
    private static let own = ["experiment-name", "clear-results-dir", "overwrite", "args-file-name"]

    private func spelled(_ names: [String]) -> [ProgramCall.Option] {
        names.flatMap { name in spelled.filter { $0.name == name } }
    }

    /// The line that runs a training experiment as this request does.
    func call(of training: ResolvedTraining, _ experiment: Experiment) -> ProgramCall {
        var options: [ProgramCall.Option] = []
        if let model { options.append(.init("model", [model])) }
        if let layers = self.options.layers { options.append(layers.option) }
        options += spelled(Self.shared) + spelled(Self.own)
        for override in orderedOverrides {
            let name = override.key.replacing("_", with: "-")
            let isFlag = TrainingPlan.settings.contains { $0.name == name && $0.arity == .none }
            options.append(.init(name, override.words, isFlag: isFlag))
        }
        return ProgramCall(["train", experiment.shortName], options)
    }

    /// The line that runs an evaluation as this request does, once what it needs is there.
    func call(of experiment: Experiment) -> ProgramCall {
        ProgramCall(
            ["experiments", "run", experiment.name], spelled.filter { $0.name != "with-dependencies" })
    }

    /// The line that trains missing editors.
    func call(
        of experiment: Experiment, model: ModelName, type: EditorType, layers: LayerChoice?
    ) -> ProgramCall {
        let options: [ProgramCall.Option] = [
            .init("model", [model.text]), .init("editor-types", [type.rawValue]),
        ]
        return ProgramCall(
            ["train", experiment.shortName],
            options + [layers?.option].compactMap { $0 } + spelled(Self.shared))
    }
}
