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
    /// Holds the reference texts; nil if nothing asks for them.
    package let texts: URL?
    /// Where the index of the reference texts goes if it cannot lie beside them.
    package let cache: URL?
    package let progress: any ProgressReporter

    package init(
        model: LanguageModel, dataset: Dataset, options: EvaluationOptions, directory: URL, texts: URL? = nil,
        cache: URL? = nil, progress: any ProgressReporter
    ) {
        self.model = model
        self.dataset = dataset
        self.options = options
        self.directory = directory
        self.texts = texts
        self.cache = cache
        self.progress = progress
    }

    /// Refuses a run that would find no samples or no fitting editors, before anything gives way to it.
    ///
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.editorMismatch`; `LanguageModelError`.
    package func check() throws {
        _ = try samples()
        _ = try referenceTexts()
        for condition in try conditions() { _ = try condition.block.map(editor(at:)) }
    }

    func samples() throws -> [Sample] {
        try dataset.samples(of: options.split, mentions: options.tokens.mentions)
    }

    /// Runs what is not there yet.
    /// - Returns: one summary for each condition and benchmark, in the order of the options.
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.resultsDiffer`, `.interrupted` (finished
    ///   benchmarks are kept); `LanguageModelError`; `ComputeError`.
    package func run() throws -> [EvaluationSummary] {
        let samples = try samples()
        reportCut(of: samples)
        let conditions = try self.conditions()
        let texts = try referenceTexts()
        let editors = try conditions.map { try $0.block.map(editor(at:)) }
        if conditions.contains(where: { $0.block != nil }) {
            progress.warnIfNothingIsEdited(alpha: options.alpha, beta: options.beta)
        }
        let store = try ResultStore(
            directory: directory, replaces: options.overwrite, device: model.backend.deviceDescription,
            model: model, progress: progress)
        let material = Material(
            samples: samples, texts: texts, unedited: KnownScores(),
            directions: SharedDirections(
                model: model, samples: samples, editors: editors.compactMap { $0 },
                mentions: options.tokens.mentions, progress: progress))
        let references =
            options.benchmarks.contains(.essence) ? try essenceReferences(material, in: store) : []
        return try zip(conditions, editors).flatMap { condition, editor in
            try run(condition, editor, material, essenceReferences: references, in: store)
        }
    }

    /// What the conditions of a run share.
    private struct Material {
        let samples: [Sample]
        let texts: ReferenceTexts?
        let unedited: KnownScores
        let directions: SharedDirections
    }

    /// The texts that some benchmarks and conditions need; nil if none of this run does.
    private func referenceTexts() throws -> ReferenceTexts? {
        let isNeeded =
            options.benchmarks.contains(where: \.needsReferenceTexts) || options.conditions.contains(.replace)
        guard isNeeded else { return nil }
        guard let texts else { preconditionFailure("a run that needs reference texts knows their folder") }
        return try ReferenceTexts(folder: texts, cache: cache, progress: progress)
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
            case .replace: [.replace]
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
        _ condition: EvaluationCondition, _ editor: Editor?, _ material: Material,
        essenceReferences: [String?], in store: ResultStore
    ) throws -> [EvaluationSummary] {
        let section = try section(condition, of: store, material)
        var made: EvaluationSubject?
        return try options.benchmarks.map { name in
            let benchmark = benchmark(name, material.texts, essenceReferences)
            return try section.result(
                benchmark.name, condition: condition, inputs: benchmark.inputs(options)
            ) { journal in
                let subject = try made ?? subject(condition, editor, material)
                made = subject
                return try benchmark.run(on: subject, journal: journal)
            }
        }
    }

    private func section(
        _ condition: EvaluationCondition, of store: ResultStore, _ material: Material
    ) throws -> ResultSection {
        var inputs = try inputs(of: condition)
        if condition == .replace, let texts = material.texts {
            inputs["replacement_texts"] = .string(texts.snippets.identity)
            if options.rules.replacement == .any { inputs["replaces_by_itself"] = true }
        }
        return try store.section(
            condition.folder, kind: "evaluations",
            names: EvaluationOptions.BenchmarkName.allCases.map(\.rawValue), inputs: inputs,
            circumstances: circumstances(sampleCount: material.samples.count))
    }

    private func subject(
        _ condition: EvaluationCondition, _ editor: Editor?, _ material: Material
    ) throws -> EvaluationSubject {
        try EvaluationSubject(
            model: model, samples: material.samples, condition: condition,
            editor: editor.map { ($0, material.directions) }, options: options, unedited: material.unedited,
            texts: material.texts, progress: progress)
    }

    private func benchmark(
        _ name: EvaluationOptions.BenchmarkName, _ texts: ReferenceTexts?, _ essenceReferences: [String?]
    ) -> any Benchmark {
        switch name {
        case .efficacy: EfficacyBenchmark(.efficacy)
        case .rewrite: EfficacyBenchmark(.rewrite)
        case .paraphrase: PromptSetBenchmark(.paraphrase)
        case .neighborhood: PromptSetBenchmark(.neighborhood)
        case .generation: GenerationBenchmark(texts: texts!, words: options.wordRules)
        case .essence:
            EssenceBenchmark(texts: texts!, references: essenceReferences, words: options.wordRules)
        }
    }

    /// What the unedited model wrote, one text a sample; see `EssenceBenchmark.references`.
    private func essenceReferences(_ material: Material, in store: ResultStore) throws -> [String?] {
        let section = try store.section(
            "", kind: "evaluations", names: [Self.essenceReferencesName], inputs: inputs(of: .unedited),
            circumstances: circumstances(sampleCount: material.samples.count))
        let summary = try section.result(
            Self.essenceReferencesName, condition: .unedited, inputs: options.generation.inputs,
            hasMetricsFile: false
        ) { journal in
            try EssenceReferences(subject: try subject(.unedited, nil, material)).result(journal)
        }
        let file = summary.file
        let json = try? JSONValue(parsing: RegularFile.data(file))
        guard let texts = json?["references"]?.array?.map(\.string), texts.count == material.samples.count
        else { throw RemediError.malformedData(path: file.path, reason: "not one text for every sample") }
        return texts
    }

    private static let essenceReferencesName = "essence_references"

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
            tokenOptions: options.tokens, progress: progress)
    }
}
