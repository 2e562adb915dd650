import Compute
import LanguageModels

/// A language model under one condition, and the samples that it is asked about: what every benchmark runs
/// on.
package struct EvaluationSubject {
    let model: LanguageModel
    let samples: [Sample]
    let condition: EvaluationCondition
    let scorer: PromptScorer
    let bootstrap: Bootstrap
    let progress: any ProgressReporter
    private let alpha: Double
    private let beta: Double
    private let tokenOptions: TokenOptions
    /// [1, D] or why there is none; empty without an editor.
    private let directions: [Result<Matrix, SkipReason>]

    /// - Parameter editor: given exactly if the condition is `.edited`.
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError`.
    init(
        model: LanguageModel, samples: [Sample], condition: EvaluationCondition, editor: Editor?,
        options: EvaluationOptions, unedited: KnownScores, progress: any ProgressReporter
    ) throws {
        precondition((editor != nil) == (condition.block != nil))
        self.model = model
        self.samples = samples
        self.condition = condition
        self.progress = progress
        alpha = options.alpha
        beta = options.beta
        bootstrap = Bootstrap(seed: options.seed)
        scorer = PromptScorer(
            model: model, block: condition.block, alpha: options.alpha, beta: options.beta,
            batchSize: options.batchSize, unedited: unedited)
        tokenOptions = editor?.tokenOptions ?? TokenOptions()
        directions =
            try editor.map {
                try Self.directions(
                    of: samples, editor: $0, model: model, progress: progress)
            } ?? []
    }

    /// The direction of every sample that can be read.
    static func directions(
        of samples: [Sample], editor: Editor, model: LanguageModel, progress: any ProgressReporter
    ) throws -> [Result<Matrix, SkipReason>] {
        var sources: [RepresentationSource] = []
        let places = try samples.map { sample -> Result<Int, SkipReason> in
            do {
                sources.append(try model.usableSource(of: sample, options: editor.tokenOptions))
                return .success(sources.count - 1)
            } catch {
                guard let reason = SkipReason(error) else { throw error }
                return .failure(reason)
            }
        }
        progress.report(.started(stage: "directions, block \(editor.block)", total: sources.count))
        let representations = try model.representations(
            of: sources, blocks: [editor.block], advanced: progress.advance(to:))[0]
        progress.report(.finished)
        let ids = zip(samples, places).compactMap { sample, place in (try? place.get()).map { _ in sample.id }
        }
        let directions = try editor.directions(for: representations, sampleIds: ids)
        return places.map { $0.map { directions.rows($0..<$0 + 1) } }
    }
}

extension EvaluationSubject {
    /// A prompt about sample `index`, ready to be scored under the condition.
    ///
    /// - Parameter allowingAbsentEntity: a prompt without the entity is run unedited instead of refused.
    /// - Throws: `SkipReason` where the sample or the prompt cannot be used; `LanguageModelError.configuration`
    ///   for a word without an embedding.
    func scoredPrompt(
        _ text: String, of index: Int, target: String?, comparator: String?,
        allowingAbsentEntity: Bool = false
    ) throws -> ScoredPrompt {
        guard let target else { throw SkipReason.noTarget }
        guard let comparator else { throw SkipReason.noComparator }
        let placed = try placedPrompt(text, of: index, allowingAbsentEntity: allowingAbsentEntity)
        let prompt = ScoredPrompt(
            tokens: placed.tokens, words: [target, comparator].map(model.tokenizer.tokens(ofWord:)),
            edit: placed.edit)
        guard !prompt.words[0].isEmpty else { throw SkipReason.noTarget }
        guard !prompt.words[1].isEmpty else { throw SkipReason.noComparator }
        try prompt.words.forEach(model.check(tokens:))
        let longest = prompt.tokens.count + prompt.words.map(\.count).max()! - 1
        guard longest <= model.contextLength else { throw SkipReason.tooLong }
        return prompt
    }

    /// A text about sample `index` as the condition has it: its tokens, and what is edited in them.
    ///
    /// - Parameters:
    ///   - searchStart: the mention that is edited starts at this scalar or behind it.
    ///   - allowingAbsentEntity: a text without the entity is read unedited instead of refused.
    /// - Throws: `SkipReason` where the sample or the text cannot be used.
    func placedPrompt(
        _ text: String, of index: Int, searchStart: Int = 0, allowingAbsentEntity: Bool = false
    ) throws -> PlacedPrompt {
        let sample = samples[index]
        var placed: PlacedPrompt
        switch condition {
        case .unedited, .probed: placed = PlacedPrompt(tokens: model.tokenizer.encode(text).ids)
        case .prefix: placed = PlacedPrompt(tokens: model.tokenizer.encode(sample.inContext(text).text).ids)
        case .edited:
            do {
                let located = try model.locate(
                    entity: sample.entity, in: text, searchStart: searchStart, options: tokenOptions)
                placed = PlacedPrompt(
                    tokens: located.promptTokens,
                    edit: PromptEdit(
                        tokens: located.editedTokens, direction: try directions[index].get(), sample: index))
            } catch RemediError.entityNotInPrompt {
                guard allowingAbsentEntity else { throw SkipReason.entityNotInPrompt }
                placed = PlacedPrompt(tokens: model.tokenizer.encode(text).ids)
            }
        }
        guard !placed.tokens.isEmpty else { throw SkipReason.emptyPrompt }
        return placed
    }

    /// A placed prompt, ready to be continued under the condition.
    ///
    /// - Parameter stream: see `ContinuedPrompt.stream`.
    func continuedPrompt(_ placed: PlacedPrompt, stream: String) -> ContinuedPrompt {
        let edits = placed.edit.map { edit -> [Edit] in
            guard let block = condition.block else { preconditionFailure("edits need a block") }
            return [
                Edit(
                    sequence: 0, block: block, tokens: edit.tokens, direction: edit.direction,
                    alpha: Float(alpha), beta: Float(beta))
            ]
        }
        return ContinuedPrompt(tokens: placed.tokens, edits: edits ?? [], stream: stream)
    }

    /// What progress calls the work of a benchmark.
    func stage(_ benchmark: String) -> String {
        condition.block.map { "\(benchmark), \(condition.label), block \($0)" }
            ?? "\(benchmark), \(condition.label)"
    }

    /// Scores prompts of a target and a comparator, and reports progress.
    func scores(
        of prompts: [ScoredPrompt], benchmark: String, _ journal: CaseJournal
    ) throws -> [PromptScore] {
        try journal.map(
            prompts, part: "scores", batchSize: scorer.batchSize, stage: stage(benchmark), progress: progress
        ) { batch in
            try scorer.scores(of: batch).map {
                PromptScore(target: $0[0], comparator: $0[1]).journalEntry
            }
        }.map(PromptScore.init(journalEntry:))
    }
}

/// A text in tokens, and what is edited in it; nil: nothing.
struct PlacedPrompt: Sendable {
    var tokens: [Int]
    var edit: PromptEdit?
}

/// Why a sample or a prompt is left out of a result; counted and named there.
package enum SkipReason: String, Error, Sendable {
    case noTarget = "no target_mediated"
    case noComparator = "no target_unmediated"
    case entityNotInPrompt = "entity not in the prompt"
    case attributeNotInContext = "attribute not in the context"
    case tooLong = "longer than the model reads"
    case emptyPrompt = "empty prompt"
    case noSource = "the source names no such prompts"
    case targetNotInAttribute = "target_mediated not at the end of the attribute"

    /// The reason behind an error that concerns one sample only.
    init?(_ error: any Error) {
        switch error {
        case let reason as SkipReason: self = reason
        case RemediError.entityNotInPrompt: self = .entityNotInPrompt
        case RemediError.attributeNotInContext: self = .attributeNotInContext
        case LanguageModelError.tooLong: self = .tooLong
        default: return nil
        }
    }
}

extension LanguageModel {
    /// Where the sample's h_attr and h_entity are read.
    ///
    /// - Throws: as `representationSource`; `SkipReason.tooLong` if a text is longer than the model reads.
    func usableSource(of sample: Sample, options: TokenOptions) throws -> RepresentationSource {
        let source = try representationSource(of: sample, options: options)
        guard max(source.attributeText.count, source.entityText.count) <= contextLength else {
            throw SkipReason.tooLong
        }
        return source
    }
}

extension ProgressReporter {
    /// Reports what is done, then stops if a signal asked for it.
    func advance(to done: Int) throws {
        report(.advanced(done: done, note: nil))
        try stopIfAsked()
    }

    /// - Throws: `RemediError.interrupted` if a signal asked to stop.
    func stopIfAsked() throws {
        if let signal = stopRequested { throw RemediError.interrupted(signal: signal) }
    }
}
