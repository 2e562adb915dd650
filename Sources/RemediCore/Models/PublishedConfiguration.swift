import LanguageModels

/// The published `config.json` of a model with a short name: enough to plan before anything is
/// downloaded.
package enum PublishedConfiguration {
    /// nil for a model that has no entry here.
    package static func reader(of name: ModelName) -> ConfigurationReader? {
        name.shortName.flatMap { key in all[key].map { ConfigurationReader($0, path: key) } }
    }

    private static let all: [String: JSONObject] = [
        "gpt2": gpt2(blocks: 12, hiddenSize: 768, heads: 12),
        "gpt2-medium": gpt2(blocks: 24, hiddenSize: 1024, heads: 16),
        "gpt2-large": gpt2(blocks: 36, hiddenSize: 1280, heads: 20),
        "gpt2-xl": gpt2(blocks: 48, hiddenSize: 1600, heads: 25),
        "gptj": [
            "model_type": "gptj", "n_layer": 28, "n_embd": 4096, "n_head": 16, "rotary_dim": 64,
            "n_positions": 2048, "vocab_size": 50400, "activation_function": "gelu_new",
            "layer_norm_epsilon": 1e-5, "tie_word_embeddings": false,
        ],
        "neox": [
            "model_type": "gpt_neox", "num_hidden_layers": 44, "hidden_size": 6144,
            "num_attention_heads": 64, "intermediate_size": 24576, "max_position_embeddings": 2048,
            "vocab_size": 50432, "rotary_pct": 0.25, "rotary_emb_base": 10000, "hidden_act": "gelu_fast",
            "layer_norm_eps": 1e-5, "use_parallel_residual": true, "tie_word_embeddings": false,
            "torch_dtype": "float16",
        ],
    ]

    private static func gpt2(blocks: Int, hiddenSize: Int, heads: Int) -> JSONObject {
        [
            "model_type": "gpt2", "n_layer": .integer(blocks), "n_embd": .integer(hiddenSize),
            "n_head": .integer(heads), "n_positions": 1024, "vocab_size": 50257,
            "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
        ]
    }
}
