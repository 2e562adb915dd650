import Compute

/// StarCoder2: layer norms, biases, grouped heads and a feed-forward without a gate; blocks may see a window.
enum Starcoder2: ModelFamily {
    static let modelType = "starcoder2"
    static let architectures = ["Starcoder2ForCausalLM", "Starcoder2Model"]
    static let endToken: Int? = 50256
    static let hasWindows = true

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 3072, innerSize: 12288, blocks: 30, heads: 24, keyValueHeads: 2,
            contextLength: 4096, vocabularySize: 49152)
        let window = try reader.optionalCount(
            "sliding_window", standard: nil, limit: ConfigurationReader.Limit.positions)
        let bias = try reader.flag("use_bias", standard: true)
        var configuration = try shape.configuration(
            modelType, reader, windows: Array(repeating: window, count: shape.blocks), hasInputBias: bias,
            hasOutputBias: bias, hasFeedForwardBias: bias, activation: .geluTanh, isTied: true)
        configuration.norm = .layer(epsilon: Float(try reader.positive("norm_epsilon", standard: 1e-5)))
        configuration.feedForward.isGated = false
        return configuration
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        var names = LlamaShape.weightNames
        names.up = "mlp.c_fc"
        names.gate = nil
        names.down = "mlp.c_proj"
        return names
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(
            padded: reader, vocabularySize: configuration.vocabularySize, standardDeviation: 0.018042)
    }
}
