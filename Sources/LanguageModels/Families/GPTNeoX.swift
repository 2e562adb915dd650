/// GPT-NeoX and Pythia: partly rotated heads, query, key and value fused head by head, both halves of a
/// block side by side or one after the other.
enum GPTNeoX: ModelFamily {
    static let modelType = "gpt_neox"
    static let architectures = ["GPTNeoXForCausalLM", "GPTNeoXModel"]
    static let endToken: Int? = 2

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let hidden = try reader.hiddenSize("hidden_size", standard: 6144)
        let blocks = try reader.blocks("num_hidden_layers", standard: 44)
        let heads = try reader.count("num_attention_heads", standard: 64)
        let headSize = try reader.evenHeadSize(
            hiddenSize: hidden, heads: heads, key: "num_attention_heads")
        if let other = try reader.optionalCount("head_dim", standard: nil), other != headSize {
            // Rotary angles of one size, heads of another.
            throw reader.unsupported("head_dim", .integer(other))
        }
        let context = try reader.positions("max_position_embeddings", standard: 2048)
        let bias = try reader.flag("attention_bias", standard: true)
        return TransformerConfiguration(
            modelType: modelType, hiddenSize: hidden, blocks: blocks,
            vocabularySize: try reader.vocabularySize(standard: 50432), contextLength: context,
            norm: .layer(epsilon: Float(try reader.positive("layer_norm_eps", standard: 1e-5))),
            positions: .rotary(
                try reader.rotary(
                    headSize: headSize, contextLength: context,
                    keys: .init(base: "rotary_emb_base", part: "rotary_pct", standardPart: 0.25))),
            attention: .init(
                heads: heads, keyValueHeads: heads, headSize: headSize, isInterleaved: true,
                scales: Array(repeating: 1 / Float(headSize).squareRoot(), count: blocks),
                windows: Array(repeating: nil, count: blocks), hasInputBias: bias, hasOutputBias: bias),
            feedForward: .init(
                innerSize: try reader.count("intermediate_size", standard: 24576),
                activation: try reader.activation("hidden_act", standard: .geluExact),
                isGated: false, hasBias: true),
            residual: try reader.flag("use_parallel_residual", standard: true) ? .parallel : .sequential,
            head: .init(isTied: try reader.flag("tie_word_embeddings", standard: false)),
            endTokens: try reader.endTokens())
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        WeightNames(
            prefix: "gpt_neox.", tokenEmbedding: "embed_in.weight", positionEmbedding: nil,
            block: "layers.", attentionNorm: "input_layernorm",
            queryKeyValue: .fused("attention.query_key_value"), attentionOutput: "attention.dense",
            feedForwardNorm: "post_attention_layernorm", up: "mlp.dense_h_to_4h", gate: nil,
            down: "mlp.dense_4h_to_h", finalNorm: "final_layer_norm", head: "embed_out",
            // As transformers 5.13 and later call it.
            otherHeads: ["lm_head"])
    }
}
