/// GPT-2: learned positions, layer norms, fused query-key-value projections stored input by output.
enum GPT2: ModelFamily {
    static let modelType = "gpt2"
    static let architectures = ["GPT2LMHeadModel", "GPT2DoubleHeadsModel", "GPT2Model"]
    static let endToken: Int? = 50256

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let hidden = try reader.hiddenSize("n_embd", "hidden_size", standard: 768)
        let blocks = try reader.blocks("n_layer", "num_hidden_layers", standard: 12)
        let heads = try reader.count("n_head", "num_attention_heads", standard: 12)
        let headSize = try reader.evenHeadSize(hiddenSize: hidden, heads: heads, key: "n_head")
        let scaled = try reader.flag("scale_attn_weights", standard: true)
        let byBlock = try reader.flag("scale_attn_by_inverse_layer_idx", standard: false)
        let scale = scaled ? 1 / Float(headSize).squareRoot() : 1
        return TransformerConfiguration(
            modelType: modelType, hiddenSize: hidden, blocks: blocks,
            vocabularySize: try reader.vocabularySize(standard: 50257),
            contextLength: try reader.positions("n_positions", "max_position_embeddings", standard: 1024),
            norm: .layer(epsilon: Float(try reader.positive("layer_norm_epsilon", standard: 1e-5))),
            positions: .learned,
            attention: .init(
                heads: heads, keyValueHeads: heads, headSize: headSize,
                scales: (0..<blocks).map { byBlock ? scale / Float($0 + 1) : scale },
                windows: Array(repeating: nil, count: blocks), hasInputBias: true, hasOutputBias: true),
            feedForward: .init(
                innerSize: try reader.optionalCount("n_inner", standard: nil) ?? 4 * hidden,
                activation: try reader.activation("activation_function", standard: .geluTanh),
                isGated: false, hasBias: true),
            residual: .sequential,
            head: .init(isTied: try reader.flag("tie_word_embeddings", standard: true)),
            endTokens: try reader.endTokens())
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        WeightNames(
            prefix: "transformer.", tokenEmbedding: "wte.weight", positionEmbedding: "wpe.weight",
            block: "h.", attentionNorm: "ln_1", queryKeyValue: .fused("attn.c_attn"),
            attentionOutput: "attn.c_proj", feedForwardNorm: "ln_2", up: "mlp.c_fc", gate: nil,
            down: "mlp.c_proj", finalNorm: "ln_f", head: "lm_head", layout: .inputsByOutputs)
    }

    /// Every block adds twice to the residual stream; the deviation shrinks with the root of how often.
    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization {
        var rules = try WeightInitialization(reader)
        rules.residualDeviation = rules.deviation / Double(2 * configuration.blocks).squareRoot()
        return rules
    }
}
