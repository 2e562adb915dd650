import Foundation
import LanguageModels

/// A model, samples, conditions and measures: what an experiment's plan resolves to.  `check` refuses what cannot
/// work before anything is written; `run` computes what is not there yet.
package struct Evaluation {
    package let model: LanguageModel
    package let dataset: Dataset
    /// The whole of which `dataset` is a part; its training split gives statistics.
    let wholeDataset: Dataset
    /// Of one kind: they share samples and conditions.
    package let measures: [any Measure]
    package let options: EvaluationOptions
    /// The experiment's folder; results go to `<type>/<block>/`, `prefix/` and so on below it.
    package let directory: URL
    /// Holds the reference texts; nil if nothing asks for them.
    package let texts: URL?
    /// Where the index of the reference texts goes if their folder is read-only.
    package let cache: URL?
    /// A model of random weights in place of the one that is evaluated; nil if nothing asks for it.
    let control: ControlModel?
    package let progress: any ProgressReporter
    private let material = EvaluationMaterial()

    /// - Parameter measures: nil: those that the options name.
    package init(
        model: LanguageModel, dataset: Dataset, wholeDataset: Dataset? = nil, measures: [any Measure]? = nil,
        options: EvaluationOptions, directory: URL, texts: URL? = nil, cache: URL? = nil,
        control: ControlModel? = nil, progress: any ProgressReporter
    ) {
        self.model = model
        self.dataset = dataset
        self.wholeDataset = wholeDataset ?? dataset
        self.measures = measures ?? options.benchmarks.map(\.measure)
        self.options = options
        self.directory = directory
        self.texts = texts
        self.cache = cache
        self.control = control
        self.progress = progress
    }

    /// Validates samples and editors before anything is deleted or computed.
    ///
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.editorMismatch`; `LanguageModelError`;
    ///   what opening the control model throws.
    package func check() throws {
        defer { material.clear() }
        _ = try samples()
        _ = try referenceTexts()
        for condition in try conditions() { _ = try editor(of: condition) }
    }

    /// Computes what is not there yet.
    ///
    /// - Returns: one summary for each result, in the order of the conditions and measures.
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.resultsDiffer`, `.interrupted` (finished results are
    ///   kept); `LanguageModelError`; `ComputeError`.
    package func run() throws -> [EvaluationSummary] {
        guard let first = measures.first else { return [] }
        defer { material.clear() }
        let samples = try samples()
        dataset.reportCut(of: options.split, samples: samples, to: progress)
        let conditions = try conditions()
        let subjects = try EvaluationSubjects(self, samples, conditions, texts: referenceTexts())
        if conditions.contains(where: \.isEdited) {
            progress.warnIfNothingIsEdited(alpha: options.alpha, beta: options.beta)
        }
        let store = try ResultStore(
            directory: directory, replaces: options.overwrite, device: model.backend.deviceDescription,
            model: model, progress: progress)
        var found: [String: EvaluationSummary] = [:]
        func summary(
            _ output: MeasureOutput, of measure: any Measure, _ subject: () throws -> EvaluationSubject
        ) throws -> EvaluationSummary {
            let place = "\(output.folder)/\(output.name)"
            if let known = found[place] { return known }
            let section = try store.section(
                output.folder, kind: measure.manifestKey, names: output.siblings, inputs: output.inputs,
                circumstances: output.circumstances ?? circumstances(sampleCount: samples.count))
            try output.prepare(section)
            let summary = try section.result(
                output.name, title: output.title, condition: output.condition, inputs: output.ownInputs,
                hasMetricsFile: output.hasMetricsFile
            ) { try output.compute($0, subject) }
            found[place] = summary
            return summary
        }
        for measure in measures {
            for output in try measure.preparations(of: self) {
                _ = try summary(output, of: measure) { try subjects.make(output.condition) }
            }
        }
        var summaries: [[EvaluationSummary]] = conditions.map { _ in [] }
        let batches = try first.batches(of: conditions, in: self)
        for (number, batch) in batches.enumerated() {
            for condition in batch {
                guard let place = conditions.firstIndex(of: condition) else { continue }
                var made: EvaluationSubject?
                summaries[place] = try measures.flatMap { measure in
                    try measure.outputs(under: condition, of: self).map { output in
                        try summary(output, of: measure) {
                            let subject = try made ?? subjects.make(condition)
                            made = subject
                            return subject
                        }
                    }
                }
            }
            try first.finish(batch, isLast: number == batches.count - 1, of: self)
        }
        return summaries.flatMap { $0 }
    }

    // MARK: - Parts

    /// - Throws: `RemediError.noSamples`.
    func samples() throws -> [Sample] { try shared { Samples(all: try measures[0].samples(of: self)) }.all }

    private struct Samples { var all: [Sample] }

    private func conditions() throws -> [EvaluationCondition] { try measures[0].conditions(of: self) }

    /// The value of a type that an evaluation makes once, for all conditions.
    func shared<Value>(_ make: () throws -> Value) rethrows -> Value { try material.value(make) }

    /// The texts that some measures and conditions need; nil if none does.
    func referenceTexts() throws -> ReferenceTexts? {
        let isNeeded =
            measures.contains(where: \.needsReferenceTexts)
            || options.conditions.contains { $0.baseline?.needsReferenceTexts ?? false }
        guard isNeeded else { return nil }
        guard let texts else { preconditionFailure("an evaluation that needs reference texts has a folder") }
        return try shared { try ReferenceTexts(folder: texts, cache: cache, progress: progress) }
    }

    func openControl() throws -> LanguageModel {
        guard let control else { preconditionFailure("an evaluation of a control model can open it") }
        return try control.open()
    }
}

/// Values that the conditions of an evaluation share, by type.
private final class EvaluationMaterial {
    private var known: [ObjectIdentifier: Any] = [:]

    func value<Value>(_ make: () throws -> Value) rethrows -> Value {
        let key = ObjectIdentifier(Value.self)
        if let value = known[key] as? Value { return value }
        let value = try make()
        known[key] = value
        return value
    }

    /// Lets go of everything; some of it holds the evaluation.
    func clear() { known = [:] }
}

/// Makes the subject of each condition.
private struct EvaluationSubjects {
    private let evaluation: Evaluation
    private let samples: [Sample]
    private let texts: ReferenceTexts?
    private let editors: [(condition: EvaluationCondition, editor: Editor)]
    private let directions: SharedDirections
    private let unedited = KnownScores()

    init(
        _ evaluation: Evaluation, _ samples: [Sample], _ conditions: [EvaluationCondition],
        texts: ReferenceTexts?
    ) throws {
        self.evaluation = evaluation
        self.samples = samples
        self.texts = texts
        let reads = evaluation.measures.contains(where: \.readsDirections)
        editors = try (reads ? conditions : []).compactMap { condition in
            try evaluation.editor(of: condition).map { (condition, $0) }
        }
        directions = SharedDirections(
            model: evaluation.model, samples: samples, editors: editors.map(\.editor),
            mentions: evaluation.options.tokens.mentions, progress: evaluation.progress)
    }

    func make(_ condition: EvaluationCondition) throws -> EvaluationSubject {
        try EvaluationSubject(
            model: evaluation.model, samples: samples, condition: condition,
            editor: editors.first { $0.condition == condition }.map { ($0.editor, directions) },
            options: evaluation.options, unedited: unedited, texts: texts, directory: evaluation.directory,
            progress: evaluation.progress)
    }
}
