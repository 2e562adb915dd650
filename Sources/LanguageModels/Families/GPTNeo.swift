/// GPT-Neo: learned positions, unscaled scores, attention that alternates between all earlier tokens and
/// a window.
enum GPTNeo: ModelFamily {
    static let modelType = "gpt_neo"
    static let architectures = ["GPTNeoForCausalLM", "GPTNeoModel"]
    static let endToken: Int? = 50256

    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration {
        let hidden = try reader.hiddenSize("hidden_size", standard: 2048)
        let blocks = try reader.blocks("num_layers", "num_hidden_layers", standard: 24)
        let heads = try reader.count("num_heads", "num_attention_heads", standard: 16)
        let headSize = try reader.evenHeadSize(hiddenSize: hidden, heads: heads, key: "num_heads")
        return TransformerConfiguration(
            modelType: modelType, hiddenSize: hidden, blocks: blocks,
            vocabularySize: try reader.vocabularySize(standard: 50257),
            contextLength: try reader.positions("max_position_embeddings", standard: 2048),
            norm: .layer(epsilon: Float(try reader.positive("layer_norm_epsilon", standard: 1e-5))),
            positions: .learned,
            attention: .init(
                heads: heads, keyValueHeads: heads, headSize: headSize,
                scales: Array(repeating: 1, count: blocks),
                windows: try windows(reader, blocks: blocks), hasInputBias: false, hasOutputBias: true,
                widensScores: true),
            feedForward: .init(
                innerSize: try reader.optionalCount("intermediate_size", standard: nil) ?? 4 * hidden,
                activation: try reader.activation("activation_function", standard: .geluTanh),
                isGated: false, hasBias: true),
            residual: .sequential,
            head: .init(isTied: try reader.flag("tie_word_embeddings", standard: true)),
            endTokens: try reader.endTokens())
    }

    /// The window of every block, from `attention_layers`, or else from `attention_types`
    /// ([[["global", "local"], 12]]), which unfolds to it.
    private static func windows(_ reader: ConfigurationReader, blocks: Int) throws -> [Int?] {
        let size = try reader.count(
            "window_size", standard: 256, limit: ConfigurationReader.Limit.positions)
        var key = "attention_layers"
        let kinds: [JSONValue]
        if let layers = reader.object[key], !layers.isNull {
            guard let names = layers.array else { throw reader.wrong(key, "a list of names is expected") }
            kinds = names
        } else {
            key = "attention_types"
            kinds = try unfolded(reader, key, blocks: blocks)
        }
        guard kinds.count == blocks else {
            throw reader.wrong(key, "it describes \(kinds.count) of \(blocks) blocks")
        }
        return try kinds.map { kind in
            switch kind.string {
            case "global": nil
            case "local": size
            default: throw reader.unsupported(key, kind)
            }
        }
    }

    /// The kinds that repeated patterns stand for; it ends early where they are too many.
    private static func unfolded(
        _ reader: ConfigurationReader, _ key: String, blocks: Int
    ) throws -> [JSONValue] {
        var types = reader.object[key] ?? .null
        if types.isEmptyOrNull { types = [[["global", "local"], 12]] }
        var kinds: [JSONValue] = []
        for item in types.array ?? [] {
            guard let pair = item.array, pair.count == 2, let pattern = pair[0].array,
                let repeats = pair[1].integer, repeats >= 0, repeats <= blocks
            else {
                throw reader.wrong(key, "pairs of a list of kinds and a count are expected")
            }
            for _ in 0..<repeats where kinds.count <= blocks { kinds += pattern }
        }
        return kinds
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
