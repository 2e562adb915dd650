/// Phi-3 and Phi-4: Llama's blocks with fused projections; heads may rotate in part, blocks may see a window.
enum Phi3: ModelFamily {
    static let modelType = "phi3"
    static let architectures = ["Phi3ForCausalLM", "Phi3Model"]
    static let endToken: Int? = 32000
    static let hasWindows = true

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 3072, innerSize: 8192, blocks: 32, heads: 32, keyValueHeads: nil,
            contextLength: 4096, vocabularySize: 32064)
        let window = try reader.optionalCount(
            "sliding_window", standard: nil, limit: ConfigurationReader.Limit.positions)
        return try shape.configuration(
            modelType, reader, windows: Array(repeating: window, count: shape.blocks),
            hasInputBias: false, hasOutputBias: false, hasFeedForwardBias: false, epsilon: 1e-5,
            rotaryKeys: .init(base: "rope_theta", part: "partial_rotary_factor", standardPart: 1))
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        var names = LlamaShape.weightNames
        names.queryKeyValue = .fused("self_attn.qkv_proj")
        names.up = "mlp.gate_up_proj"
        names.gate = nil
        names.isGateFused = true
        return names
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(
            padded: reader, vocabularySize: configuration.vocabularySize, standardPadding: 32000)
    }
}
