/// Qwen3: Qwen2's blocks without biases, with norms of every head of queries and keys.
enum Qwen3: ModelFamily {
    static let modelType = "qwen3"
    static let architectures = ["Qwen3ForCausalLM", "Qwen3Model"]
    static let endToken: Int? = nil
    static let hasWindows = true

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 4096, innerSize: 22016, blocks: 32, heads: 32, keyValueHeads: 32,
            headSize: 128, contextLength: 32768, vocabularySize: 151_936)
        let bias = try reader.flag("attention_bias", standard: false)
        var configuration = try shape.configuration(
            modelType, reader, windows: try Qwen2.windows(reader, blocks: shape.blocks),
            hasInputBias: bias, hasOutputBias: bias, hasFeedForwardBias: false)
        configuration.attention.queryKeyNorm = .perHead(epsilon: configuration.norm.epsilon)
        return configuration
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        LlamaShape.weightNames(queryNorm: "self_attn.q_norm", keyNorm: "self_attn.k_norm")
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(padded: reader, vocabularySize: configuration.vocabularySize)
    }
}
