import Foundation
import LanguageModels
import RemediCore

/// The same runs as jobs of a cluster.
extension ExperimentsRun {
    /// Adds this run's jobs, and what they need, which `with-dependencies` makes.
    ///
    /// What a job would refuse for want of a model or data is refused here.
    /// - Throws: `ExperimentError`, `UsageError`.
    func addJobs(to plan: inout BatchPlan, in surroundings: Surroundings) throws {
        let named = try Experiment.named(experiment, in: surroundings.workplace)
        switch named.plan {
        case .training: try addTraining(trainingWords(named), to: &plan, in: surroundings)
        case .evaluation(let evaluation): try addEvaluation(evaluation, named, to: &plan, in: surroundings)
        case .group:
            for member in try members(of: named, in: surroundings) {
                try Self.command(for: member.name, options: given.words).addJobs(to: &plan, in: surroundings)
            }
        }
    }

    /// `experiments run` as a command line has it.
    static func command(for experiment: String, options: [String]) throws -> ExperimentsRun {
        let words = ["experiments", "run", experiment] + options
        guard
            case .run(let command as ExperimentsRun, _) = try Invocation(
                words, tree: Commands.tree, summary: "")
        else { preconditionFailure("an experiment runs by its command") }
        return command
    }

    // MARK: Training

    /// Adds a job for the layers that are neither trained nor planned.
    private func addTraining(
        _ words: [String], to plan: inout BatchPlan, in surroundings: Surroundings
    ) throws {
        guard
            case .run(let given as TrainCommand, _) = try Invocation(words, tree: Commands.tree, summary: "")
        else { preconditionFailure("a training is a command") }
        let workplace = surroundings.workplace
        let (command, named) = try given.resolved(in: workplace)
        let training = command.plan
        let name = ModelName(training.model)
        _ = try training.dataset.locate(file: command.datasetFile, for: name, in: workplace)
        let modelMakers = plan.makers(of: name.text)
        if modelMakers.isEmpty { _ = try name.locate(in: workplace) }
        let folder = try command.results.folder(named: training.resultsName(for: name), in: workplace).url
        let memory = jobMemory(of: name, in: workplace)
        let products = training.options.editorTypes.map { Self.product($0, in: folder) }
        let wanted = command.wantedLayers(blocks: memory?.summary.configuration.blocks)
        let open = try command.untrained(wanted, in: folder).filter { layer in
            !products.allSatisfy { plan.layers(of: $0).contains(layer) }
        }
        if open.isEmpty, products.contains(where: { !plan.makers(of: $0).isEmpty }) { return }
        var job = BatchJob(name: named?.name ?? "train", words: words, folder: folder)
        job.after = modelMakers
        if training.options.randomStreams == .separate {
            job.restrict(to: open, of: wanted, isArray: plan.layersAtOnce != 1)
        }
        job.memory = memory?.training(
            block: open.min() ?? 0, batchSize: training.options.batchSize,
            samples: min(training.size ?? .max, MemoryPlan.Workload(block: 0).samples))
        plan.add(job, making: products, layers: open)
    }

    private static func product(_ type: EditorType, in folder: URL) -> String {
        folder.appendingPathComponent(type.rawValue).path
    }

    // MARK: Evaluation

    private func addEvaluation<Evaluation: EvaluationPlanning>(
        _ evaluation: Evaluation, _ named: Experiment, to plan: inout BatchPlan, in surroundings: Surroundings
    ) throws {
        let workplace = surroundings.workplace
        let evaluation = try adjusted(evaluation)
        let scope = evaluation.scope
        let name = ModelName(scope.model)
        _ = try name.locate(in: workplace)
        _ = try scope.dataset.locate(file: datasetFile, for: name, in: workplace)
        let folder = try results.folder(named: evaluation.resultsName(for: name), in: workplace).url
        let words = ["experiments", "run", named.name] + given.words { $0 != "with-dependencies" }
        var job = BatchJob(name: named.name, words: words, folder: folder)
        job.after = try addDependencies(of: evaluation, named, folder: folder, to: &plan, in: surroundings)
        job.memory = jobMemory(of: name, in: workplace)?.evaluation(batchSize: scope.batchSize)
        plan.add(job)
    }

