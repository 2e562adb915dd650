import Compute
import Foundation
import LanguageModels

/// A language model under one condition, and the samples that it is asked about: what measures run on.
package struct EvaluationSubject {
    let model: LanguageModel
    let samples: [Sample]
    let condition: EvaluationCondition
    let scorer: PromptScorer
    let bootstrap: Bootstrap
    let options: EvaluationOptions
    let progress: any ProgressReporter
    /// The experiment's folder.
    let directory: URL
    let tokenOptions: TokenOptions
    private let texts: ReferenceTexts?
    /// [1, D] or why there is none; empty without an editor.
    let directions: [Result<Matrix, SkipReason>]
    /// How texts are read without an edit.
    private let reading: Baseline.Reading

    /// - Parameters:
    ///   - editor: given exactly if the condition is `.edited`, with the directions of all editors of the run.
    ///   - texts: needed by some measures, and by some baselines.
    ///   - directory: the experiment's folder, where some measures find results of others.
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError`.
    init(
        model: LanguageModel, samples: [Sample], condition: EvaluationCondition,
        editor: (editor: Editor, directions: SharedDirections)?, options: EvaluationOptions,
        unedited: KnownScores, texts: ReferenceTexts? = nil, directory: URL = URL(fileURLWithPath: "/"),
        progress: any ProgressReporter
    ) throws {
        precondition((editor != nil) == condition.isEdited)
        self.texts = texts
        self.directory = directory
        self.model = model
        self.samples = samples
        self.condition = condition
        self.options = options
        self.progress = progress
        bootstrap = Bootstrap(seed: options.seed)
        scorer = PromptScorer(
            model: model, block: condition.block, alpha: options.alpha, beta: options.beta,
            batchSize: options.batchSize, unedited: unedited)
        tokenOptions = (editor?.editor.tokenOptions ?? TokenOptions()).taking(
            mentions: options.tokens.mentions)
        directions = try editor.map { try $0.directions.directions(of: $0.editor) } ?? []
        if case .baseline(let baseline) = condition {
            reading = try baseline.reading(samples, options, texts)
        } else {
            reading = { $1 }
        }
    }

    /// The texts that continuations are compared with.
    var referenceTexts: ReferenceTexts {
        guard let texts else { preconditionFailure("a measure that compares texts says that it needs them") }
        return texts
    }
}

/// A text about a sample, as its condition has the model read it.
struct ConditionedPrompt {
    /// The whole text that is read.
    var text: String
    var tokens: [Int]
    var edit: PromptEdit?
}

extension EvaluationSubject {
    /// A text about sample `index`, ready to be read under the condition.
    ///
    /// - Parameters:
    ///   - lead: what stands in front of everything, a context included.
    ///   - occurrence: which mention of the entity is edited where mentions are plain texts.
    ///   - allowingAbsentEntity: a text without the entity is read as it is instead of refused.
    /// - Throws: `SkipReason` where the sample or the text cannot be used.
    func prompt(
        _ text: String, of index: Int, lead: String = "", occurrence: Int = 0,
        allowingAbsentEntity: Bool = false
    ) throws -> ConditionedPrompt {
        let sample = samples[index]
        func plain(_ text: String) throws -> ConditionedPrompt {
            let tokens = model.tokenizer.encode(text).ids
            guard !tokens.isEmpty else { throw SkipReason.emptyPrompt }
            return ConditionedPrompt(text: text, tokens: tokens)
        }
        let prompt: ConditionedPrompt
        switch condition {
        case .baseline, .probed:
            let read = try reading(index, text)
            guard read != nil || allowingAbsentEntity else { throw SkipReason.entityNotInPrompt }
            prompt = try plain(lead + (read ?? text))
        case .edited:
            do {
                let located = try model.locate(
                    entity: sample.entity, in: lead + text, searchStart: lead.unicodeScalars.count,
                    occurrence: occurrence, options: tokenOptions)
                let edit = PromptEdit(
                    tokens: located.editedTokens, direction: try directions[index].get(), sample: index)
                let isEnd = located.editedTokens.upperBound == located.promptTokens.count
                prompt = ConditionedPrompt(
                    text: lead + text, tokens: located.promptTokens,
                    edit: isEnd && !options.rules.editsEnds ? nil : edit)
            } catch RemediError.entityNotInPrompt {
                guard allowingAbsentEntity else { throw SkipReason.entityNotInPrompt }
                prompt = try plain(lead + text)
            }
        }
        guard prompt.tokens.count <= model.contextLength else { throw SkipReason.tooLong }
        return prompt
    }

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
        let prompt = try prompt(text, of: index, allowingAbsentEntity: allowingAbsentEntity)
        let words = [target, comparator].map(model.tokenizer.tokens(ofWord:))
        guard !words[0].isEmpty else { throw SkipReason.noTarget }
        guard !words[1].isEmpty else { throw SkipReason.noComparator }
        try words.forEach(model.check(tokens:))
        let longest = prompt.tokens.count + words.map(\.count).max()! - 1
        guard longest <= model.contextLength else { throw SkipReason.tooLong }
        let given = prompt.text == text ? nil : prompt.text
        return ScoredPrompt(tokens: prompt.tokens, words: words, edit: prompt.edit, given: given)
    }

    /// The continuation of every prompt, in order, each the whole text that was read with what follows; nil where
    /// the model's probabilities were not finite.
    ///
    /// - Parameters:
    ///   - streams: keys the random numbers of each text.
    ///   - generation: how texts are continued; nil: as the run's options say.
    func continuations(
        of prompts: [ConditionedPrompt], streams: [String], as generation: GenerationOptions? = nil,
        benchmark: String, part: String, _ journal: CaseJournal
    ) throws -> [String?] {
        let tokens = try journal.texts(
            of: continued(prompts, streams: streams), part: part,
            settings: TextSettings(options: generation ?? options.generation, seed: options.seed),
            model: model, stage: stage(benchmark), progress: progress)
        return zip(prompts, tokens).map { prompt, tokens in
            tokens.map { prompt.text + model.tokenizer.continuation($0, of: prompt.tokens) }
        }
    }

    /// Prompts, ready to be continued under the condition.
    ///
    /// - Parameter streams: see `ContinuedPrompt.stream`.
    func continued(_ prompts: [ConditionedPrompt], streams: [String]) -> [ContinuedPrompt] {
        let paddings = padding(of: prompts, options.rules.lengths)
        return prompts.indices.map {
            continued(prompts[$0], stream: streams[$0], padding: paddings[$0])
        }
    }

    /// The padding to the left of each prompt in its batch; none where texts count from their own start.
    func padding(of prompts: [ConditionedPrompt], _ origin: EvaluationRules.Origin) -> [Int] {
        guard origin == .padding else { return prompts.map { _ in 0 } }
        return LeftPadding.tokens(before: prompts.map(\.tokens.count), batchSize: options.batchSize)
    }

    private func continued(
        _ prompt: ConditionedPrompt, stream: String, padding: Int
    ) -> ContinuedPrompt {
        let edits = prompt.edit.map { edit -> [Edit] in
            guard let block = condition.block else { preconditionFailure("edits need a block") }
            return [
                Edit(
                    sequence: 0, block: block, tokens: edit.tokens, direction: edit.direction,
                    alpha: Float(options.alpha), beta: Float(options.beta))
            ]
        }
        return ContinuedPrompt(
            tokens: prompt.tokens, edits: edits ?? [], stream: stream, padding: padding)
    }

    /// The name of a measure's work in progress lines.
    func stage(_ benchmark: String) -> String {
        condition.block.map { "\(benchmark), \(condition.label), layer \($0)" }
            ?? "\(benchmark), \(condition.label)"
    }

    /// Warns where edits change nothing of what follows the prompts.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`.
    func warnIfWithoutEffect(_ prompts: [ScoredPrompt]) throws {
        guard condition.isEdited, let block = condition.block,
            let change = try EditEffect.median(of: prompts, by: scorer), change < EditEffect.least
        else { return }
        progress.report(
            .warning(
                "edits by the \(condition.label) editor at layer \(block) change nothing: the log-probability of a"
                    + " target by \(change) (median)"))
    }

    /// Scores prompts of a target and a comparator, and reports progress.
    func scores(
        of prompts: [ScoredPrompt], benchmark: String, _ journal: CaseJournal
    ) throws -> [PromptScore] {
        try journal.map(
            prompts, part: "scores", batchSize: scorer.batchSize, stage: stage(benchmark), progress: progress
        ) { batch in
            try scorer.scores(of: batch).map { PromptScore(target: $0[0], comparator: $0[1]) }
        }
    }
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
    case noSnippet = "no reference text about the target"
    case notFinite = "probabilities that are not finite numbers"

    /// The reason for an error that concerns one sample only.
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

    /// The same where nothing of the work is kept, or of a `part` of it.
    ///
    /// - Throws: `RemediError.abandoned`.
    func abandonIfAsked(_ part: String? = nil) throws {
        if let signal = stopRequested { throw RemediError.abandoned(signal: signal, part: part) }
    }
}
