import Foundation

/// `generation_config.json`, with which `generate` of transformers 5.24 overrides the `config.json` beside it.
package struct GenerationSettings: Sendable, Equatable {
    package static let fileName = "generation_config.json"

    /// The tokens that end a text; nil: as `config.json` says.
    package let endTokens: [Int]?
    /// Settings that would change even the likeliest text, and that are not followed.
    package let unfollowed: [String]
    package let path: String

    /// Reads the file of a checkpoint's folder; nil if there is none.
    ///
    /// - Throws: `LanguageModelError.unreadable`, `.malformed`; `.configuration` for end tokens that are none.
    package init?(folder: URL) throws {
        let file = folder.appendingPathComponent(Self.fileName)
        guard SystemCall.status(file.path) != nil else { return nil }
        let reader = ConfigurationReader(try Checkpoint.object(of: file), path: file.path)
        let ends = try reader.endTokens()
        endTokens = ends.isEmpty ? nil : ends
        unfollowed = Self.neutral.filter { key, values in
            guard let value = reader.object[key], !value.isNull else { return false }
            return !values.contains { ConfigurationKey.isEqual($0, value) }
        }.map(\.key).sorted()
        path = file.path
    }

    /// The values, besides null, that change nothing.
    private static let neutral: [String: [JSONValue]] = [
        "repetition_penalty": [1], "no_repeat_ngram_size": [0], "encoder_repetition_penalty": [1],
        "encoder_no_repeat_ngram_size": [0], "bad_words_ids": [], "suppress_tokens": [.array([])],
        "begin_suppress_tokens": [.array([])], "forced_bos_token_id": [], "forced_eos_token_id": [],
        "min_length": [0], "min_new_tokens": [0], "exponential_decay_length_penalty": [], "sequence_bias": [],
        "guidance_scale": [1], "num_beams": [1], "penalty_alpha": [0], "stop_strings": [],
        "watermarking_config": [], "dola_layers": [], "prompt_lookup_num_tokens": [],
    ]
}
