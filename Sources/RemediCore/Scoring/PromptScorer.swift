import Compute
import LanguageModels

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

/// Scores prompts in packed batches.  What it finds does not depend on the batch, and is kept: benchmarks
/// share prompts, and other layers ask the same without an edit.
final class PromptScorer {
    private let model: LanguageModel
    private let block: Int?
    private let alpha: Float
    private let beta: Float
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
        self.model = model
        self.block = block
        self.alpha = Float(alpha)
        self.beta = Float(beta)
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

    /// Each word's tokens but the last are appended to the prompt, so that one pass gives the
    /// log-probability of all of them.  Causality leaves the prompt's own states as they are, so a word of
    /// one token needs no pass of its own.
    private func batchScores(of prompts: [ScoredPrompt]) throws -> [[WordScore]] {
        var batch = Batch()
        let rows = prompts.map { prompt in
            var sequence: Int?
            return prompt.words.map { word -> Range<Int> in
                if sequence == nil || word.count > 1 {
                    sequence = add(prompt, appending: word.dropLast(), to: &batch)
                }
                return batch.ask(word, after: prompt.tokens.count, in: sequence!)
            }
        }
        let logits = try model.logits(
            of: batch.sequences, at: batch.positions, edits: batch.edits, shifts: batch.shifts)
        let backend = model.backend
        let found = try backend.makeMatrix(rows: batch.ids.count, columns: 1)
        backend.logProbabilities(
            logits, rows: try backend.makeIndices(batch.ids.indices.map(Int32.init)),
            ids: try backend.makeIndices(batch.ids.map(Int32.init)), into: found)
        let logProbabilities = try backend.read(found).map(Double.init)
        return rows.map { words in
            words.map {
                WordScore(
                    first: logProbabilities[$0.lowerBound], full: logProbabilities[$0].reduce(0, +))
            }
        }
    }

    private func add(
        _ prompt: ScoredPrompt, appending word: ArraySlice<Int>, to batch: inout Batch
    ) -> Int {
        let sequence = batch.sequences.count
        batch.sequences.append(prompt.tokens + word)
        batch.shifts.append(prompt.shift)
        if let edit = prompt.edit {
            guard let block else { preconditionFailure("edits need a block") }
            batch.edits.append(
                Edit(
                    sequence: sequence, block: block, tokens: edit.tokens, direction: edit.direction,
                    alpha: alpha, beta: beta))
        }
        return sequence
    }

    /// The questions of one forward pass.
    private struct Batch {
        var sequences: [[Int]] = []
        /// Positions before each sequence's first token.
        var shifts: [Int] = []
        var edits: [Edit] = []
        var positions: [Position] = []
        /// The token asked for at each position.
        var ids: [Int] = []

        /// Asks for every token of `word`; the rows of its answers.
        mutating func ask(_ word: [Int], after length: Int, in sequence: Int) -> Range<Int> {
            let start = ids.count
            for (offset, id) in word.enumerated() {
                positions.append(Position(sequence: sequence, token: length - 1 + offset))
                ids.append(id)
            }
            return start..<ids.count
        }
    }
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
