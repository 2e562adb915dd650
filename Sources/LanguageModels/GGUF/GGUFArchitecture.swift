/// A family as llama.cpp writes it: the members of `config.json` that its metadata stand for, and which of its tensors
/// are arranged in another way.
struct GGUFArchitecture: Sendable {
    /// `general.architecture`.
    let name: String
    let modelType: String
    /// Members of `config.json`, with the keys of metadata, without the architecture's name, that they come from.
    let members: [(member: String, key: String)]
    /// Members that do not depend on the file.
    var constants = JSONObject()
    /// Further members, and keys that they were made of.
    var derived: @Sendable (GGUFHead) throws -> (members: JSONObject, keys: [String]) = { _ in
        (JSONObject(), [])
    }
    /// Whether queries and keys rotate in pairs of neighbors, for which converters interleave the halves of heads.
    var interleavesHeads = false
    /// Whether a fused projection of queries, keys and values is cut by parts rather than by heads.
    var cutsByParts = false

    /// - Parameter norm: the member that holds the ε of norms.
    init(
        _ name: String, as modelType: String, norm: (member: String, key: String),
        more: [(String, String)] = []
    ) {
        self.name = name
        self.modelType = modelType
        members =
            [
                ("num_hidden_layers", "block_count"), ("max_position_embeddings", "context_length"),
                ("hidden_size", "embedding_length"), ("intermediate_size", "feed_forward_length"),
                ("num_attention_heads", "attention.head_count"), (norm.member, norm.key),
            ] + more.map { (member: $0.0, key: $0.1) }
    }
}

extension GGUFArchitecture {
    /// The architecture of a file.
    ///
    /// - Throws: `LanguageModelError.malformed`, `.unsupportedSetting`.
    static func of(_ file: GGUFFile) throws -> GGUFArchitecture {
        let key = "general.architecture"
        guard let name = file[key]?.string else {
            throw LanguageModelError.malformed(path: file.path, reason: "it names no \(key)")
        }
        guard let architecture = all.first(where: { $0.name == name }) else {
            throw LanguageModelError.unsupportedSetting(key: key, value: name, path: file.path)
        }
        return architecture
    }

    private static let rootMeanSquare = (member: "rms_norm_eps", key: "attention.layer_norm_rms_epsilon")
    private static let grouped = ("num_key_value_heads", "attention.head_count_kv")
    private static let wide = ("head_dim", "attention.key_length")
    private static let rotary = ("rope_theta", "rope.freq_base")
    private static let window = ("sliding_window", "attention.sliding_window")

    static let all: [GGUFArchitecture] = [
        llama, qwen2, qwen3, gemma, gemma3, phi2, phi3, olmo2, stablelm, starcoder2, gpt2, gptJ, gptNeoX,
    ]

    private static let llama: GGUFArchitecture = {
        var llama = GGUFArchitecture(
            "llama", as: "llama", norm: rootMeanSquare, more: [grouped, wide, rotary])
        llama.interleavesHeads = true
        llama.derived = { head in
            (
                [
                    "attention_bias": .bool(head.hasTensor("blk.0.attn_q.bias")),
                    "mlp_bias": .bool(head.hasTensor("blk.0.ffn_up.bias")),
                ], []
            )
        }
        return llama
    }()

    private static let qwen2 = GGUFArchitecture(
        "qwen2", as: "qwen2", norm: rootMeanSquare, more: [grouped, rotary])
    private static let qwen3 = GGUFArchitecture(
        "qwen3", as: "qwen3", norm: rootMeanSquare, more: [grouped, wide, rotary])
    private static let gemma = GGUFArchitecture(
        "gemma", as: "gemma", norm: rootMeanSquare, more: [grouped, wide, rotary])
    private static let olmo2 = GGUFArchitecture(
        "olmo2", as: "olmo2", norm: rootMeanSquare, more: [grouped, rotary])
    private static let phi3 = GGUFArchitecture(
        "phi3", as: "phi3", norm: rootMeanSquare, more: [grouped, rotary, window])

    private static let gemma3: GGUFArchitecture = {
        var gemma = GGUFArchitecture(
            "gemma3", as: "gemma3_text", norm: rootMeanSquare, more: [grouped, wide, rotary, window])
        gemma.derived = { head in
            // llama.cpp knows the largest model by its number of blocks: only there heads and scale differ.
            let isLargest = head.integer("block_count") == 62
            let width = head.integer("embedding_length") ?? 0
            let heads = max(head.integer("attention.head_count") ?? 1, 1)
            let scale = isLargest ? width / heads : head.integer("attention.key_length") ?? 256
            return (["query_pre_attn_scalar": .integer(scale)], [])
        }
        return gemma
    }()

    private static let phi2: GGUFArchitecture = {
        var phi = GGUFArchitecture(
            "phi2", as: "phi", norm: (member: "layer_norm_eps", key: "attention.layer_norm_epsilon"),
            more: [grouped, rotary])
        phi.derived = { head in (["partial_rotary_factor": try head.rotatedShare()], []) }
        return phi
    }()

    private static let stablelm: GGUFArchitecture = {
        var stablelm = GGUFArchitecture(
            "stablelm", as: "stablelm", norm: (member: "layer_norm_eps", key: "attention.layer_norm_epsilon"),
            more: [grouped, rotary, ("use_parallel_residual", "use_parallel_residual")])
        stablelm.derived = { head in
            (
                [
                    "partial_rotary_factor": try head.rotatedShare(),
                    "use_qkv_bias": .bool(head.hasTensor("blk.0.attn_q.bias")),
                    "qk_layernorm": .bool(head.hasTensor("blk.0.attn_q_norm.weight")),
                ], []
            )
        }
        return stablelm
    }()

    private static let starcoder2 = GGUFArchitecture(
        "starcoder2", as: "starcoder2", norm: (member: "norm_epsilon", key: "attention.layer_norm_epsilon"),
        more: [grouped, rotary])

    private static let gpt2: GGUFArchitecture = {
        var gpt2 = GGUFArchitecture(
            "gpt2", as: "gpt2", norm: (member: "layer_norm_epsilon", key: "attention.layer_norm_epsilon"))
        gpt2.derived = { head in
            (["n_inner": head.integer("feed_forward_length").map { .integer($0) } ?? .null], [])
        }
        return gpt2
    }()

    private static let gptJ: GGUFArchitecture = {
        var gptJ = GGUFArchitecture(
            "gptj", as: "gptj", norm: (member: "layer_norm_epsilon", key: "attention.layer_norm_epsilon"),
            more: [("rotary_dim", "rope.dimension_count")])
        gptJ.derived = { head in
            (["n_inner": head.integer("feed_forward_length").map { .integer($0) } ?? .null], [])
        }
        return gptJ
    }()

    private static let gptNeoX: GGUFArchitecture = {
        var neoX = GGUFArchitecture(
            "gptneox", as: "gpt_neox", norm: (member: "layer_norm_eps", key: "attention.layer_norm_epsilon"),
            more: [("use_parallel_residual", "use_parallel_residual"), ("rotary_emb_base", "rope.freq_base")])
        neoX.cutsByParts = true
        neoX.derived = { head in (["rotary_pct": try head.rotatedShare()], []) }
        return neoX
    }()
}
