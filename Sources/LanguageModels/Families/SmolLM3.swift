/// SmolLM3: Llama's blocks, some of which do not rotate and may see a window.
enum SmolLM3: ModelFamily {
    static let modelType = "smollm3"
    static let architectures = ["SmolLM3ForCausalLM", "SmolLM3Model"]
    static let endToken: Int? = 128_001
    static let hasWindows = true

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 2048, innerSize: 11008, blocks: 36, heads: 16, keyValueHeads: 4,
            contextLength: 32768, vocabularySize: 128_256)
        let rotates = try rotatingBlocks(reader, blocks: shape.blocks)
        let bias = try reader.flag("attention_bias", standard: false)
        var keys = ConfigurationReader.RotaryKeys()
        keys.standardBase = 2_000_000
        var configuration = try shape.configuration(
            modelType, reader, windows: try windows(reader, rotates), hasInputBias: bias,
            hasOutputBias: bias, hasFeedForwardBias: try reader.flag("mlp_bias", standard: false),
            rotaryKeys: keys, isTied: true)
        if case .rotary(let rotary) = configuration.positions {
            configuration.positions = .rotaryPerBlock(rotates.map { $0 ? rotary : nil })
        }
        return configuration
    }

    /// As `no_rope_layers` says, where 1 is a block that rotates, else all but each fourth.
    private static func rotatingBlocks(_ reader: ConfigurationReader, blocks: Int) throws -> [Bool] {
        guard let value = reader.object["no_rope_layers"], !value.isNull else {
            let period = try reader.count("no_rope_layer_interval", standard: 4)
            return (1...blocks).map { $0 % period != 0 }
        }
        guard let items = value.array, items.count >= blocks else {
            throw reader.wrong("no_rope_layers", "a list of 0 and 1 for each of \(blocks) blocks is expected")
        }
        return try items.prefix(blocks).map { item in
            guard let number = item.integer, number == 0 || number == 1 else {
                throw reader.wrong("no_rope_layers", "a list of 0 and 1 is expected")
            }
            return number == 1
        }
    }

    private static func windows(_ reader: ConfigurationReader, _ rotates: [Bool]) throws -> [Int?] {
        let isUsed = try reader.flag("use_sliding_window", standard: false)
        let window = try reader.optionalCount(
            "sliding_window", standard: nil, limit: ConfigurationReader.Limit.positions)
        if let windows = try reader.windows(window: window) { return windows }
        return rotates.map { isUsed && !$0 ? window : nil }
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        LlamaShape.weightNames
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(
            padded: reader, vocabularySize: configuration.vocabularySize, standardPadding: 128_004)
    }
}
