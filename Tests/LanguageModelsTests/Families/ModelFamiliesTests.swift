import Compute
import LanguageModels
import XCTest

final class ModelFamiliesTests: XCTestCase {
    private func configuration(_ object: JSONObject) throws -> TransformerConfiguration {
        try ModelFamilies.read(ConfigurationReader(object, path: "config.json")).configuration
    }

    private func rotary(_ object: JSONObject) throws -> TransformerConfiguration.Rotary {
        guard case .rotary(let rotary) = try configuration(object).positions else {
            throw LanguageModelError.configuration(key: "positions", path: "", reason: "not rotary")
        }
        return rotary
    }

    /// What `transformers` takes for keys that are absent.
    func testDefaults() throws {
        let cases: [(String, sizes: [Int], eps: Float, Activation, isTied: Bool)] = [
            ("gpt2", [768, 12, 50257, 1024, 12, 12, 64, 3072], 1e-5, .geluTanh, true),
            ("gptj", [4096, 28, 50400, 2048, 16, 16, 256, 16384], 1e-5, .geluTanh, false),
            ("gpt_neo", [2048, 24, 50257, 2048, 16, 16, 128, 8192], 1e-5, .geluTanh, true),
            ("gpt_neox", [6144, 44, 50432, 2048, 64, 64, 96, 24576], 1e-5, .geluExact, false),
            ("llama", [4096, 32, 32000, 2048, 32, 32, 128, 11008], 1e-6, .silu, false),
            ("mistral", [4096, 32, 32000, 131072, 32, 8, 128, 14336], 1e-6, .silu, false),
            ("qwen2", [4096, 32, 151936, 32768, 32, 32, 128, 22016], 1e-6, .silu, false),
            ("qwen3", [4096, 32, 151936, 32768, 32, 32, 128, 22016], 1e-6, .silu, false),
            ("olmo2", [4096, 32, 50304, 2048, 32, 32, 128, 11008], 1e-5, .silu, false),
            ("smollm3", [2048, 36, 128256, 32768, 16, 4, 128, 11008], 1e-6, .silu, true),
            ("gemma", [3072, 28, 256000, 8192, 16, 16, 256, 24576], 1e-6, .geluTanh, true),
            ("gemma3_text", [2304, 26, 262208, 131072, 8, 4, 256, 9216], 1e-6, .geluTanh, true),
            ("phi", [2048, 24, 51200, 2048, 32, 32, 64, 8192], 1e-5, .geluTanh, false),
            ("phi3", [3072, 32, 32064, 4096, 32, 32, 96, 8192], 1e-5, .silu, false),
            ("stablelm", [2560, 32, 50304, 4096, 32, 32, 80, 6912], 1e-5, .silu, false),
            ("starcoder2", [3072, 30, 49152, 4096, 24, 2, 128, 12288], 1e-5, .geluTanh, true),
        ]
        for (type, sizes, epsilon, activation, isTied) in cases {
            let found = try configuration(["model_type": .string(type)])
            let attention = found.attention
            XCTAssertEqual(
                [
                    found.hiddenSize, found.blocks, found.vocabularySize, found.contextLength,
                    attention.heads, attention.keyValueHeads, attention.headSize,
                    found.feedForward.innerSize,
                ], sizes, type)
            switch found.norm {
            case .layer(let value), .rootMeanSquare(let value): XCTAssertEqual(value, epsilon, type)
            }
            XCTAssertEqual(found.feedForward.activation, activation, type)
            XCTAssertEqual(found.head.isTied, isTied, type)
            XCTAssertEqual(attention.scales.count, found.blocks, type)
            XCTAssertEqual(attention.windows.count, found.blocks, type)
        }
    }

    func testSpellings() throws {
        let old: JSONObject = [
            "model_type": "gpt2", "n_embd": 48, "n_layer": 2, "n_head": 4, "n_positions": 99,
            "n_inner": .null,
        ]
        let new: JSONObject = [
            "model_type": "gpt2", "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
            "max_position_embeddings": 99,
        ]
        XCTAssertEqual(try configuration(old), try configuration(new))
        XCTAssertEqual(try configuration(old).feedForward.innerSize, 192)
        XCTAssertEqual(
            try configuration(["model_type": "gpt_neo", "num_layers": 24, "num_heads": 8]),
            try configuration([
                "model_type": "gpt_neo", "num_hidden_layers": 24, "num_attention_heads": 8,
            ]))
    }

