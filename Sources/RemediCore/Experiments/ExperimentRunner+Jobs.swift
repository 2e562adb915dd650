import Compute
import Foundation
import LanguageModels

/// The same runs as jobs of a cluster.
extension ExperimentRunner {
    /// Adds jobs for a run and for what it needs, if that is to be made.
    ///
    /// Models and data that a job would miss are missed here.
    /// - Throws: `ExperimentError.dependenciesMissing`, `PlaceError`.
    package func addJobs(for resolved: ResolvedExperiment, to plan: inout BatchPlan) throws {
        switch resolved {
        case .training(let experiment, let training):
            let call = request.call(of: training, experiment)
            try add(training, named: experiment.name, call, to: &plan)
        case .evaluation(let experiment, let evaluation): try add(evaluation, experiment, to: &plan)
        case .group: for member in resolved.members { try addJobs(for: member, to: &plan) }
        }
    }

    // MARK: Training

    /// Adds a job for the layers that are neither trained nor planned.
    private func add(
        _ training: ResolvedTraining, named name: String, _ call: ProgramCall, to plan: inout BatchPlan
    ) throws {
        let workplace = host.workplace
        let settings = training.plan
        let model = training.model
        _ = try settings.dataset.locate(file: training.options.datasetFile, for: model, in: workplace)
        let modelMakers = plan.makers(of: model.text)
        if modelMakers.isEmpty { _ = try model.locate(in: workplace) }
        let folder = try training.folder(in: workplace).url
        let memory = jobMemory(of: model)
        let products = settings.options.editorTypes.map { Self.product($0, in: folder) }
        let wanted = training.wantedLayers(blocks: memory?.summary.configuration.blocks)
        if let memory { try model.check(layers: wanted, blocks: memory.summary.configuration.blocks) }
        let open = training.untrained(wanted, in: folder).filter { layer in
            !products.allSatisfy { plan.layers(of: $0).contains(layer) }
        }
        if open.isEmpty, products.contains(where: { !plan.makers(of: $0).isEmpty }) { return }
        var job = BatchJob(name: name, words: call.words, folder: folder)
        job.after = modelMakers
        if settings.options.randomStreams == .separate {
            job.restrict(call, to: open, of: wanted, isArray: plan.layersAtOnce != 1)
        }
        job.memory = memory?.training(
            block: open.min() ?? 0, batchSize: settings.options.batchSize,
            samples: min(settings.size ?? .max, MemoryPlan.Workload(block: 0).samples))
        plan.add(job, making: products, layers: open)
    }

    private static func product(_ type: EditorType, in folder: URL) -> String {
        folder.appendingPathComponent(type.rawValue).path
    }

    // MARK: Evaluation

    private func add(
        _ evaluation: ResolvedEvaluation, _ experiment: Experiment, to plan: inout BatchPlan
    ) throws {
        let workplace = host.workplace
        let scope = evaluation.plan.scope
        _ = try evaluation.model.locate(in: workplace)
        _ = try scope.dataset.locate(
            file: evaluation.options.datasetFile, for: evaluation.model, in: workplace)
        let folder = try evaluation.folder(in: workplace).url
        let memory = jobMemory(of: evaluation.model)
        if let memory, let layers = evaluation.blocks {
            try evaluation.model.check(layers: layers, blocks: memory.summary.configuration.blocks)
        }
        var job = BatchJob(
            name: experiment.name, words: request.call(of: experiment).words, folder: folder)
        job.after = try addDependencies(of: evaluation, experiment, folder: folder, to: &plan)
        job.memory = memory?.evaluation(batchSize: scope.batchSize)
        plan.add(job)
    }

    /// Adds what is neither there nor made by a job before.
    ///
    /// - Returns: the places of all jobs that make what is needed.
    private func addDependencies(
        of evaluation: ResolvedEvaluation, _ experiment: Experiment, folder: URL, to plan: inout BatchPlan
    ) throws -> [Int] {
        let needed = needed(by: evaluation)
        let products = try needed.map { try product($0, of: evaluation) }
        let earlier = plan
        let open = try missing(needed, by: evaluation).filter {
            !makes($0, product: try product($0, of: evaluation), earlier)
        }
        for (maker, call) in try makers(of: open, by: evaluation, experiment) {
            switch maker {
            case .controlModel(let model):
                var job = BatchJob(name: "model.random", words: call.words, folder: folder)
                job.memory = jobMemory(of: model)?.making
                plan.add(job, making: [model.control.text])
            case .training(let experiment, let training):
                try add(training, named: experiment.name, call, to: &plan)
            }
        }
        return Set(products.flatMap { plan.makers(of: $0) }).sorted()
    }

    /// The name of a dependency in a plan.
    private func product(
        _ dependency: ExperimentDependency, of evaluation: ResolvedEvaluation
    ) throws -> String {
        switch dependency {
        case .controlModel(let model): model.control.text
        case .editors(let type, _, let model):
            Self.product(type, in: try evaluation.trainedEditors(of: model, in: host.workplace))
        }
    }

    /// Whether jobs that are planned already make all that is needed.  Editors at some layers are enough for
    /// one that takes those that it finds, unless all are to be made.
    private func makes(_ dependency: ExperimentDependency, product: String, _ plan: BatchPlan) -> Bool {
        guard !plan.makers(of: product).isEmpty else { return false }
        guard case .editors(let type, let layers?, let model) = dependency else { return true }
        let blocks = jobMemory(of: model)?.summary.configuration.blocks
        let wanted: [Int]
        switch layers {
        case .only(let layers): wanted = layers
        case .all: wanted = request.makesDependencies ? Array(0..<(blocks ?? 0)) : []
        }
        let folder = URL(fileURLWithPath: product).deletingLastPathComponent()
        return plan.layers(of: product).union(Editor.savedBlocks(type: type, directory: folder))
            .isSuperset(of: wanted)
    }

    // MARK: Memory

    /// The memory of a model's jobs, a control model's by the model whose shape it has.
    private func jobMemory(of name: ModelName) -> JobMemory? {
        let device = request.options.device
        let shape = name.key == name.keyWithoutControl ? name : ModelName(name.keyWithoutControl)
        let elementType = device.elementType(for: shape)
        guard
            let (summary, _) = try? shape.summarized(
                prefersHalf: elementType == .float16, in: host.workplace)
        else { return nil }
        var isOnGPU = false
        if case .cuda = device.device { isOnGPU = true }
        return JobMemory(summary: summary, elementType: elementType, isOnGPU: isOnGPU)
    }
}

extension ResolvedTraining {
    /// The layers to edit; none where all are asked for and the model's are unknown.
    fileprivate func wantedLayers(blocks: Int?) -> [Int] {
        switch layers {
        case .only(let layers): layers
        case .all: Array(0..<(blocks ?? 0))
        }
    }

    /// Those at which an editor is missing.
    fileprivate func untrained(_ layers: [Int], in folder: URL) -> [Int] {
        let types = plan.options.editorTypes.filter(\.isTrainable)
        return layers.filter { layer in
            types.contains { !Editor.savedBlocks(type: $0, directory: folder).contains(layer) }
        }
    }
}

extension BatchJob {
    /// Makes a training of `wanted` layers one of those that are `open`, as an array if there are several.
    fileprivate mutating func restrict(
        _ call: ProgramCall, to open: [Int], of wanted: [Int], isArray: Bool
    ) {
        guard !open.isEmpty else { return }
        if open.count > 1, isArray {
            layers = open
            words = call.without("layers").words
        } else if open != wanted {
            words = call.without("layers").adding(LayerChoice.only(open).option).words
        }
    }
}
