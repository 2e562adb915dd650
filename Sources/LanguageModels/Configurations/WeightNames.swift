import Compute

/// How a family names its tensors.  Names of a block are relative to it; a projection's name lacks
/// `.weight` and `.bias`.
package struct WeightNames: Sendable {
    package enum QueryKeyValue: Sendable {
        case fused(String)
        case separate(query: String, key: String, value: String)
    }

    /// In front of every name but the head's; checkpoints of the bare transformer leave it out.
    package var prefix: String
    package var tokenEmbedding: String
    package var positionEmbedding: String?
    /// In front of a block's number.
    package var block: String
    /// nil: the attention reads the residual stream as it is.
    package var attentionNorm: String?
    package var queryKeyValue: QueryKeyValue
    /// Of the norms of queries and keys, where there are any.
    package var queryNorm: String?
    package var keyNorm: String?
    package var attentionOutput: String
    /// Between the attention and the addition to the residual stream.
    package var afterAttentionNorm: String?
    /// nil: the feed-forward reads the attention's norm, or where there is none the residual stream as it is.
    package var feedForwardNorm: String?
    /// Between the feed-forward and the addition to the residual stream.
    package var afterFeedForwardNorm: String?
    /// Where `isGateFused`, its first half of rows is the gate.
    package var up: String
    package var isGateFused = false
    package var gate: String?
    package var down: String
    package var finalNorm: String
    package var head: String
    /// Other names under which some programs store the head.
    package var otherHeads: [String] = []
    /// Of the projections inside blocks.
    package var layout: Weight.Layout = .outputsByInputs
}

/// The role of a tensor.
package enum ModelPart: String, Sendable, CaseIterable {
    case tokenEmbedding = "token embedding"
    case positionEmbedding = "position embedding"
    case attention
    case feedForward = "feed-forward"
    case norms
    case head
}

/// A tensor that the transformer needs.
package struct TensorRequirement: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    package let part: ModelPart
}

/// A projection K → O that the transformer needs.
package struct LinearRequirement: Sendable {
    package let weight: TensorRequirement
    package let bias: TensorRequirement?
    package let layout: Weight.Layout
    package let inputs: Int
    package let outputs: Int
}

/// A norm that the transformer needs.
package struct NormRequirement: Sendable {
    package let gain: TensorRequirement
    package let bias: TensorRequirement?
}

/// Everything that one block needs.
package struct BlockRequirements: Sendable {
    package let attentionNorm: NormRequirement?
    package let afterAttentionNorm: NormRequirement?
    package let feedForwardNorm: NormRequirement?
    package let afterFeedForwardNorm: NormRequirement?
    /// One fused projection, or query, key and value.
    package let queryKeyValue: [LinearRequirement]
    package let queryNorm: NormRequirement?
    package let keyNorm: NormRequirement?
    package let attentionOutput: LinearRequirement
    /// Where `isGateFused`, D → 2F, the gate first.
    package let up: LinearRequirement
    package let isGateFused: Bool
    package let gate: LinearRequirement?
    package let down: LinearRequirement

    package var tensors: [TensorRequirement] {
        let linears = queryKeyValue + [attentionOutput, up] + [gate].compactMap { $0 } + [down]
        let norms = [
            attentionNorm, afterAttentionNorm, feedForwardNorm, afterFeedForwardNorm, queryNorm, keyNorm,
        ].compactMap { $0 }
        return norms.flatMap { [$0.gain, $0.bias] }.compactMap { $0 }
            + linears.flatMap { [$0.weight, $0.bias] }.compactMap { $0 }
    }
}

extension WeightNames {
    /// The token embedding, [V, D].
    package func tokenEmbedding(_ configuration: TransformerConfiguration) -> TensorRequirement {
        TensorRequirement(
            name: prefix + tokenEmbedding, shape: [configuration.vocabularySize, configuration.hiddenSize],
            part: .tokenEmbedding)
    }

    /// The learned positions, [context length, D].
    package func positionEmbedding(_ configuration: TransformerConfiguration) -> TensorRequirement? {
        positionEmbedding.map {
            TensorRequirement(
                name: prefix + $0, shape: [configuration.contextLength, configuration.hiddenSize],
                part: .positionEmbedding)
        }
    }

    package func finalNorm(_ configuration: TransformerConfiguration) -> NormRequirement {
        norm(prefix + finalNorm, configuration)
    }

