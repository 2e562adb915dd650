/// StableLM: Llama's blocks with layer norms and partly rotated heads, both halves of a block one after the other
/// or side by side.
enum StableLM: ModelFamily {
    static let modelType = "stablelm"
    static let architectures = ["StableLmForCausalLM", "StableLmModel"]
    static let endToken: Int? = 0

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 2560, innerSize: 6912, blocks: 32, heads: 32, keyValueHeads: 32,
            readsHeadSize: false, contextLength: 4096, vocabularySize: 50304)
        var configuration = try shape.configuration(
            modelType, reader, windows: Array(repeating: nil, count: shape.blocks),
            hasInputBias: try reader.flag("use_qkv_bias", standard: false), hasOutputBias: false,
            hasFeedForwardBias: false,
            rotaryKeys: .init(base: "rope_theta", part: "partial_rotary_factor", standardPart: 0.25))
        configuration.norm = .layer(epsilon: Float(try reader.positive("layer_norm_eps", standard: 1e-5)))
        if try reader.flag("use_parallel_residual", standard: false) {
            configuration.residual = .parallelSharedNorm
        }
        return configuration
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        var names = LlamaShape.weightNames
        if configuration.residual == .parallelSharedNorm { names.feedForwardNorm = nil }
        return names
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(padded: reader, vocabularySize: configuration.vocabularySize)
    }
}
