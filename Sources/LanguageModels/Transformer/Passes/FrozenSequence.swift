import Compute

/// The part of one sequence that an edit at one block cannot change, computed once: the states h_ℓ (before the
/// edit) from the first edited token on, the keys and values of the earlier tokens above block ℓ, and the
/// unedited model's normalised final states at the positions whose logits are read.
///
/// Letters: P tokens before the first edited one, S tokens from it to the last read one, R read positions,
/// C columns of keys and values, L blocks.
package final class FrozenSequence: Sendable {
    /// Token count, first edited token, edited tokens, read positions: all relative to the sequence.
    package let tokenCount: Int
    package let editedTokens: Range<Int>
    package let readPositions: [Int]
    /// The edited block.
    package let block: Int
    /// Device bytes held.
    package var byteCount: Int {
        [states, prefix, base].compactMap { $0 }.reduce(0) { $0 + $1.rows * $1.columns * 4 }
    }
    /// h_ℓ, [S, D].
    let states: Matrix
    /// Keys and values of the earlier tokens, block after block, [(L − 1 − ℓ) · P, C]; nil if there are none.
    let prefix: Matrix?
    /// Normalised final states of the unedited model, [R, D].
    let base: Matrix?

    init(_ request: FreezeRequest, block: Int, states: Matrix, prefix: Matrix?, base: Matrix?) {
        tokenCount = request.tokens.count
        editedTokens = request.editedTokens
        readPositions = request.readPositions
        self.block = block
        self.states = states
        self.prefix = prefix
        self.base = base
    }

    /// The tokens from the first edited one to the last read one.
    var suffix: Range<Int> { editedTokens.lowerBound..<editedTokens.lowerBound + states.rows }
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

    /// The tokens from the first edited one to the last read one.
    var suffix: Range<Int> {
        editedTokens.lowerBound..<(readPositions.max() ?? editedTokens.lowerBound) + 1
    }
}

extension TransformerConfiguration {
    /// Bytes of a frozen sequence with so many tokens before the edit, from there to the last read one, and
    /// read positions whose base side is kept.
    package func frozenByteCount(prefix: Int, suffix: Int, reads: Int, block: Int) -> Int {
        let keys = (blocks - 1 - block) * prefix * attentionLayout.keysValues.count
        return 4 * ((suffix + reads) * hiddenSize + keys)
    }
}
