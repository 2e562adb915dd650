import Foundation
import LanguageModels

/// A language model's measurements of facts, before any probe is asked: its hidden states and which of the two
/// targets it finds likelier.  Computed once for all probes, kept on disk meanwhile, resumable.
///
/// Letters: N usable samples, D hidden size.
final class FactMeasurements {
    let model: LanguageModel
    let texts: [FactTexts]
    let skipped: SkippedSamples
    private let states: [FactState]
    private let batchSize: Int
    private let progress: any ProgressReporter
    private let journal: CaseJournal
    private let table: StateTable
    /// The samples in progress lines: " of the training split".
    private let label: String
    private var isRead = false
    private var scores: [FactTask: [PromptScore]] = [:]

    /// - Parameters:
    ///   - states: what `states(_:)` will be asked for.
    ///   - place: the path that names of files start with.
    ///   - inputs: everything that decides what is measured, besides the states.
    ///   - positions: where texts that the reference pads begin to count.
    /// - Throws: `LanguageModelError`.
    init(
        _ samples: [Sample], model: LanguageModel, tokens: TokenOptions, states: [FactState], place: URL,
        inputs: JSONObject, batchSize: Int, positions: EvaluationRules.Origin = .text, label: String = "",
        progress: any ProgressReporter
    ) throws {
        self.model = model
        self.states = states.filter(\.isOfProbedEntity) + states.filter { !$0.isOfProbedEntity }
        self.batchSize = batchSize
        self.progress = progress
        self.label = label
        let (usable, skipped) = try Self.usable(samples, model: model, tokens: tokens)
        texts =
            positions == .padding
            ? FactTexts.padded(usable, batchSize: batchSize) : usable.compactMap { $0 }
        self.skipped = skipped
        var all = inputs
        all["states"] = .array(self.states.map { .string($0.text) })
        let folder = place.deletingLastPathComponent()
        let name = place.lastPathComponent
        let file = try StateFile(
            folder.appendingPathComponent(name + StateFile.suffix), slots: states.count,
            samples: texts.count, hiddenSize: model.hiddenSize)
        let lines = folder.appendingPathComponent(name + CaseJournal.suffix)
        // A journal without its states is worth nothing.
        if file.isNew { try? FileManager.default.removeItem(at: lines) }
        journal = try CaseJournal(file: lines, inputs: all, progress: progress)
        // Entities are read higher up than attributes.
        table = StateTable(
            file, split: states.count(where: \.isOfProbedEntity), model: model, journal: journal,
            part: "states")
    }

    /// The texts of every sample; nil for those that are skipped.
    private static func usable(
        _ samples: [Sample], model: LanguageModel, tokens: TokenOptions
    ) throws -> ([FactTexts?], SkippedSamples) {
        var texts: [FactTexts?] = []
        var skipped = SkippedSamples()
        for sample in samples {
            do {
                texts.append(try FactTexts(sample, model: model, options: tokens))
            } catch {
                guard let reason = SkipReason(error) else { throw error }
                skipped.add(sample.id, reason)
                texts.append(nil)
            }
        }
        return (texts, skipped)
    }

    /// Log-probabilities of target_mediated (as target) and target_unmediated (as comparator) after every prompt.
    ///
    /// - Throws: `RemediError.notFinite`, `.interrupted`; `LanguageModelError`; `ComputeError`.
    func likelihoods(_ task: FactTask) throws -> [PromptScore] {
        if let known = scores[task] { return known }
        let scorer = PromptScorer(model: model, block: nil, alpha: 1, beta: 1, batchSize: batchSize)
        let found = try journal.map(
            texts, part: task.rawValue, batchSize: batchSize, stage: "\(task.rawValue) prompts\(label)",
            progress: progress
        ) { batch in
            try scorer.scores(of: batch.map { $0.scoredPrompt(task) }).map {
                PromptScore(target: $0[0], comparator: $0[1])
            }
        }
        let spoiled = zip(texts, found).filter { !$1.isFinite }
        if !spoiled.isEmpty { throw RemediError.notFinite(samples: spoiled.map(\.0.id)) }
        scores[task] = found
        return found
    }

    /// One state of all samples, [N, D].
    ///
    /// - Throws: `RemediError.interrupted`, `LanguageModelError`, `ComputeError`.
    func states(_ state: FactState) throws -> [Float] {
        guard let slot = states.firstIndex(of: state) else {
            preconditionFailure("\(state.text) was not announced")
        }
        try readAll()
        return try table.file.states(slot)
    }

    /// Reads every text once for all states.
    private func readAll() throws {
        if isRead { return }
        try table.read(
            batchSize: batchSize, stage: "hidden states\(label)", progress: progress, of: { texts[$0].id }
        ) { index in
            let text = texts[index]
            return StateTable.Text(
                sequences: text.sequences, shifts: text.shifts,
                readings: states.map { text.reading($0, first: 0) })
        }
        isRead = true
    }

    /// Removes what was kept for the case of an interruption.
    func remove() throws {
        try journal.remove()
        table.file.remove()
    }
}
