import Compute

/// A projection K → O with its bias [1, O].
struct LinearWeights: Sendable {
    let weight: Weight
    let bias: Matrix?
}

/// A norm's gain and bias, each [1, D].
struct NormWeights: Sendable {
    let gain: Matrix
    let bias: Matrix?
}

/// The weights of one block.
struct BlockWeights: Sendable {
    /// A projection that fills some columns of the queries, keys and values.
    struct Part: Sendable {
        let linear: LinearWeights
        let columns: Range<Int>
    }

    let attentionNorm: NormWeights
    let feedForwardNorm: NormWeights?
    /// One fused projection, or query, key and value.
    let queryKeyValue: [Part]
    let attentionOutput: LinearWeights
    let up: LinearWeights
    let gate: LinearWeights?
    let down: LinearWeights
}

/// Every weight of a model, on the device.
struct TransformerWeights: Sendable {
    /// [V, D].
    let tokenEmbedding: Weight
    /// [context length, D].
    let positionEmbedding: Weight?
    let blocks: [BlockWeights]
    let finalNorm: NormWeights
    /// D → V.
    let head: LinearWeights
}
