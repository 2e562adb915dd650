import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Tiny checkpoints of random weights, of families that no fixture has with a tokenizer.
enum DrawnCheckpoint {
    /// What the families' configurations have in common.
    private static let common: JSONObject = [
        "vocab_size": 400, "bos_token_id": 0, "eos_token_id": 0, "initializer_range": 0.3,
        "tie_word_embeddings": false,
    ]

    private static let configurations: [String: JSONObject] = [
        "gptj": [
            "model_type": "gptj", "n_embd": 16, "n_head": 2, "n_layer": 3, "n_positions": 64,
            "rotary_dim": 4, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
        ],
        "gpt_neox": [
            "model_type": "gpt_neox", "hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 3,
            "intermediate_size": 48, "max_position_embeddings": 64, "rotary_pct": 0.25,
            "rotary_emb_base": 10_000, "hidden_act": "gelu", "layer_norm_eps": 1e-5,
            "use_parallel_residual": true,
        ],
    ]

    /// The checkpoint of a family: a fixture's, or drawn into a new folder in `folder`.
    static func of(_ family: String, in folder: URL) throws -> URL {
        guard var configuration = configurations[family] else {
            return FixtureFiles.own("training/\(family)")
        }
        for (key, value) in common.members { configuration[key] = value }
        let source = folder.appendingPathComponent("\(family)-source")
        try AtomicFile.write(
            JSONValue.object(configuration).text(), to: source.appendingPathComponent("config.json"))
        try FileManager.default.copyItem(
            at: FixtureFiles.own("training/gpt2/tokenizer.json"),
            to: source.appendingPathComponent("tokenizer.json"))
        let checkpoint = folder.appendingPathComponent(family)
        try RandomModel(source: source).write(
            to: checkpoint, replaces: false, progress: SilentProgress())
        return checkpoint
    }
}
