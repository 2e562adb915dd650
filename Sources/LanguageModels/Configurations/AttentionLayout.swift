import Compute

/// Where queries, keys and values lie in the columns of one projected row [N, `columns`].
package struct AttentionLayout: Sendable {
    package let columns: Int
    package let queries: Range<Int>
    /// The columns that hold all keys and all values; what a cache keeps.
    package let keysValues: Range<Int>
    /// Columns of the keys, counted from `keysValues`.
    package let keys: Range<Int>
    /// Columns of the values, counted from `keysValues`.
    package let values: Range<Int>
    package let queryStride: Int
    package let keyValueStride: Int

    package init(_ attention: TransformerConfiguration.Attention) {
        let size = attention.headSize
        if attention.isInterleaved {
            let span = (attention.heads - 1) * 3 * size + size
            columns = 3 * attention.heads * size
            queries = 0..<span
            keysValues = size..<columns
            keys = 0..<span
            values = size..<size + span
            queryStride = 3 * size
            keyValueStride = 3 * size
        } else {
            let queryColumns = attention.heads * size
            let keyColumns = attention.keyValueHeads * size
            columns = queryColumns + 2 * keyColumns
            queries = 0..<queryColumns
            keysValues = queryColumns..<columns
            keys = 0..<keyColumns
            values = keyColumns..<2 * keyColumns
            queryStride = size
            keyValueStride = size
        }
    }
}

extension TransformerConfiguration {
    package var attentionLayout: AttentionLayout { AttentionLayout(attention) }

    /// The heads of block `block` for the backend.
    package func attentionShape(block: Int) -> AttentionShape {
        let layout = attentionLayout
        return AttentionShape(
            heads: attention.heads, keyValueHeads: attention.keyValueHeads, headSize: attention.headSize,
            queryStride: layout.queryStride, keyValueStride: layout.keyValueStride,
            scale: attention.scales[block], window: attention.windows[block])
    }
}
