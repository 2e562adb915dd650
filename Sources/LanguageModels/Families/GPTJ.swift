/// GPT-J: rotary positions over neighbouring elements, one norm for both halves of a block.
enum GPTJ: ModelFamily {
    static let modelType = "gptj"
    static let architectures = ["GPTJForCausalLM", "GPTJModel"]
    static let endToken: Int? = 50256

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let hidden = try reader.hiddenSize("n_embd", "hidden_size", standard: 4096)
        let blocks = try reader.blocks("n_layer", "num_hidden_layers", standard: 28)
        let heads = try reader.count("n_head", "num_attention_heads", standard: 16)
        let headSize = try reader.evenHeadSize(hiddenSize: hidden, heads: heads, key: "n_head")
        guard let rotated = try reader.optionalCount("rotary_dim", standard: 64) else {
            throw reader.unsupported("rotary_dim", .null)
        }
        guard rotated % 2 == 0 && rotated <= headSize else {
            throw LanguageModelError.configuration(
                key: "rotary_dim", path: reader.path,
                reason: "\(rotated) elements of a head of \(headSize) cannot turn")
        }
        return TransformerConfiguration(
            modelType: modelType, hiddenSize: hidden, blocks: blocks,
            vocabularySize: try reader.vocabularySize(standard: 50400),
            contextLength: try reader.positions("n_positions", "max_position_embeddings", standard: 2048),
            norm: .layer(epsilon: Float(try reader.positive("layer_norm_epsilon", standard: 1e-5))),
            positions: .rotary(
                .init(rotated: rotated, pairing: .neighbours, base: 10000, scaling: .none)),
            attention: .init(
                heads: heads, keyValueHeads: heads, headSize: headSize,
                scales: Array(repeating: 1 / Float(headSize).squareRoot(), count: blocks),
                windows: Array(repeating: nil, count: blocks), hasInputBias: false, hasOutputBias: false,
                widensScores: true),
            feedForward: .init(
                innerSize: try reader.optionalCount("n_inner", standard: nil) ?? 4 * hidden,
                activation: try reader.activation("activation_function", standard: .geluTanh),
                isGated: false, hasBias: true),
            residual: .parallelSharedNorm,
            head: .init(
                isTied: try reader.flag("tie_word_embeddings", standard: false), hasBias: true,
                widensLogits: true),
            endTokens: try reader.endTokens())
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        WeightNames(
            prefix: "transformer.", tokenEmbedding: "wte.weight", positionEmbedding: nil,
            block: "h.", attentionNorm: "ln_1",
            queryKeyValue: .separate(query: "attn.q_proj", key: "attn.k_proj", value: "attn.v_proj"),
            attentionOutput: "attn.out_proj", feedForwardNorm: nil, up: "mlp.fc_in", gate: nil,
            down: "mlp.fc_out", finalNorm: "ln_f", head: "lm_head")
    }
}
