import Compute

/// Phi-1, Phi-1.5 and Phi-2: partly rotated heads, biases everywhere, one norm for both halves of a block.
enum Phi: ModelFamily {
    static let modelType = "phi"
    static let architectures = ["PhiForCausalLM", "PhiModel"]
    static let endToken: Int? = 2

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 2048, innerSize: 8192, blocks: 24, heads: 32, keyValueHeads: nil,
            contextLength: 2048, vocabularySize: 51200)
        var configuration = try shape.configuration(
            modelType, reader, windows: Array(repeating: nil, count: shape.blocks), hasInputBias: true,
            hasOutputBias: true, hasFeedForwardBias: true, activation: .geluTanh,
            rotaryKeys: .init(base: "rope_theta", part: "partial_rotary_factor", standardPart: 0.5))
        configuration.norm = .layer(epsilon: Float(try reader.positive("layer_norm_eps", standard: 1e-5)))
        configuration.feedForward.isGated = false
        configuration.residual = .parallelSharedNorm
        configuration.head.hasBias = true
        return configuration
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        var names = LlamaShape.weightNames
        names.attentionOutput = "self_attn.dense"
        names.feedForwardNorm = nil
        names.up = "mlp.fc1"
        names.gate = nil
        names.down = "mlp.fc2"
        names.finalNorm = "final_layernorm"
        return names
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(padded: reader, vocabularySize: configuration.vocabularySize)
    }
}