    /// Adds what is neither there nor made by a job before.
    ///
    /// - Returns: the places of all jobs that make what is needed.
    private func addDependencies<Evaluation: EvaluationPlanning>(
        of evaluation: Evaluation, _ named: Experiment, folder: URL, to plan: inout BatchPlan,
        in surroundings: Surroundings
    ) throws -> [Int] {
        let workplace = surroundings.workplace
        let needed = needed(by: evaluation)
        let products = try needed.map { try product($0, of: evaluation, in: workplace) }
        let earlier = plan
        let open = try missing(needed, by: evaluation, in: workplace).filter {
            !makes($0, product: try product($0, of: evaluation, in: workplace), earlier, in: workplace)
        }
        for (dependency, command) in zip(
            open, try commands(for: open, by: evaluation, named, in: surroundings))
        {
            if case .controlModel(let model) = dependency {
                var job = BatchJob(name: "model.random", words: command, folder: folder)
                job.memory = jobMemory(of: model, in: workplace)?.making
                plan.add(job, making: [model.control.text])
            } else {
                try addTraining(command, to: &plan, in: surroundings)
            }
        }
        return Set(products.flatMap { plan.makers(of: $0) }).sorted()
    }

    /// What a dependency is called in a plan.
    private func product(
        _ dependency: ExperimentDependency, of evaluation: some EvaluationPlanning, in workplace: Workplace
    ) throws -> String {
        switch dependency {
        case .controlModel(let model): return model.control.text
        case .editors(let type, _, let model):
            let root = results.root(in: workplace)
            let folder = try ResultsFolder(experiment: evaluation.editorsName(for: model), in: root)
            return Self.product(type, in: folder.url)
        }
    }

    /// Whether jobs that are planned already make all that is needed.  Editors at some layers are enough for
    /// one that takes those that it finds, unless all are to be made.
    private func makes(
        _ dependency: ExperimentDependency, product: String, _ plan: BatchPlan, in workplace: Workplace
    ) -> Bool {
        guard !plan.makers(of: product).isEmpty else { return false }
        guard case .editors(let type, let layers?, let model) = dependency else { return true }
        let blocks = jobMemory(of: model, in: workplace)?.summary.configuration.blocks
        let wanted: [Int]
        switch layers {
        case .only(let layers): wanted = layers
        case .all: wanted = makesDependencies ? Array(0..<(blocks ?? 0)) : []
        }
        let folder = URL(fileURLWithPath: product).deletingLastPathComponent()
        return plan.layers(of: product).union(Editor.savedBlocks(type: type, directory: folder))
            .isSuperset(of: wanted)
    }

    // MARK: Memory

    /// What is known of a model's memory, a control model's by the model whose shape it has.
    private func jobMemory(of name: ModelName, in workplace: Workplace) -> JobMemory? {
        let shape = name.key == name.keyWithoutControl ? name.text : name.keyWithoutControl
        let arguments = ModelArguments(name: shape, device: device)
        guard let (summary, _) = try? arguments.summarised(in: workplace) else { return nil }
        var isOnGPU = false
        if case .cuda = device.device { isOnGPU = true }
        return JobMemory(
            summary: summary, elementType: device.elementType(for: ModelName(shape)), isOnGPU: isOnGPU)
    }
}

extension TrainCommand {
    /// The layers to edit; none where all are asked for and the model's are unknown.
    func wantedLayers(blocks: Int?) -> [Int] {
        switch layers ?? plan.layers.layers(for: ModelName(plan.model)) {
        case .only(let layers): layers
        case .all: Array(0..<(blocks ?? 0))
        }
    }

    /// Those at which an editor is missing.
    func untrained(_ layers: [Int], in folder: URL) throws -> [Int] {
        let types = plan.options.editorTypes.filter(\.isTrainable)
        return layers.filter { layer in
            types.contains { !Editor.savedBlocks(type: $0, directory: folder).contains(layer) }
        }
    }
}

extension BatchJob {
    /// Makes a training of `wanted` layers one of those that are `open`, as an array if there are several.
    fileprivate mutating func restrict(to open: [Int], of wanted: [Int], isArray: Bool) {
        guard !open.isEmpty else { return }
        if open.count > 1, isArray {
            layers = open
            words = wordsWithoutLayers
        } else if open != wanted {
            words = wordsWithoutLayers + ["--layers"] + open.map(String.init)
        }
    }

    private var wordsWithoutLayers: [String] {
        guard let start = words.firstIndex(of: "--layers") else { return words }
        let end = words[(start + 1)...].firstIndex { $0.hasPrefix("-") } ?? words.endIndex
        return Array(words[..<start] + words[end...])
    }
}
