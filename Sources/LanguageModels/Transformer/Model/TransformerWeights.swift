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

    let attentionNorm: NormWeights?
    let afterAttentionNorm: NormWeights?
    let feedForwardNorm: NormWeights?
    let afterFeedForwardNorm: NormWeights?
    /// One fused projection, or query, key and value.
    let queryKeyValue: [Part]
    let queryNorm: NormWeights?
    let keyNorm: NormWeights?
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

extension LinearWeights {
    fileprivate func mappingVectors(_ map: (Matrix) throws -> Matrix) rethrows -> LinearWeights {
        LinearWeights(weight: weight, bias: try bias.map(map))
    }
}

extension NormWeights {
    fileprivate func mappingVectors(_ map: (Matrix) throws -> Matrix) rethrows -> NormWeights {
        NormWeights(gain: try map(gain), bias: try bias.map(map))
    }
}

extension BlockWeights {
    fileprivate func mappingVectors(_ map: (Matrix) throws -> Matrix) rethrows -> BlockWeights {
        BlockWeights(
            attentionNorm: try attentionNorm?.mappingVectors(map),
            afterAttentionNorm: try afterAttentionNorm?.mappingVectors(map),
            feedForwardNorm: try feedForwardNorm?.mappingVectors(map),
            afterFeedForwardNorm: try afterFeedForwardNorm?.mappingVectors(map),
            queryKeyValue: try queryKeyValue.map {
                Part(linear: try $0.linear.mappingVectors(map), columns: $0.columns)
            },
            queryNorm: try queryNorm?.mappingVectors(map), keyNorm: try keyNorm?.mappingVectors(map),
            attentionOutput: try attentionOutput.mappingVectors(map), up: try up.mappingVectors(map),
            gate: try gate?.mappingVectors(map), down: try down.mappingVectors(map))
    }
}

extension TransformerWeights {
    /// The same matrices with other norms and biases.
    func mappingVectors(_ map: (Matrix) throws -> Matrix) rethrows -> TransformerWeights {
        TransformerWeights(
            tokenEmbedding: tokenEmbedding, positionEmbedding: positionEmbedding,
            blocks: try blocks.map { try $0.mappingVectors(map) },
            finalNorm: try finalNorm.mappingVectors(map), head: try head.mappingVectors(map))
    }
}
