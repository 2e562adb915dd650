/// GPT-Neo: learned positions, unscaled scores, attention that alternates between all earlier tokens and
/// a window.
enum GPTNeo: ModelFamily {
    static let modelType = "gpt_neo"

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let hidden = try reader.count("hidden_size", standard: 2048)
        let blocks = try reader.count("num_layers", "num_hidden_layers", standard: 24)
        let heads = try reader.count("num_heads", "num_attention_heads", standard: 16)
        let headSize = try reader.evenHeadSize(hiddenSize: hidden, heads: heads, key: "num_heads")
        return TransformerConfiguration(
            modelType: modelType, hiddenSize: hidden, blocks: blocks,
            vocabularySize: try reader.count("vocab_size", standard: 50257),
            contextLength: try reader.count("max_position_embeddings", standard: 2048),
            norm: .layer(epsilon: Float(try reader.positive("layer_norm_epsilon", standard: 1e-5))),
            positions: .learned,
            attention: .init(
                heads: heads, keyValueHeads: heads, headSize: headSize,
                scales: Array(repeating: 1, count: blocks),
                windows: try windows(reader, blocks: blocks), hasInputBias: false, hasOutputBias: true),
            feedForward: .init(
                innerSize: try reader.optionalCount("intermediate_size", standard: nil) ?? 4 * hidden,
                activation: try reader.activation("activation_function", standard: .geluTanh),
                isGated: false, hasBias: true),
            residual: .sequential,
            head: .init(isTied: try reader.flag("tie_word_embeddings", standard: true)),
            endTokens: try reader.endTokens())
    }

    /// The window of every block, from `attention_types` ([[["global", "local"], 12]]), which decides in
    /// `transformers` too; `attention_layers` is what it unfolds to.
    private static func windows(_ reader: ConfigurationReader, blocks: Int) throws -> [Int?] {
        let size = try reader.count("window_size", standard: 256)
        let types = reader.object["attention_types"] ?? [[["global", "local"], 12]]
        var kinds: [JSONValue] = []
        for item in types.array ?? [] {
            guard let pair = item.array, pair.count == 2, let pattern = pair[0].array,
                let repeats = pair[1].integer, repeats >= 0, repeats <= blocks
            else {
                throw LanguageModelError.configuration(
                    key: "attention_types", path: reader.path,
                    reason: "pairs of a list of kinds and a count are expected")
            }
            for _ in 0..<repeats { kinds += pattern }
        }
        guard kinds.count == blocks else {
            throw LanguageModelError.configuration(
                key: "attention_types", path: reader.path,
                reason: "it describes \(kinds.count) of \(blocks) blocks")
        }
        return try kinds.map { kind in
            switch kind.string {
            case "global": nil
            case "local": size
            default: throw reader.unsupported("attention_types", kind)
            }
        }
    }

    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames {
        WeightNames(
            prefix: "transformer.", tokenEmbedding: "wte.weight", positionEmbedding: "wpe.weight",
            block: "h.", attentionNorm: "ln_1",
            queryKeyValue: .separate(
                query: "attn.attention.q_proj", key: "attn.attention.k_proj",
                value: "attn.attention.v_proj"),
            attentionOutput: "attn.attention.out_proj", feedForwardNorm: "ln_2", up: "mlp.c_fc", gate: nil,
            down: "mlp.c_proj", finalNorm: "ln_f", head: "lm_head")
    }
}
