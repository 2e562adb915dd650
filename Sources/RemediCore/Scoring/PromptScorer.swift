import Compute
import LanguageModels

/// Scores prompts in packed batches.  What it finds does not depend on the batch, and is kept: benchmarks
/// share prompts, and other layers ask the same without an edit.
final class PromptScorer {
    private let endingScorer: EndingScorer
    let batchSize: Int
    private let unedited: KnownScores
    private let edited = KnownScores()

    /// - Parameters:
    ///   - block: where directions are added; nil if no prompt has one.
    ///   - unedited: scores without an edit, shared with other scorers of the model.
    init(
        model: LanguageModel, block: Int?, alpha: Double, beta: Double, batchSize: Int,
        unedited: KnownScores = KnownScores()
    ) {
        precondition(batchSize > 0)
        endingScorer = EndingScorer(model: model, block: block, alpha: alpha, beta: beta)
        self.batchSize = batchSize
        self.unedited = unedited
    }

    /// The scores of every prompt's words, in order.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`.
    func scores(of prompts: [ScoredPrompt]) throws -> [[WordScore]] {
        var pending: [ScoredPrompt] = []
        var seen = Set<KnownScores.Key>()
        for prompt in prompts where known(prompt)[prompt] == nil {
            if seen.insert(KnownScores.Key(prompt)).inserted { pending.append(prompt) }
        }
        for start in stride(from: 0, to: pending.count, by: batchSize) {
            let batch = pending[start..<min(start + batchSize, pending.count)]
            for (prompt, words) in zip(batch, try batchScores(of: Array(batch))) {
                known(prompt)[prompt] = words
            }
        }
        return prompts.map { known($0)[$0]! }
    }

    private func known(_ prompt: ScoredPrompt) -> KnownScores { prompt.edit == nil ? unedited : edited }

    private func batchScores(of prompts: [ScoredPrompt]) throws -> [[WordScore]] {
        let endings = prompts.flatMap { prompt in
            prompt.words.map { word in
                ScoredEnding(
                    tokens: prompt.tokens + word, start: prompt.tokens.count, edit: prompt.edit,
                    shift: prompt.shift)
            }
        }
        var scores = try endingScorer.scores(of: endings).map { WordScore(first: $0.first, full: $0.full) }[
            ...]
        return prompts.map { prompt in
            defer { scores = scores.dropFirst(prompt.words.count) }
            return Array(scores.prefix(prompt.words.count))
        }
    }
}

/// A prompt, and words that might follow it.
struct ScoredPrompt: Sendable {
    var tokens: [Int]
    /// Tokens of each word, with the space in front; none empty.
    var words: [[Int]]
    /// Where a direction is added; nil: nowhere.
    var edit: PromptEdit?
    /// The text that is read, where a baseline makes another one of the prompt.
    var given: String?
    /// Positions before its first token, as padding on the left takes them.
    var shift = 0
}

/// A direction [1, D] for some tokens of a prompt.
struct PromptEdit: Sendable {
    var tokens: Range<Int>
    var direction: Matrix
    /// Tells directions apart: the number of the sample that it belongs to.
    var sample: Int
}

/// Log-probability of a word following a prompt.
struct WordScore: Sendable, Equatable {
    /// The log-probability of its first token: what the reference calls a score.
    var first: Double
    /// That of the whole word: the sum over its tokens.
    var full: Double
}

/// Scores that were computed already.
final class KnownScores {
    struct Key: Hashable {
        let tokens: [Int]
        let words: [[Int]]
        let edited: Range<Int>?
        let sample: Int?
        let shift: Int

        init(_ prompt: ScoredPrompt) {
            tokens = prompt.tokens
            words = prompt.words
            edited = prompt.edit?.tokens
            sample = prompt.edit?.sample
            shift = prompt.shift
        }
    }
    private var scores: [Key: [WordScore]] = [:]

    subscript(prompt: ScoredPrompt) -> [WordScore]? {
        get { scores[Key(prompt)] }
        set { scores[Key(prompt)] = newValue }
    }
}
