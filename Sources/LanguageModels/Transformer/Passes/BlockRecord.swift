import Compute

/// The record of one block for the backward pass.
struct BlockRecord {
    let block: Int
    /// h of the block below, [N, D].
    let input: Matrix
    let attention: AttentionRecord
    /// The rows that went on after the attention; nil: all.
    let rows: IndexVector?
    /// Of those rows.
    let attentionBranch: BranchRecord?
    /// Of those rows.
    let inner: FeedForwardRecord
}

/// The record of one block's attention for the backward pass.
struct AttentionRecord {
    /// [N, D]; overwritten by later blocks.
    let normed: Matrix
    /// nil where no norm comes before the attention.
    let statistics: Matrix?
    let heads: HeadNormRecord?
    /// Rotated queries and keys, and values, [N, `AttentionLayout.columns`].
    let projected: Matrix
    /// [N, H · head size].
    let attended: Matrix
    let logSumExp: Matrix?
}

/// The record of the norms of queries and keys for the backward pass.
struct HeadNormRecord {
    /// The norm's input, [N, H · head size], and its statistics, [N · H, 1] or [N, 1].
    struct Part {
        let values: Matrix
        let statistics: Matrix
    }

    let queries: Part
    let keys: Part
}

/// The record of the norm between one half of a block and the addition of its result.
struct BranchRecord {
    /// The norm's input, [M, D].
    let values: Matrix
    let statistics: Matrix

    /// The same of other rows.
    func map(_ change: (Matrix) throws -> Matrix) rethrows -> BranchRecord {
        BranchRecord(values: try change(values), statistics: try change(statistics))
    }
}

/// The record of one block's feed-forward on M rows for the backward pass.
struct FeedForwardRecord {
    /// Its norm's input, [M, D].
    let input: Matrix
    /// nil where it shares the attention's norm.
    let statistics: Matrix?
    /// Values before the activation, [M, F].
    let up: Matrix
    let gate: Matrix?
    let branch: BranchRecord?

    /// The same of other rows.
    func map(_ change: (Matrix) throws -> Matrix) rethrows -> FeedForwardRecord {
        FeedForwardRecord(
            input: try change(input), statistics: try statistics.map(change), up: try change(up),
            gate: try gate.map(change), branch: try branch?.map(change))
    }
}