    /// The head of its own, nil where it is the token embedding.
    package func head(_ configuration: TransformerConfiguration) -> TensorRequirement? {
        configuration.head.isTied
            ? nil
            : TensorRequirement(
                name: head + ".weight", shape: [configuration.vocabularySize, configuration.hiddenSize],
                part: .head)
    }

    package func headBias(_ configuration: TransformerConfiguration) -> TensorRequirement? {
        configuration.head.hasBias
            ? TensorRequirement(name: head + ".bias", shape: [configuration.vocabularySize], part: .head)
            : nil
    }

    package func block(_ index: Int, _ configuration: TransformerConfiguration) -> BlockRequirements {
        let start = "\(prefix)\(block)\(index)."
        let attention = configuration.attention
        let feedForward = configuration.feedForward
        let (hidden, inner) = (configuration.hiddenSize, feedForward.innerSize)
        let queries = attention.heads * attention.headSize
        let keys = attention.keyValueHeads * attention.headSize
        func project(_ name: String, _ inputs: Int, _ outputs: Int, _ bias: Bool) -> LinearRequirement {
            linear(start + name, inputs, outputs, bias, .attention)
        }
        let projections =
            switch queryKeyValue {
            case .fused(let name): [project(name, hidden, queries + 2 * keys, attention.hasInputBias)]
            case .separate(let query, let key, let value):
                [
                    project(query, hidden, queries, attention.hasInputBias),
                    project(key, hidden, keys, attention.hasInputBias),
                    project(value, hidden, keys, attention.hasInputBias),
                ]
            }
        func blockNorm(_ name: String?) -> NormRequirement? {
            name.map { norm(start + $0, configuration) }
        }
        func headNorm(_ name: String?, _ width: Int) -> NormRequirement? {
            guard let name, let norm = attention.queryKeyNorm else { return nil }
            var size = width
            if case .perHead = norm { size = attention.headSize }
            return NormRequirement(
                gain: TensorRequirement(name: start + name + ".weight", shape: [size], part: .norms),
                bias: nil)
        }
        return BlockRequirements(
            attentionNorm: blockNorm(attentionNorm), afterAttentionNorm: blockNorm(afterAttentionNorm),
            feedForwardNorm: blockNorm(feedForwardNorm),
            afterFeedForwardNorm: blockNorm(afterFeedForwardNorm), queryKeyValue: projections,
            queryNorm: headNorm(queryNorm, queries), keyNorm: headNorm(keyNorm, keys),
            attentionOutput: project(attentionOutput, queries, hidden, attention.hasOutputBias),
            up: linear(
                start + up, hidden, isGateFused ? 2 * inner : inner, feedForward.hasBias, .feedForward),
            isGateFused: isGateFused,
            gate: gate.map { linear(start + $0, hidden, inner, feedForward.hasBias, .feedForward) },
            down: linear(start + down, inner, hidden, feedForward.hasBias, .feedForward))
    }

    /// Every tensor of the model, each once.
    package func tensors(_ configuration: TransformerConfiguration) -> [TensorRequirement] {
        let last = finalNorm(configuration)
        return [tokenEmbedding(configuration), positionEmbedding(configuration)].compactMap { $0 }
            + (0..<configuration.blocks).flatMap { block($0, configuration).tensors }
            + [last.gain, last.bias, head(configuration), headBias(configuration)].compactMap { $0 }
    }

    /// Those that are of no block.
    func outerTensors(_ configuration: TransformerConfiguration) -> [TensorRequirement] {
        var empty = configuration
        empty.blocks = 0
        return tensors(empty)
    }

    private func norm(_ name: String, _ configuration: TransformerConfiguration) -> NormRequirement {
        let shape = [configuration.hiddenSize]
        var bias: TensorRequirement?
        if case .layer = configuration.norm {
            bias = TensorRequirement(name: name + ".bias", shape: shape, part: .norms)
        }
        return NormRequirement(
            gain: TensorRequirement(name: name + ".weight", shape: shape, part: .norms), bias: bias)
    }

    private func linear(
        _ name: String, _ inputs: Int, _ outputs: Int, _ bias: Bool, _ part: ModelPart
    ) -> LinearRequirement {
        let shape = layout == .outputsByInputs ? [outputs, inputs] : [inputs, outputs]
        return LinearRequirement(
            weight: TensorRequirement(name: name + ".weight", shape: shape, part: part),
            bias: bias ? TensorRequirement(name: name + ".bias", shape: [outputs], part: part) : nil,
            layout: layout, inputs: inputs, outputs: outputs)
    }
}
