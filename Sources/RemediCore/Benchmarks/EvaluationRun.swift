import Foundation
import LanguageModels

/// What one benchmark found under one condition.
package struct EvaluationSummary: Sendable, Equatable {
    package var condition: EvaluationCondition
    package var benchmark: String
    package var sampleCount: Int
    package var metrics: [NamedMetric]
    package var skipped: SkippedSamples
    package var counts: [String: Int]
    package var file: URL
    /// Found in the results folder and not computed again.
    package var isReused: Bool
    /// Which of a sweep's two sets of samples it is about; nil outside sweeps.
    package var part: SweepPart?
}

/// The two sets of samples of a sweep.
package enum SweepPart: String, Sendable {
    /// Choose the layer.
    case validation
    /// Tell how good it is.
    case evaluation
}

/// `eval gen`: runs benchmarks under some conditions and writes the reference's result files.
package struct EvaluationRun {
    package let model: LanguageModel
    package let dataset: Dataset
    package let options: EvaluationOptions
    /// The experiment's folder; results go to `<type>/<block>/`, `prefix/` and `unedited/` below it.
    package let directory: URL
    package let progress: any ProgressReporter

    package init(
        model: LanguageModel, dataset: Dataset, options: EvaluationOptions, directory: URL,
        progress: any ProgressReporter
    ) {
        self.model = model
        self.dataset = dataset
        self.options = options
        self.directory = directory
        self.progress = progress
    }

    /// Refuses a run that would find no samples or no fitting editors, before anything gives way to it.
    ///
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.editorMismatch`; `LanguageModelError`.
    package func check() throws {
        _ = try samples()
        for condition in try conditions() { _ = try condition.block.map(editor(at:)) }
    }

    func samples() throws -> [Sample] { try dataset.samples(of: options.split) }

    /// Runs what is not there yet.
    /// - Returns: one summary for each condition and benchmark, in the order of the options.
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.resultsDiffer`, `.interrupted` (finished
    ///   benchmarks are kept); `LanguageModelError`; `ComputeError`.
    package func run() throws -> [EvaluationSummary] {
        let samples = try samples()
        reportCut(of: samples)
        let conditions = try self.conditions()
        let store = try ResultStore(
            directory: directory, replaces: options.overwrite, device: model.backend.deviceDescription)
        let unedited = KnownScores()
        return try conditions.flatMap { try run($0, samples: samples, in: store, unedited: unedited) }
    }

    /// Says so if the split goes beyond the data.
    func reportCut(of samples: [Sample]) {
        dataset.reportCut(of: options.split, samples: samples, to: progress)
    }

    /// The conditions of the options, with the blocks spelled out.
    func conditions() throws -> [EvaluationCondition] {
        try options.conditions.flatMap { condition -> [EvaluationCondition] in
            switch condition {
            case .unedited: [.unedited]
            case .prefix: [.prefix]
            case .edited: try editedBlocks().map { .edited(options.editorType, block: $0) }
            }
        }
    }

    private func editedBlocks() throws -> [Int] {
        if let blocks = options.blocks {
            for block in blocks where !(0..<model.blocks).contains(block) {
                throw LanguageModelError.noSuchBlock(block: block, blocks: model.blocks)
            }
            for block in blocks { try editorFile(type: options.editorType, block: block) }
            return blocks
        }
        if !needsSavedEditor { return Array(0..<model.blocks) }
        guard let directory = options.editorsDirectory else {
            throw RemediError.editorMissing(path: options.editorType.rawValue)
        }
        let blocks = Editor.savedBlocks(type: options.editorType, directory: directory)
        guard !blocks.isEmpty else {
            throw RemediError.editorMissing(
                path: directory.appendingPathComponent(options.editorType.rawValue).path)
        }
        return blocks
    }

    var needsSavedEditor: Bool { options.editorType != .identity && options.editorType != .null }

    // MARK: One condition

    private func run(
        _ condition: EvaluationCondition, samples: [Sample], in store: ResultStore, unedited: KnownScores
    ) throws -> [EvaluationSummary] {
        let editor = try condition.block.map(editor(at:))
        let section = try store.section(
            condition.folder, kind: "evaluations",
            names: EvaluationOptions.BenchmarkName.allCases.map(\.rawValue), inputs: inputs(of: condition),
            circumstances: circumstances(sampleCount: samples.count))
        var made: EvaluationSubject?
        return try options.benchmarks.map { name in
            let benchmark = name.benchmark
            return try section.result(benchmark.name, condition: condition) { journal in
                let subject =
                    try made
                    ?? EvaluationSubject(
                        model: model, samples: samples, condition: condition, editor: editor,
                        options: options, unedited: unedited, progress: progress)
                made = subject
                return try benchmark.run(on: subject, journal: journal)
            }
        }
    }

    func editor(at block: Int) throws -> Editor {
        if !needsSavedEditor {
            return try Editor.parameterless(
                options.editorType, block: block, model: model, tokenOptions: options.tokens)
        }
        guard let directory = options.editorsDirectory else {
            throw RemediError.editorMissing(path: options.editorType.rawValue)
        }
        return try Editor.load(
            type: options.editorType, block: block, directory: directory, model: model,
            tokenOptions: options.tokens)
    }
}
