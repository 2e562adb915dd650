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
    /// What matrices are rounded to; nil: as stored.
    let elementType: ElementType?

    /// - Throws: `LanguageModelError.tensorMissing`, `.tensorShape`, `.elementType`, `.doesNotFit`; `ComputeError`.
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
            blocks: try (0..<configuration.blocks).map { try block(names.block($0, configuration)) },
            finalNorm: try norm(names.finalNorm(configuration)),
            head: LinearWeights(
                weight: head ?? embedding, bias: try names.headBias(configuration).map(vector)))
    }

    private func block(_ needs: BlockRequirements) throws -> BlockWeights {
        var first = 0
        let projections = try needs.queryKeyValue.map { need in
            defer { first += need.outputs }
            return BlockWeights.Part(
                linear: try linear(need), columns: first..<first + need.outputs)
        }
        return BlockWeights(
            attentionNorm: try norm(needs.attentionNorm),
            feedForwardNorm: try needs.feedForwardNorm.map(norm), queryKeyValue: projections,
            attentionOutput: try linear(needs.attentionOutput), up: try linear(needs.up),
            gate: try needs.gate.map(linear), down: try linear(needs.down))
    }

    private func linear(_ need: LinearRequirement) throws -> LinearWeights {
        LinearWeights(
            weight: try matrix(
                need.weight, layout: need.layout, outputs: need.outputs, inputs: need.inputs),
            bias: try need.bias.map(vector))
    }

    private func norm(_ need: NormRequirement) throws -> NormWeights {
        NormWeights(gain: try vector(need.gain), bias: try need.bias.map(vector))
    }

    /// A vector as a float32 matrix of one row.
    private func vector(_ need: TensorRequirement) throws -> Matrix {
        let tensor = try source.tensor(need)
        let row = try backend.makeMatrix(rows: 1, columns: need.shape[0])
        backend.write(tensor.floats(), into: row)
        return row
    }

    private func matrix(
        _ need: TensorRequirement, layout: Weight.Layout, outputs: Int, inputs: Int
    ) throws -> Weight {
        let tensor = try source.tensor(need)
        let type = elementType ?? tensor.elementType
        let isKept = type == tensor.elementType && !tensor.isDouble
        return try backend.makeWeight(
            Weight(
                storage: isKept ? tensor.storage : try tensor.rounded(to: type),
                byteOffset: isKept ? tensor.byteOffset : 0, elementType: type, layout: layout,
                outputs: outputs, inputs: inputs))
    }
}
