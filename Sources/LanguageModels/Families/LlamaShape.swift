import Compute

/// The common shape of the families built like Llama.
struct LlamaShape {
    let hiddenSize: Int
    let innerSize: Int
    let blocks: Int
    let heads: Int
    let keyValueHeads: Int
    let headSize: Int
    let contextLength: Int
    let vocabularySize: Int

    /// Reads the sizes; the arguments stand in for keys that are absent.  Without a `headSize` the heads share the
    /// hidden size, as they always do where `head_dim` is not read.
    init(
        _ reader: ConfigurationReader, hiddenSize: Int, innerSize: Int, blocks: Int, heads: Int,
        keyValueHeads: Int?, headSize: Int? = nil, readsHeadSize: Bool = true, contextLength: Int,
        vocabularySize: Int
    ) throws {
        self.hiddenSize = try reader.hiddenSize("hidden_size", standard: hiddenSize)
        self.innerSize = try reader.count("intermediate_size", standard: innerSize)
        self.blocks = try reader.blocks("num_hidden_layers", standard: blocks)
        self.heads = try reader.count("num_attention_heads", standard: heads)
        self.keyValueHeads =
            try reader.optionalCount("num_key_value_heads", standard: keyValueHeads) ?? self.heads
        try reader.checkGroups(heads: self.heads, keyValueHeads: self.keyValueHeads)
        let stated =
            readsHeadSize
            ? try reader.optionalCount(
                "head_dim", standard: headSize, limit: ConfigurationReader.Limit.headSize) : nil
        self.headSize =
            try stated
            ?? reader.evenHeadSize(
                hiddenSize: self.hiddenSize, heads: self.heads, key: "num_attention_heads")
        try reader.checkWidth(heads: self.heads, headSize: self.headSize)
        self.contextLength = try reader.positions("max_position_embeddings", standard: contextLength)
        self.vocabularySize = try reader.vocabularySize(standard: vocabularySize)
    }

    func configuration(
        _ modelType: String, _ reader: ConfigurationReader, windows: [Int?], hasInputBias: Bool,
        hasOutputBias: Bool, hasFeedForwardBias: Bool, epsilon: Double = 1e-6,
        activationKey: String = "hidden_act", activation: Activation = .silu,
        rotaryKeys: ConfigurationReader.RotaryKeys = .init(), isTied: Bool = false
    ) throws -> TransformerConfiguration {
        TransformerConfiguration(
            modelType: modelType, hiddenSize: hiddenSize, blocks: blocks, vocabularySize: vocabularySize,
            contextLength: contextLength,
            norm: .rootMeanSquare(epsilon: Float(try reader.positive("rms_norm_eps", standard: epsilon))),
            positions: .rotary(
                try reader.rotary(headSize: headSize, contextLength: contextLength, keys: rotaryKeys)),
            attention: .init(
                heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
                scales: Array(repeating: 1 / Float(headSize).squareRoot(), count: blocks),
                windows: windows, hasInputBias: hasInputBias, hasOutputBias: hasOutputBias),
            feedForward: .init(
                innerSize: innerSize,
                activation: try reader.activation(activationKey, standard: activation),
                isGated: true, hasBias: hasFeedForwardBias),
            residual: .sequential,
            head: .init(isTied: try reader.flag("tie_word_embeddings", standard: isTied)),
            endTokens: try reader.endTokens())
    }

    static let weightNames = weightNames()

    /// Llama's names, with those of norms of queries and keys where a family has them.
    static func weightNames(queryNorm: String? = nil, keyNorm: String? = nil) -> WeightNames {
        WeightNames(
            prefix: "model.", tokenEmbedding: "embed_tokens.weight", positionEmbedding: nil,
            block: "layers.", attentionNorm: "input_layernorm",
            queryKeyValue: .separate(
                query: "self_attn.q_proj", key: "self_attn.k_proj", value: "self_attn.v_proj"),
            queryNorm: queryNorm, keyNorm: keyNorm, attentionOutput: "self_attn.o_proj",
            feedForwardNorm: "post_attention_layernorm", up: "mlp.up_proj", gate: "mlp.gate_proj",
            down: "mlp.down_proj", finalNorm: "norm", head: "lm_head")
    }
}

extension TransformerConfiguration.Norm {
    /// Added to the variance or the mean square.
    var epsilon: Float {
        switch self {
        case .layer(let epsilon), .rootMeanSquare(let epsilon): epsilon
        }
    }
}
