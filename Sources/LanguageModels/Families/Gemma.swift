import Compute

/// Gemma: Llama's blocks with gains that are stored less 1, scaled embeddings and a gated GELU.
enum Gemma: ModelFamily {
    static let modelType = "gemma"
    static let architectures = ["GemmaForCausalLM", "GemmaModel"]
    static let endToken: Int? = 1

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 3072, innerSize: 24576, blocks: 28, heads: 16, keyValueHeads: 16,
            headSize: 256, contextLength: 8192, vocabularySize: 256_000)
        let bias = try reader.flag("attention_bias", standard: false)
        var configuration = try shape.configuration(
            modelType, reader, windows: Array(repeating: nil, count: shape.blocks),
            hasInputBias: bias, hasOutputBias: bias, hasFeedForwardBias: false, activation: .geluTanh,
            isTied: true)
        // Early files say "gelu" and mean the other.
        if reader.object["hidden_act"]?.string == "gelu" { configuration.feedForward.activation = .geluTanh }
        configuration.gainOffset = 1
        configuration.embeddingScale = Float(shape.hiddenSize).squareRoot()
        return configuration
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        LlamaShape.weightNames
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(
            padded: reader, vocabularySize: configuration.vocabularySize, standardPadding: 0)
    }
}
