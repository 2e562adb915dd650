/// Mistral: Llama's blocks, every one of which may see a window of earlier tokens only.
enum Mistral: ModelFamily {
    static let modelType = "mistral"

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 4096, innerSize: 14336, blocks: 32, heads: 32, keyValueHeads: 8,
            contextLength: 131072, vocabularySize: 32000)
        if let types = try reader.names("layer_types"),
            let other = types.first(where: { $0 != types.first })
        {
            throw reader.unsupported("layer_types", .string(other))
        }
        let window = try reader.optionalCount("sliding_window", standard: 4096)
        return try shape.configuration(
            modelType, reader, windows: Array(repeating: window, count: shape.blocks),
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
