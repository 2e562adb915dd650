import Compute

/// What the backward pass needs of one block's attention.
struct AttentionRecord {
    /// [N, D]; overwritten by later blocks.
    let normed: Matrix
    let statistics: Matrix?
    /// Rotated queries and keys, and values, [N, `AttentionLayout.columns`].
    let projected: Matrix
    /// [N, H · head size].
    let attended: Matrix
    let logSumExp: Matrix?
}

/// What the backward pass needs of one block's feed-forward on M rows.
struct FeedForwardRecord {
    /// What its norm read, [M, D].
    let input: Matrix
    /// nil where it shares the attention's norm.
    let statistics: Matrix?
    /// Values before the activation, [M, F].
    let up: Matrix
    let gate: Matrix?

    /// The same of other rows.
    func map(_ change: (Matrix) throws -> Matrix) rethrows -> FeedForwardRecord {
        FeedForwardRecord(
            input: try change(input), statistics: try statistics.map(change), up: try change(up),
            gate: try gate.map(change))
    }
}

/// What the backward pass needs of one block.
struct BlockRecord {
    let block: Int
    /// h of the block below, [N, D].
    let input: Matrix
    let attention: AttentionRecord
    /// The rows that went on behind the attention; nil: all.
    let rows: IndexVector?
    /// Of those rows.
    let inner: FeedForwardRecord
}
