/// OLMo 2: norms of whole queries and keys, and of what each half adds; none before the halves.
enum OLMo2: ModelFamily {
    static let modelType = "olmo2"
    static let architectures = ["Olmo2ForCausalLM", "Olmo2Model"]
    static let endToken: Int? = 50279

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 4096, innerSize: 11008, blocks: 32, heads: 32, keyValueHeads: nil,
            contextLength: 2048, vocabularySize: 50304)
        let bias = try reader.flag("attention_bias", standard: false)
        var configuration = try shape.configuration(
            modelType, reader, windows: Array(repeating: nil, count: shape.blocks),
            hasInputBias: bias, hasOutputBias: bias, hasFeedForwardBias: false, epsilon: 1e-5)
        configuration.attention.queryKeyNorm = .wholeProjection(epsilon: configuration.norm.epsilon)
        configuration.hasBranchNorms = true
        return configuration
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        var names = LlamaShape.weightNames(queryNorm: "self_attn.q_norm", keyNorm: "self_attn.k_norm")
        names.attentionNorm = nil
        names.afterAttentionNorm = "post_attention_layernorm"
        names.feedForwardNorm = nil
        names.afterFeedForwardNorm = "post_feedforward_layernorm"
        return names
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(
            padded: reader, vocabularySize: configuration.vocabularySize, standardPadding: 1)
    }
}
