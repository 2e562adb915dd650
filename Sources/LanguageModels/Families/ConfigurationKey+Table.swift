/// Every key that `transformers` 5.24 reads from a `config.json` of the families here (their configuration
/// classes, `PreTrainedConfig`, its rotary mixin, models, masks and caches), and keys that published
/// checkpoints carry besides.  `Scripts/oracle/make_configuration_keys.py` asks `transformers` what each does.
extension ConfigurationKey {
    /// The treatment of every key of a family.
    package static func table(of modelType: String) -> [String: Treatment] { tables[modelType] ?? [:] }

    /// Members of `rope_parameters` and `rope_scaling` that are read; `transformers` reads no others for
    /// scalings that are supported here.
    package static let rotary: Set<String> = [
        "rope_theta", "rope_type", "type", "factor", "low_freq_factor", "high_freq_factor",
        "original_max_position_embeddings", "partial_rotary_factor",
    ]

    private static let tables: [String: [String: Treatment]] = {
        let own = [
            GPT2.modelType: gpt2, GPTJ.modelType: gptj, GPTNeo.modelType: gptNeo,
            GPTNeoX.modelType: gptNeoX, Llama.modelType: llama, Mistral.modelType: mistral,
            Qwen2.modelType: qwen2, Qwen3.modelType: qwen3, OLMo2.modelType: olmo2,
            SmolLM3.modelType: smolLM3, Gemma.modelType: gemma, Gemma3.modelType: gemma3, Phi.modelType: phi,
            Phi3.modelType: phi3, StableLM.modelType: stableLM, Starcoder2.modelType: starcoder2,
        ]
        return own.mapValues { keys in
            Dictionary((shared + keys).map { ($0.name, $0.treatment) }, uniquingKeysWith: { $1 })
        }
    }()

    // MARK: - All families

    private static let shared: [ConfigurationKey] =
        honored([
            // Of `architectures` only where `model_type` is missing; `initializer_range` for control models.
            "model_type", "architectures", "vocab_size", "tie_word_embeddings", "eos_token_id",
            "initializer_range",
        ])
        + [
            // Attention in both directions, also where it is null.
            refused("is_causal", unless: [true]),
            refused("quantization_config", unless: [.null]),
            refused("compression_config", unless: [.null]),
            // As MLX writes it.
            refused("quantization", unless: [.null]),
            refused("per_layer_config", unless: [.null, [:]]),
            refused("kv_sharing_modes", unless: [.null, []]),
            // The cache forgets what is outside the chunk; `sliding_window` is checked by
            // `ConfigurationReader.refuseWindow`.
            refused("attention_chunk_size", unless: [.null]),
            refused("layer_types", unless: [.null, ["full_attention"], ["attention"]]),
            // Another file of weights.
            refused("transformers_weights", unless: [.null, "model.safetensors"]),
            refused("text_config", unless: [.null]),
            ignored("add_cross_attention", unless: [false]),
            ignored("is_encoder_decoder", unless: [false]),
            ignored("pruned_heads"),
            // Code of the checkpoint's own, which `transformers` runs only when told to.
            ignored("auto_map"),
            ignored("fusion_config"),
        ]
        + honored(["sliding_window"]) + harmless(bookkeeping) + harmless(training) + harmless(generation)

    /// Names of the checkpoint, how it was stored, and what calls return.
    private static let bookkeeping = [
        "_name_or_path", "name_or_path", "_commit_hash", "transformers_version", "tokenizer_class", "prefix",
        "dtype", "torch_dtype", "use_bfloat16", "torchscript", "use_return_dict", "return_dict",
        "output_attentions", "output_hidden_states", "output_past", "use_cache", "chunk_size_feed_forward",
        "attn_implementation", "_attn_implementation", "_attn_implementation_internal",
        "_attn_implementation_autoset", "_flash_attn_2_enabled", "experts_implementation",
        "_experts_implementation_internal", "bos_token_id", "pad_token_id", "sep_token_id", "is_decoder",
        "decoder_start_token_id", "cross_attention_hidden_size", "tie_encoder_decoder",
        "tie_last_hidden_states", "number_of_conv_states", "base_model_tp_plan", "base_model_pp_plan",
        "base_model_ep_plan", "base_model_fsdp_plan", "distributed_config", "transformers.js_config",
        "unsloth_fixed", "unsloth_version", "custom_pipelines", "is_llama_config",
    ]

