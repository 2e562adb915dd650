import Compute
import LanguageModels

/// A prompt whose next word is asked for: is it the target or the comparator?
struct ScoredPrompt: Sendable {
    var tokens: [Int]
    /// Tokens of the words, with the space in front; not empty.
    var target: [Int]
    var comparator: [Int]
    /// Where a direction is added; nil: nowhere.
    var edited: Range<Int>?
    /// [1, D]; nil exactly where `edited` is.
    var direction: Matrix?
}

/// Log-probabilities of the two words behind a prompt.
struct PromptScore: Sendable, Equatable {
    /// Of the words' first tokens, which is what the reference calls scores.
    var target: Double
    var comparator: Double
    /// Of the whole words: the sum over their tokens.
    var fullTarget: Double
    var fullComparator: Double
}

/// Scores prompts in packed batches.  What it finds does not depend on the batch; what it finds without an
/// edit is kept, since other layers ask for it again.
final class PromptScorer {
    private let model: LanguageModel
    private let block: Int?
    private let alpha: Float
    private let beta: Float
    private let batchSize: Int
    private let cache: UneditedScores

    init(
        model: LanguageModel, block: Int?, alpha: Double, beta: Double, batchSize: Int, cache: UneditedScores
    ) {
        precondition(batchSize > 0)
        self.model = model
        self.block = block
        self.alpha = Float(alpha)
        self.beta = Float(beta)
        self.batchSize = batchSize
        self.cache = cache
    }

    /// The scores of all prompts, in order.  `afterBatch` hears how many are done and may stop the work.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`; what `afterBatch` throws.
    func scores(of prompts: [ScoredPrompt], afterBatch: (Int) throws -> Void) throws -> [PromptScore] {
        var scores = [PromptScore?](repeating: nil, count: prompts.count)
        var pending: [Int] = []
        for (index, prompt) in prompts.enumerated() {
            scores[index] = prompt.edited == nil ? cache[prompt] : nil
            if scores[index] == nil { pending.append(index) }
        }
        var done = prompts.count - pending.count
        for start in stride(from: 0, to: pending.count, by: batchSize) {
            let batch = pending[start..<min(start + batchSize, pending.count)]
            let found = try batchScores(of: batch.map { prompts[$0] })
            for (index, score) in zip(batch, found) {
                scores[index] = score
                if prompts[index].edited == nil { cache[prompts[index]] = score }
            }
            done += batch.count
            try afterBatch(done)
        }
        return scores.map { $0! }
    }

    /// Each word's tokens but the last are appended to the prompt, so that one pass gives the
    /// log-probability of all of them.  Causality leaves the prompt's own states as they are, so a word of
    /// one token needs no pass of its own.
    private func batchScores(of prompts: [ScoredPrompt]) throws -> [PromptScore] {
        var batch = Batch()
        let words = prompts.map { prompt -> (target: Range<Int>, comparator: Range<Int>) in
            let first = addSequence(prompt, appending: prompt.target.dropLast(), to: &batch)
            let target = batch.ask(prompt.target, behind: prompt.tokens.count, in: first)
            let second =
                prompt.comparator.count == 1
                ? first : addSequence(prompt, appending: prompt.comparator.dropLast(), to: &batch)
            return (target, batch.ask(prompt.comparator, behind: prompt.tokens.count, in: second))
        }
        let logits = try model.logits(of: batch.sequences, at: batch.positions, edits: batch.edits)
        let backend = model.backend
        let found = try backend.makeMatrix(rows: batch.ids.count, columns: 1)
        backend.logProbabilities(
            logits, rows: try backend.makeIndices(batch.ids.indices.map(Int32.init)),
            ids: try backend.makeIndices(batch.ids.map(Int32.init)), into: found)
        let logProbabilities = try backend.read(found).map(Double.init)
        return words.map {
            PromptScore(
                target: logProbabilities[$0.target.lowerBound],
                comparator: logProbabilities[$0.comparator.lowerBound],
                fullTarget: logProbabilities[$0.target].reduce(0, +),
                fullComparator: logProbabilities[$0.comparator].reduce(0, +))
        }
    }

    private func addSequence(
        _ prompt: ScoredPrompt, appending word: ArraySlice<Int>, to batch: inout Batch
    ) -> Int {
        let sequence = batch.sequences.count
        batch.sequences.append(prompt.tokens + word)
        if let edited = prompt.edited, let direction = prompt.direction, let block {
            batch.edits.append(
                Edit(
                    sequence: sequence, block: block, tokens: edited, direction: direction, alpha: alpha,
                    beta: beta))
        }
        return sequence
    }

    /// What one forward pass is asked.
    private struct Batch {
        var sequences: [[Int]] = []
        var edits: [Edit] = []
        var positions: [Position] = []
        /// The token asked for at each position.
        var ids: [Int] = []

        /// Asks for every token of `word`; the rows of its answers.
        mutating func ask(_ word: [Int], behind length: Int, in sequence: Int) -> Range<Int> {
            let start = ids.count
            for (offset, id) in word.enumerated() {
                positions.append(Position(sequence: sequence, token: length - 1 + offset))
                ids.append(id)
            }
            return start..<ids.count
        }
    }
}

/// Scores of prompts that were run unedited.
final class UneditedScores {
    private struct Key: Hashable {
        let tokens: [Int]
        let target: [Int]
        let comparator: [Int]
    }
    private var scores: [Key: PromptScore] = [:]

    subscript(prompt: ScoredPrompt) -> PromptScore? {
        get {
            scores[Key(tokens: prompt.tokens, target: prompt.target, comparator: prompt.comparator)]
        }
        set {
            scores[Key(tokens: prompt.tokens, target: prompt.target, comparator: prompt.comparator)] =
                newValue
        }
    }
}
