import Compute
import Foundation

/// Where a model's tensors come from.
protocol WeightSource {
    /// - Throws: `LanguageModelError.tensorMissing`, `.tensorShape`, `.elementType`.
    func tensor(_ need: TensorRequirement) throws -> StoredTensor
}

/// Finds a model's tensors, checks them and brings them to the device.
struct WeightLoader {
    let source: any WeightSource
    /// As the source has them.
    let names: WeightNames
    let backend: any ComputeBackend
    /// The type to which matrices are rounded; nil: as stored.
    let elementType: ElementType?

    /// - Throws: `LanguageModelError.tensorMissing`, `.tensorShape`, `.elementType`, `.doesNotFit`,
    ///   `.beyondSingle`; `ComputeError`.
    func load(_ configuration: TransformerConfiguration) throws -> TransformerWeights {
        let embedding = try matrix(
            names.tokenEmbedding(configuration), layout: .outputsByInputs,
            outputs: configuration.vocabularySize, inputs: configuration.hiddenSize)
        let positions = try names.positionEmbedding(configuration).map {
            try matrix(
                $0, layout: .outputsByInputs, outputs: configuration.contextLength,
                inputs: configuration.hiddenSize)
        }
        let head = try names.head(configuration).map {
            try matrix(
                $0, layout: .outputsByInputs, outputs: configuration.vocabularySize,
                inputs: configuration.hiddenSize)
        }
        return TransformerWeights(
            tokenEmbedding: embedding, positionEmbedding: positions,
            blocks: try (0..<configuration.blocks).map {
                try block(names.block($0, configuration), configuration)
            },
            finalNorm: try norm(names.finalNorm(configuration), offset: configuration.gainOffset),
            head: LinearWeights(
                weight: head ?? embedding, bias: try names.headBias(configuration).map { try vector($0) }))
    }

    private func block(
        _ needs: BlockRequirements, _ configuration: TransformerConfiguration
    ) throws -> BlockWeights {
        func norm(_ need: NormRequirement?) throws -> NormWeights? {
            try need.map { try self.norm($0, offset: configuration.gainOffset) }
        }
        let feedForward = try feedForward(needs)
        var first = 0
        let projections = try needs.queryKeyValue.map { need in
            defer { first += need.outputs }
            return BlockWeights.Part(
                linear: try linear(need), columns: first..<first + need.outputs)
        }
        return BlockWeights(
            attentionNorm: try norm(needs.attentionNorm),
            afterAttentionNorm: try norm(needs.afterAttentionNorm),
            feedForwardNorm: try norm(needs.feedForwardNorm),
            afterFeedForwardNorm: try norm(needs.afterFeedForwardNorm), queryKeyValue: projections,
            queryNorm: try norm(needs.queryNorm), keyNorm: try norm(needs.keyNorm),
            attentionOutput: try linear(needs.attentionOutput), up: feedForward.up, gate: feedForward.gate,
            down: try linear(needs.down))
    }

    /// The projections into the feed-forward; a fused one is cut in two.
    private func feedForward(
        _ needs: BlockRequirements
    ) throws -> (up: LinearWeights, gate: LinearWeights?) {
        guard needs.isGateFused else {
            return (try linear(needs.up), try needs.gate.map(linear))
        }
        let inner = needs.up.outputs / 2
        func half(_ rows: Range<Int>) throws -> LinearWeights {
            LinearWeights(
                weight: try matrix(
                    needs.up.weight, layout: needs.up.layout, outputs: inner, inputs: needs.up.inputs,
                    from: rows.lowerBound),
                bias: try needs.up.bias.map { try vector($0, rows) })
        }
        return (try half(inner..<2 * inner), try half(0..<inner))
    }

    private func linear(_ need: LinearRequirement) throws -> LinearWeights {
        LinearWeights(
            weight: try matrix(
                need.weight, layout: need.layout, outputs: need.outputs, inputs: need.inputs),
            bias: try need.bias.map { try vector($0) })
    }

    private func norm(_ need: NormRequirement, offset: Float) throws -> NormWeights {
        NormWeights(
            gain: try vector(need.gain, offset: offset), bias: try need.bias.map { try vector($0) })
    }

    /// A vector, or a part of it, as a float32 matrix of one row.
    private func vector(
        _ need: TensorRequirement, _ part: Range<Int>? = nil, offset: Float = 0
    ) throws -> Matrix {
        var values = try source.tensor(need).finiteFloats()
        if let part { values = Array(values[part]) }
        if offset != 0 { values = values.map { $0 + offset } }
        let row = try backend.makeMatrix(rows: 1, columns: values.count)
        backend.write(values, into: row)
        return row
    }

    /// A matrix, or `outputs` of its rows from `first` on.
    private func matrix(
        _ need: TensorRequirement, layout: Weight.Layout, outputs: Int, inputs: Int, from first: Int = 0
    ) throws -> Weight {
        let tensor = try source.tensor(need)
        if elementType == nil, let blocks = tensor.blocks, let kept = tensor.blocksInOrder(inputs: inputs) {
            return try backend.makeWeight(
                Weight(
                    storage: kept.storage,
                    byteOffset: kept.byteOffset + (blocks.byteCount(of: first * inputs) ?? 0),
                    elementType: .float32, blocks: blocks, layout: layout, outputs: outputs, inputs: inputs))
        }
        let type = elementType ?? tensor.elementType
        let isKept = type == tensor.elementType && tensor.isPlain
        return try backend.makeWeight(
            Weight(
                storage: isKept ? tensor.storage : try tensor.rounded(to: type),
                byteOffset: (isKept ? tensor.byteOffset : 0) + first * inputs * type.byteCount,
                elementType: type, layout: layout,
                outputs: outputs, inputs: inputs))
    }
}