    /// Keys that only training and heads for other tasks read.
    private static let training = [
        "gradient_checkpointing", "finetuning_task", "task_specific_params", "problem_type", "id2label",
        "label2id", "num_labels", "_num_labels", "tf_legacy_loss", "loss_type", "neftune_noise_alpha",
        "attn_pdrop", "embd_pdrop", "resid_pdrop", "attention_dropout", "hidden_dropout", "embed_dropout",
        "resid_dropout", "residual_dropout", "embedding_dropout", "classifier_dropout",
        "attention_probs_dropout_prob", "hidden_dropout_prob",
        "summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels",
        "summary_first_dropout", "summary_last_dropout", "predict_special_tokens", "n_special",
    ]

    /// Options of `generate`, which `transformers` 5 drops when it reads `config.json`.
    private static let generation = [
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups",
        "diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty",
        "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size",
        "encoder_repetition_penalty", "bad_words_ids", "num_return_sequences", "output_scores",
        "return_dict_in_generate", "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values",
        "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens", "epsilon_cutoff",
        "eta_cutoff", "num_assistant_tokens", "num_assistant_tokens_schedule",
        "assistant_confidence_threshold", "assistant_lookbehind", "target_lookbehind",
    ]

    // MARK: - One family

    private static let gpt2 =
        honored([
            "n_embd", "hidden_size", "n_layer", "num_hidden_layers", "n_head", "num_attention_heads",
            "n_positions", "max_position_embeddings", "n_inner", "activation_function", "layer_norm_epsilon",
            "scale_attn_weights", "scale_attn_by_inverse_layer_idx",
        ])
        + [refused("add_cross_attention", unless: [.null, false])]
        // Scores are float32 in any case.
        + harmless(["reorder_and_upcast_attn", "n_ctx"]) + withoutRotaryObjects

    /// Their positions are learned, or turn as `rotary_dim` says.
    private static let withoutRotaryObjects = [ignored("rope_parameters"), ignored("rope_scaling")]

    private static let gptj =
        honored([
            "n_embd", "hidden_size", "n_layer", "num_hidden_layers", "n_head", "num_attention_heads",
            "n_positions", "max_position_embeddings", "n_inner", "activation_function", "layer_norm_epsilon",
            "rotary_dim",
        ])
        + harmless(["n_ctx"])
        + [
            ignored("rotary", unless: [true]), ignored("scale_attn_weights", unless: [true]),
            ignored("scale_attn_by_inverse_layer_idx", unless: [false]),
        ] + withoutRotaryObjects

    private static let gptNeo =
        honored([
            "hidden_size", "num_layers", "num_hidden_layers", "num_heads", "num_attention_heads",
            "max_position_embeddings", "intermediate_size", "activation_function", "layer_norm_epsilon",
            "window_size", "attention_types", "attention_layers",
        ]) + withoutRotaryObjects

    private static let gptNeoX =
        honored([
            "hidden_size", "num_hidden_layers", "num_attention_heads", "head_dim", "intermediate_size",
            "max_position_embeddings", "hidden_act", "layer_norm_eps", "attention_bias",
            "use_parallel_residual", "rotary_pct", "rotary_emb_base", "rope_parameters", "rope_scaling",
        ])
        // Older versions write both spellings and read these.
        + [
            ignored("rope_theta", unless: [10000], like: "rotary_emb_base"),
            ignored("partial_rotary_factor", unless: [0.25], like: "rotary_pct"),
        ]

    /// Sizes and rotary embedding of families built like Llama.
    private static let llamaShape = honored([
        "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
        "intermediate_size", "max_position_embeddings", "rope_parameters", "rope_scaling", "rope_theta",
        "partial_rotary_factor", "original_max_position_embeddings",
        // The token whose embedding a control model leaves empty.
        "pad_token_id",
    ])
    private static let llamaLike = llamaShape + honored(["hidden_act", "rms_norm_eps"])