    func testRotarySpellings() throws {
        let cases: [(JSONObject, rotated: Int, base: Double, RotaryScaling)] = [
            (["model_type": "llama"], 128, 10000, .none),
            (["model_type": "llama", "rope_theta": 5e5, "rope_scaling": .null], 128, 5e5, .none),
            (["model_type": "llama", "rope_parameters": ["rope_theta": 3e4]], 128, 3e4, .none),
            (
                ["model_type": "llama", "rope_scaling": ["type": "default"], "rope_theta": 7.0], 128, 7, .none
            ),
            (
                ["model_type": "llama", "rope_scaling": ["type": "linear", "factor": 4.0]], 128, 10000,
                .linear(factor: 4)
            ),
            (
                [
                    "model_type": "llama", "rope_theta": 5e5,
                    "rope_scaling": [
                        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
                    ],
                ], 128, 5e5,
                .llama3(factor: 8, lowFactor: 1, highFactor: 4, originalContext: 8192)
            ),
            (["model_type": "gpt_neox"], 24, 10000, .none),
            (["model_type": "gpt_neox", "rotary_pct": 0.5, "rotary_emb_base": 9.0], 48, 9, .none),
            (
                [
                    "model_type": "gpt_neox",
                    "rope_parameters": ["partial_rotary_factor": 1.0, "rope_theta": 8.0],
                ], 96, 8, .none
            ),
            (["model_type": "gptj", "rotary_dim": 32], 32, 10000, .none),
            (["model_type": "qwen2", "head_dim": 64, "rope_theta": 1_000_000], 64, 1e6, .none),
        ]
        for (object, rotated, base, scaling) in cases {
            let label = JSONValue.object(object).text()
            let found = try rotary(object)
            XCTAssertEqual(found.rotated, rotated, label)
            XCTAssertEqual(found.base, base, label)
            XCTAssertEqual(found.scaling, scaling, label)
            XCTAssertEqual(found.frequencies.count, rotated / 2, label)
            XCTAssertEqual(found.frequencies[0], scaling == .linear(factor: 4) ? 0.25 : 1, label)
        }
    }

    func testWindows() throws {
        let cases: [(JSONObject, [Int?])] = [
            (["model_type": "mistral", "num_hidden_layers": 2], [4096, 4096]),
            (["model_type": "mistral", "num_hidden_layers": 2, "sliding_window": .null], [nil, nil]),
            (
                [
                    "model_type": "gpt_neo", "num_layers": 3, "window_size": 7,
                    "attention_types": [[["global", "local"], 1], [["local"], 1]],
                ], [nil, 7, 7]
            ),
            (
                ["model_type": "qwen2", "num_hidden_layers": 2, "sliding_window": 9, "max_window_layers": 0],
                [nil, nil]
            ),
            (
                [
                    "model_type": "qwen2", "num_hidden_layers": 3, "use_sliding_window": true,
                    "sliding_window": 9, "max_window_layers": 1,
                ], [nil, 9, 9]
            ),
            (
                [
                    "model_type": "qwen2", "num_hidden_layers": 2, "use_sliding_window": true,
                    "sliding_window": 9, "layer_types": ["sliding_attention", "full_attention"],
                ], [9, nil]
            ),
        ]
        for (object, windows) in cases {
            XCTAssertEqual(
                try configuration(object).attention.windows, windows, JSONValue.object(object).text())
        }
    }

    func testScales() throws {
        let scaled = try configuration([
            "model_type": "gpt2", "n_layer": 3, "scale_attn_by_inverse_layer_idx": true,
        ])
        XCTAssertEqual(scaled.attention.scales, [0.125, 0.0625, 0.125 / 3])
        let plain = try configuration(["model_type": "gpt2", "n_layer": 1, "scale_attn_weights": false])
        XCTAssertEqual(plain.attention.scales, [1])
        XCTAssertEqual(
            try configuration([
                "model_type": "gpt_neo", "num_layers": 1, "attention_types": [[["local"], 1]],
            ]).attention.scales, [1])
    }

