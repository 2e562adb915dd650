import Compute

/// Gemma 3, the model of texts: Gemma's blocks with norms before and after each half and of every head of queries
/// and keys; most blocks see a window and rotate faster than the others.
enum Gemma3: ModelFamily {
    static let modelType = "gemma3_text"
    static let architectures = ["Gemma3ForCausalLM", "Gemma3TextModel"]
    static let endToken: Int? = 1
    static let hasWindows = true

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let shape = try LlamaShape(
            reader, hiddenSize: 2304, innerSize: 9216, blocks: 26, heads: 8, keyValueHeads: 4,
            headSize: 256, contextLength: 131_072, vocabularySize: 262_208)
        guard shape.hiddenSize % shape.heads == 0 else {
            throw reader.wrong(
                "num_attention_heads",
                "\(shape.heads) heads do not divide the hidden size \(shape.hiddenSize)")
        }
        let bias = try reader.flag("attention_bias", standard: false)
        let windows = try windows(reader, blocks: shape.blocks)
        let (whole, windowed) = try rotaryReaders(reader)
        var configuration = try shape.configuration(
            modelType, whole, windows: windows, hasInputBias: bias, hasOutputBias: bias,
            hasFeedForwardBias: false, activationKey: "hidden_activation", activation: .geluTanh,
            isTied: true)
        let near = try windowed.rotary(headSize: shape.headSize, contextLength: shape.contextLength)
        if case .rotary(let far) = configuration.positions {
            configuration.positions = .rotaryPerBlock(windows.map { $0 == nil ? far : near })
        }
        let scale = try reader.positive("query_pre_attn_scalar", standard: 256)
        configuration.attention.scales = Array(repeating: Float(1 / scale.squareRoot()), count: shape.blocks)
        configuration.attention.queryKeyNorm = .perHead(epsilon: configuration.norm.epsilon)
        configuration.hasBranchNorms = true
        configuration.gainOffset = 1
        configuration.embeddingScale = Float(shape.hiddenSize).squareRoot()
        return configuration
    }

    /// As `layer_types` says, else every block but each sixth sees a window.
    private static func windows(_ reader: ConfigurationReader, blocks: Int) throws -> [Int?] {
        let window = try reader.optionalCount(
            "sliding_window", standard: 4096, limit: ConfigurationReader.Limit.positions)
        if let windows = try reader.windows(window: window) { return windows }
        let period = try reader.count("sliding_window_pattern", standard: 6)
        return (1...blocks).map { $0 % period == 0 ? nil : window }
    }

    /// The configuration as blocks that see everything and as blocks with a window find it: `rope_parameters`
    /// with a member for each kind, or the older `rope_theta`, `rope_scaling` and `rope_local_base_freq`.
    private static func rotaryReaders(
        _ reader: ConfigurationReader
    ) throws -> (whole: ConfigurationReader, windowed: ConfigurationReader) {
        let parameters = try members(reader, "rope_parameters")
        func reading(
            _ kind: String, base: String, standardBase: Double, scaling: JSONObject
        ) throws -> ConfigurationReader {
            var rotary = JSONObject()
            if let value = parameters[kind], !value.isNull {
                guard let members = value.object else {
                    throw reader.wrong("rope_parameters", "an object for each kind of attention is expected")
                }
                rotary = members
            }
            for (key, value) in scaling.members { rotary[key] = value }
            if rotary["rope_theta"] == nil {
                rotary["rope_theta"] = .number(try reader.positive(base, standard: standardBase))
            }
            var object = reader.object
            for key in ["rope_theta", "rope_scaling"] { object[key] = .null }
            object["rope_parameters"] = .object(rotary)
            return ConfigurationReader(object, path: reader.path)
        }
        return (
            try reading(
                "full_attention", base: "rope_theta", standardBase: 1_000_000,
                scaling: try members(reader, "rope_scaling")),
            try reading(
                "sliding_attention", base: "rope_local_base_freq", standardBase: 10_000,
                scaling: JSONObject())
        )
    }

    private static func members(_ reader: ConfigurationReader, _ key: String) throws -> JSONObject {
        guard let value = reader.object[key], !value.isNull else { return JSONObject() }
        guard let members = value.object else { throw reader.wrong(key, "an object is expected") }
        return members
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        var names = LlamaShape.weightNames(queryNorm: "self_attn.q_norm", keyNorm: "self_attn.k_norm")
        names.afterAttentionNorm = "post_attention_layernorm"
        names.feedForwardNorm = "pre_feedforward_layernorm"
        names.afterFeedForwardNorm = "post_feedforward_layernorm"
        return names
    }

    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        try WeightInitialization(
            padded: reader, vocabularySize: configuration.vocabularySize, standardPadding: 0)
    }
}
