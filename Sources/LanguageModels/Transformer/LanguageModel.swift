import Compute
import Foundation

/// A GPT-like language model on a device, with everything REMEDI asks of it.
///
/// Letters: B sequences, T tokens of one sequence, D hidden size, V vocabulary size, L blocks, ℓ a block
/// counted from 0, h_ℓ the residual stream after block ℓ (for the last block still before the final norm).
package final class LanguageModel: Sendable {
    package let backend: any ComputeBackend
    package let tokenizer: Tokenizer
    /// The name or path the user gave.
    package let name: String
    /// See `Checkpoint.fingerprint`.
    package let fingerprint: String
    package var modelType: String { fatalError() }
    package var blocks: Int { fatalError() }
    package var hiddenSize: Int { fatalError() }
    package var vocabularySize: Int { fatalError() }
    package var contextLength: Int { fatalError() }

    /// Opens the checkpoint folder; weights stay in their stored element type, or are rounded to
    /// `elementType` when one is given.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`.
    package init(folder: URL, name: String, backend: any ComputeBackend, elementType: ElementType? = nil) throws {
        fatalError("replaced by the transformer work")
    }
}

/// One change of the residual stream: at block ℓ, for every token of a range, h ← β·h + α·d.
package struct Edit: Sendable {
    /// Which sequence of the batch.
    package var sequence: Int
    package var block: Int
    package var tokens: Range<Int>
    /// [1, D].
    package var direction: Matrix
    package var alpha: Float
    package var beta: Float

    package init(
        sequence: Int, block: Int, tokens: Range<Int>, direction: Matrix, alpha: Float = 1, beta: Float = 1
    ) {
        self.sequence = sequence
        self.block = block
        self.tokens = tokens
        self.direction = direction
        self.alpha = alpha
        self.beta = beta
    }
}

/// The mean of h_ℓ over some tokens of one sequence.
package struct StateReading: Sendable, Equatable {
    package var sequence: Int
    package var block: Int
    package var tokens: Range<Int>

    package init(sequence: Int, block: Int, tokens: Range<Int>) {
        self.sequence = sequence
        self.block = block
        self.tokens = tokens
    }
}

/// One token position of a batch.
package struct Position: Sendable, Equatable {
    package var sequence: Int
    package var token: Int

    package init(sequence: Int, token: Int) {
        self.sequence = sequence
        self.token = token
    }
}

extension LanguageModel {
    /// Reads hidden states; runs no block above the highest one asked for.
    /// - Returns: [readings, D].  State at an edited block and token already holds the edit.
    package func states(
        of sequences: [[Int]], reading readings: [StateReading], edits: [Edit] = []
    ) throws -> Matrix { fatalError() }

    /// Next-token logits at some positions, [positions, V].
    package func logits(
        of sequences: [[Int]], at positions: [Position], edits: [Edit] = []
    ) throws -> Matrix { fatalError() }
}

// MARK: - Training: only what an edit can change

/// What an edit at one block cannot change of one sequence, computed once: the states h_ℓ (before the edit)
/// from the first edited token on, the keys and values of the earlier tokens above block ℓ, and the
/// unedited model's normalised final states at the positions whose logits are read.
package final class FrozenSequence: Sendable {
    /// Token count, first edited token, edited tokens, read positions: all relative to the sequence.
    package let tokenCount: Int
    package let editedTokens: Range<Int>
    package let readPositions: [Int]
    /// Device bytes held.
    package let byteCount: Int
    // Further stored properties are the transformer's business.
    init(tokenCount: Int, editedTokens: Range<Int>, readPositions: [Int], byteCount: Int) {
        self.tokenCount = tokenCount
        self.editedTokens = editedTokens
        self.readPositions = readPositions
        self.byteCount = byteCount
    }
}

/// What to freeze: a sequence, the tokens to be edited and the positions (all ≥ editedTokens.lowerBound)
/// whose logits are wanted.
package struct FreezeRequest: Sendable {
    package var tokens: [Int]
    package var editedTokens: Range<Int>
    package var readPositions: [Int]

    package init(tokens: [Int], editedTokens: Range<Int>, readPositions: [Int]) {
        self.tokens = tokens
        self.editedTokens = editedTokens
        self.readPositions = readPositions
    }
}

/// An edited forward pass over frozen sequences that can be differentiated.
package final class EditedPass {
    /// [R, V]: all read positions of sequence 0, then of sequence 1, …
    package let logits: Matrix
    init(logits: Matrix) { self.logits = logits }

    /// d loss / d directions, [directions, D], given d loss / d logits [R, V].  Call at most once.
    package func backward(_ dLogits: Matrix) throws -> Matrix { fatalError() }
}

extension LanguageModel {
    /// Freezes sequences for edits at `block`.  With `keepingBase`, also what `baseLogits` needs.
    package func freeze(_ requests: [FreezeRequest], block: Int, keepingBase: Bool) throws -> [FrozenSequence] {
        fatalError()
    }

    /// Device bytes that freezing a request would take, without computing anything.
    package func frozenByteCount(_ request: FreezeRequest, block: Int, keepingBase: Bool) -> Int { fatalError() }

    /// The unedited model's logits at the read positions, [R, V] in the order of `EditedPass.logits`.
    package func baseLogits(of sequences: [FrozenSequence]) throws -> Matrix { fatalError() }

    /// Runs the blocks above with sequence i edited by `directions[directionOf[i]]` at every edited token.
    /// With `recording` false no activations are kept and `backward` must not be called.
    package func edited(
        _ sequences: [FrozenSequence], directions: Matrix, directionOf: [Int], alpha: Float, beta: Float,
        recording: Bool
    ) throws -> EditedPass { fatalError() }
}

// MARK: - Generation

/// How tokens are chosen and when to stop.
package struct GenerationOptions: Sendable, Equatable {
    package enum Sampling: Sendable, Equatable {
        case greedy
        case topK(Int, temperature: Double)
    }
    package enum Limit: Sendable, Equatable {
        /// Prompt and continuation together; at least one token is made.
        case total(Int)
        case new(Int)
    }
    package var sampling: Sampling
    package var limit: Limit
    package var stopsAtEndToken = true

    package init(sampling: Sampling, limit: Limit) {
        self.sampling = sampling
        self.limit = limit
    }
}

extension LanguageModel {
    /// Continues every prompt; edits act on the prompt's pass only.  Sequence i draws from
    /// `RandomStream(seed, purpose: "generation", sample: streamIds[i])`, so its text does not depend on
    /// the batch.
    /// - Returns: the new tokens of each prompt, the end token excluded.
    package func generate(
        _ prompts: [[Int]], edits: [Edit] = [], options: GenerationOptions, seed: UInt64, streamIds: [String]
    ) throws -> [[Int]] { fatalError() }
}