    func testEndTokens() throws {
        for (value, expected) in [(JSONValue.null, []), (7, [7]), ([7, 9], [7, 9])] as [(JSONValue, [Int])] {
            XCTAssertEqual(
                try configuration(["model_type": "llama", "eos_token_id": value]).endTokens, expected)
        }
    }

    func testWhatIsNotSupportedIsRefusedByName() throws {
        let cases: [(JSONObject, key: String, value: String)] = [
            (["model_type": "gpt2", "add_cross_attention": true], "add_cross_attention", "true"),
            (["model_type": "gpt2", "activation_function": "mish"], "activation_function", "mish"),
            (["model_type": "gptj", "rotary_dim": .null], "rotary_dim", "null"),
            (
                ["model_type": "llama", "rope_scaling": ["rope_type": "yarn", "factor": 2.0]],
                "rope_scaling", "\"yarn\""
            ),
            (["model_type": "llama", "rope_scaling": ["type": "dynamic"]], "rope_scaling", "\"dynamic\""),
            (
                ["model_type": "llama", "quantization_config": ["quant_method": "gptq", "bits": 4]],
                "quantization_config", "\"gptq\""
            ),
            (
                ["model_type": "qwen2", "num_hidden_layers": 1, "layer_types": ["linear_attention"]],
                "layer_types", "\"linear_attention\""
            ),
            (
                [
                    "model_type": "gpt_neo", "num_layers": 1, "attention_types": [[["sparse"], 1]],
                ], "attention_types", "\"sparse\""
            ),
        ]
        for (object, key, value) in cases {
            XCTAssertThrowsError(try configuration(object), key) {
                XCTAssertEqual(
                    $0 as? LanguageModelError,
                    .unsupportedSetting(key: key, value: value, path: "config.json"))
            }
        }
    }

    func testWhatMakesNoSenseIsRefusedByName() throws {
        let cases: [(JSONObject, key: String)] = [
            ([:], "model_type"),
            (["model_type": "gpt2", "n_head": 7], "n_head"),
            (["model_type": "gpt2", "n_embd": "wide"], "n_embd"),
            (["model_type": "gpt2", "vocab_size": 1.5], "vocab_size"),
            (["model_type": "gpt2", "layer_norm_epsilon": 0], "layer_norm_epsilon"),
            (["model_type": "gptj", "rotary_dim": 7], "rotary_dim"),
            (["model_type": "gptj", "rotary_dim": 512], "rotary_dim"),
            (["model_type": "llama", "num_key_value_heads": 5], "num_key_value_heads"),
            (["model_type": "llama", "rope_scaling": ["type": "linear"]], "factor"),
            (["model_type": "llama", "rope_scaling": "linear"], "rope_scaling"),
            (["model_type": "llama", "tie_word_embeddings": "no"], "tie_word_embeddings"),
            (["model_type": "gpt_neox", "rotary_pct": 0.001], "rotary_pct"),
            (["model_type": "gpt_neo", "num_layers": 4], "attention_types"),
            (["model_type": "qwen2", "layer_types": ["full_attention"]], "layer_types"),
            (["model_type": "llama", "layer_types": ["full_attention"]], "layer_types"),
            (["model_type": "gpt2", "layer_types": []], "layer_types"),
            (["model_type": "qwen2", "eos_token_id": "end"], "eos_token_id"),
        ]
        for (object, key) in cases {
            XCTAssertThrowsError(try configuration(object), key) { error in
                guard case LanguageModelError.configuration(key, "config.json", _) = error else {
                    return XCTFail("\(key): \(error)")
                }
            }
        }
        XCTAssertThrowsError(try configuration(["model_type": "bert"])) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unknownFamily(name: "bert", known: ModelFamilies.all.map { $0.modelType }))
        }
    }
}
