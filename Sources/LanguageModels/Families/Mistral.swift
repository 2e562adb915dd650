/// Mistral: Llama's blocks, every one of which, or those that `layer_types` names, may see a window of earlier
/// tokens only.
enum Mistral: ModelFamily {
    static let modelType = "mistral"
    static let architectures = ["MistralForCausalLM", "MistralModel"]
    static let endToken: Int? = 2
    static let hasWindows = true

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 4096, innerSize: 14336, blocks: 32, heads: 32, keyValueHeads: 8,
            contextLength: 131072, vocabularySize: 32000)
        let window = try reader.optionalCount(
            "sliding_window", standard: 4096, limit: ConfigurationReader.Limit.positions)
        return try shape.configuration(
            modelType, reader,
            windows: try reader.windows(window: window)
                ?? Array(repeating: window, count: shape.blocks),
            hasInputBias: false, hasOutputBias: false, hasFeedForwardBias: false)
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
