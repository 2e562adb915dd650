import Foundation
import XCTest

@testable import LanguageModels

final class WeightInitializationTests: XCTestCase {
    private func values(_ configuration: JSONObject) throws -> [String: InitialValues] {
        let tensors = try ModelFamilies.initialTensors(
            ConfigurationReader(configuration, path: "config.json"))
        return Dictionary(uniqueKeysWithValues: tensors.map { ($0.tensor.name, $0.values) })
    }

    private let llama: JSONObject = [
        "model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 12, "vocab_size": 10, "attention_bias": true,
    ]

    func testGPT2ScalesWhatAddsToTheResidualStream() throws {
        let found = try values([
            "model_type": "gpt2", "n_embd": 8, "n_layer": 2, "n_head": 2, "vocab_size": 10,
            "initializer_range": 0.04,
        ])
        let expected: [(String, InitialValues)] = [
            ("transformer.wte.weight", .normal(deviation: 0.04, emptyRow: nil)),
            ("transformer.wpe.weight", .normal(deviation: 0.04, emptyRow: nil)),
            ("transformer.h.1.attn.c_attn.weight", .normal(deviation: 0.04, emptyRow: nil)),
            ("transformer.h.1.attn.c_attn.bias", .zeros),
            ("transformer.h.1.attn.c_proj.weight", .normal(deviation: 0.02, emptyRow: nil)),
            ("transformer.h.0.mlp.c_proj.weight", .normal(deviation: 0.02, emptyRow: nil)),
            ("transformer.h.0.mlp.c_fc.weight", .normal(deviation: 0.04, emptyRow: nil)),
            ("transformer.h.0.ln_1.weight", .ones), ("transformer.h.0.ln_1.bias", .zeros),
            ("transformer.ln_f.weight", .ones),
        ]
        for (name, values) in expected { XCTAssertEqual(found[name], values, name) }
        XCTAssertNil(found["lm_head.weight"])
    }

    func testOthersDoNot() throws {
        let found = try values(llama)
        XCTAssertEqual(
            found["model.layers.0.self_attn.o_proj.weight"], .normal(deviation: 0.02, emptyRow: nil))
        XCTAssertEqual(
            found["model.layers.0.mlp.down_proj.weight"], .normal(deviation: 0.02, emptyRow: nil))
        XCTAssertEqual(found["model.layers.0.self_attn.o_proj.bias"], .zeros)
        XCTAssertEqual(found["model.norm.weight"], .ones)
        XCTAssertEqual(found["lm_head.weight"], .normal(deviation: 0.02, emptyRow: nil))
    }

    func testTheHeadsBiasOfGPTJ() throws {
        let found = try values([
            "model_type": "gptj", "n_embd": 8, "n_layer": 1, "n_head": 2, "rotary_dim": 2, "vocab_size": 10,
        ])
        XCTAssertEqual(found["lm_head.bias"], .zeros)
    }

    func testThePaddingTokenIsEmpty() throws {
        for (id, row) in [(3, 3), (-1, 9)] {
            var configuration = llama
            configuration["pad_token_id"] = .integer(id)
            let found = try values(configuration)
            XCTAssertEqual(
                found["model.embed_tokens.weight"], .normal(deviation: 0.02, emptyRow: row), "\(id)")
            XCTAssertEqual(found["lm_head.weight"], .normal(deviation: 0.02, emptyRow: nil))
        }
    }

    /// Gains that are stored less 1 start at 0; families have padding tokens and deviations of their own.
    func testFamiliesWithOtherStarts() throws {
        var configuration = llama
        configuration["model_type"] = "gemma"
        configuration["num_key_value_heads"] = 1
        let gemma = try values(configuration)
        XCTAssertEqual(gemma["model.norm.weight"], .zeros)
        XCTAssertEqual(gemma["model.layers.0.input_layernorm.weight"], .zeros)
        XCTAssertEqual(gemma["model.embed_tokens.weight"], .normal(deviation: 0.02, emptyRow: 0))
        configuration["model_type"] = "starcoder2"
        let starcoder = try values(configuration)
        XCTAssertEqual(starcoder["model.norm.weight"], .ones)
        XCTAssertEqual(starcoder["model.norm.bias"], .zeros)
        XCTAssertEqual(starcoder["model.embed_tokens.weight"], .normal(deviation: 0.018042, emptyRow: nil))
    }

    func testNoRangeIsTheUsualOne() throws {
        for range: JSONValue in [nil, 0, 0.0] {
            var configuration = llama
            configuration["initializer_range"] = range
            XCTAssertEqual(
                try values(configuration)["lm_head.weight"], .normal(deviation: 0.02, emptyRow: nil))
        }
    }

    func testImpossibleSettings() {
        for (key, value): (String, JSONValue) in [
            ("initializer_range", -1), ("pad_token_id", 10), ("pad_token_id", -11), ("pad_token_id", "x"),
        ] {
            var configuration = llama
            configuration[key] = value
            XCTAssertThrowsError(try values(configuration), "\(key) \(value)") { error in
                guard case LanguageModelError.configuration(key, "config.json", _) = error else {
                    return XCTFail("\(error)")
                }
            }
        }
    }
}
