/// Llama and SmolLM: root-mean-square norms, rotary positions, grouped heads, gated feed-forward.
enum Llama: ModelFamily {
    static let modelType = "llama"
    static let architectures = ["LlamaForCausalLM", "LLaMAForCausalLM", "LlamaModel"]
    static let endToken: Int? = 2

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 4096, innerSize: 11008, blocks: 32, heads: 32, keyValueHeads: nil,
            contextLength: 2048, vocabularySize: 32000)
        let bias = try reader.flag("attention_bias", standard: false)
        return try shape.configuration(
            modelType, reader, windows: Array(repeating: nil, count: shape.blocks),
            hasInputBias: bias, hasOutputBias: bias,
            hasFeedForwardBias: try reader.flag("mlp_bias", standard: false))
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        LlamaShape.weightNames
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(padded: reader, vocabularySize: configuration.vocabularySize)
    }
}
