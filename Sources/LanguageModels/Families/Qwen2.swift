/// Qwen2: Llama's blocks with biases on queries, keys and values; some blocks may see a window only.
enum Qwen2: ModelFamily {
    static let modelType = "qwen2"
    static let architectures = ["Qwen2ForCausalLM", "Qwen2Model"]
    static let endToken: Int? = nil
    static let hasWindows = true

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 4096, innerSize: 22016, blocks: 32, heads: 32, keyValueHeads: 32,
            contextLength: 32768, vocabularySize: 151_936)
        return try shape.configuration(
            modelType, reader, windows: try windows(reader, blocks: shape.blocks),
            hasInputBias: true, hasOutputBias: false, hasFeedForwardBias: false)
    }

    static func windows(_ reader: ConfigurationReader, blocks: Int) throws -> [Int?] {
        let isUsed = try reader.flag("use_sliding_window", standard: false)
        let window =
            isUsed
            ? try reader.optionalCount(
                "sliding_window", standard: 4096, limit: ConfigurationReader.Limit.positions) : nil
        if let windows = try reader.windows(window: window) { return windows }
        let first = try reader.blockCount("max_window_layers", standard: 28)
        return (0..<blocks).map { $0 >= first ? window : nil }
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
