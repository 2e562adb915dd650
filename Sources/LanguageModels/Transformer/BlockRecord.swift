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

/// What the backward pass needs of one block.
struct BlockRecord {
    let block: Int
    /// h of the block below, [N, D].
    let input: Matrix
    let attention: AttentionRecord
    /// The rows that went on behind the attention; nil: all.
    let rows: IndexVector?
    /// What the feed-forward's norm read, [N or rows, D].
    let feedForwardInput: Matrix
    /// nil where the feed-forward shares the attention's norm.
    let feedForwardStatistics: Matrix?
    /// Values before the activation, [N or rows, F].
    let up: Matrix
    let gate: Matrix?
}