    private static let llama =
        llamaLike + honored(["attention_bias", "mlp_bias"])
        // The old name of max_position_embeddings; slices of products that give the same sums.
        + harmless(["max_sequence_length", "pretraining_tp"])
        + [ignored("rope_interleaved", unless: [false]), ignored("use_sliding_window", unless: [false])]

    private static let mistral =
        llamaLike + honored(["sliding_window", "layer_types"])
        + [
            ignored("attention_bias", unless: [false]), ignored("mlp_bias", unless: [false]),
            ignored("use_sliding_window", unless: [true]),
        ]

    private static let qwen2 =
        llamaLike + honored(["sliding_window", "layer_types", "use_sliding_window", "max_window_layers"])
        + [
            ignored("attention_bias", unless: [true]), ignored("mlp_bias", unless: [false]),
            ignored("use_mrope", unless: [false]),
        ]

    private static let qwen3 =
        llamaLike
        + honored([
            "attention_bias", "sliding_window", "layer_types", "use_sliding_window", "max_window_layers",
        ])
        + [ignored("mlp_bias", unless: [false]), ignored("use_mrope", unless: [false])]

    private static let olmo2 =
        llamaLike + honored(["attention_bias"])
        + [ignored("mlp_bias", unless: [false]), ignored("clip_qkv", unless: [.null])]

    private static let smolLM3 =
        llamaLike
        + honored([
            "attention_bias", "mlp_bias", "sliding_window", "layer_types", "use_sliding_window",
            "no_rope_layers", "no_rope_layer_interval",
        ])
        + harmless(["max_window_layers", "pretraining_tp"])

    private static let gemma =
        llamaLike + honored(["attention_bias"])
        + [
            refused("use_bidirectional_attention", unless: [.null, false]),
            ignored("hidden_activation", unless: ["gelu_pytorch_tanh"]),
            ignored("mlp_bias", unless: [false]),
        ]

    private static let gemma3 =
        llamaShape
        + honored([
            "rms_norm_eps", "hidden_activation", "attention_bias", "query_pre_attn_scalar", "sliding_window",
            "layer_types", "sliding_window_pattern", "rope_local_base_freq",
        ])
        // Stored beside `layer_types`, which counts.
        + harmless(["_sliding_window_pattern", "cache_implementation"])
        + [
            refused("use_bidirectional_attention", unless: [.null, false]),
            refused("attn_logit_softcapping", unless: [.null]),
            refused("final_logit_softcapping", unless: [.null]),
            ignored("hidden_act", unless: ["gelu_pytorch_tanh"], like: "hidden_activation"),
        ]

    private static let phi =
        llamaShape + honored(["hidden_act", "layer_norm_eps"])
        + [refused("qk_layernorm", unless: [false])]

    private static let phi3 =
        llamaLike + honored(["sliding_window"])
        + [ignored("attention_bias", unless: [false]), ignored("mlp_bias", unless: [false])]

    private static let stableLM =
        llamaShape + honored(["hidden_act", "layer_norm_eps", "use_qkv_bias", "use_parallel_residual"])
        + [refused("qk_layernorm", unless: [false]), ignored("head_dim")]

    private static let starcoder2 =
        llamaShape + honored(["hidden_act", "norm_epsilon", "use_bias", "sliding_window"])
        + [
            ignored("mlp_type", unless: ["default"]), ignored("norm_type", unless: ["layer_norm"]),
            ignored("layer_norm_epsilon", like: "norm_epsilon"),
            ignored("scale_attn_weights", unless: [true]),
        ]
        // Scores are float32 in any case.
        + harmless(["attention_softmax_in_fp32", "scale_attention_softmax_in_fp32"])

    // MARK: - Rows

    private static func honored(_ names: [String]) -> [ConfigurationKey] {
        names.map { ConfigurationKey(name: $0, treatment: .honored) }
    }

    private static func harmless(_ names: [String]) -> [ConfigurationKey] {
        names.map { ConfigurationKey(name: $0, treatment: .harmless) }
    }

    private static func refused(_ name: String, unless accepted: [JSONValue]) -> ConfigurationKey {
        ConfigurationKey(name: name, treatment: .refused(unless: accepted))
    }

    private static func ignored(
        _ name: String, unless accepted: [JSONValue] = [], like other: String? = nil
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, treatment: .ignored(unless: accepted, like: other))
    }
}
