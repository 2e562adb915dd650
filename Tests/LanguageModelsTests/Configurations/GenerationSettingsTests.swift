import Foundation
import XCTest

@testable import LanguageModels

final class GenerationSettingsTests: XCTestCase {
    private func settings(_ text: String) throws -> GenerationSettings? {
        let folder = try ScratchFolder()
        try folder.write(text, to: GenerationSettings.fileName)
        return try GenerationSettings(folder: folder.url)
    }

    func testEndTokens() throws {
        XCTAssertNil(try GenerationSettings(folder: ScratchFolder().url))
        let cases: [(String, [Int]?)] = [
            (#"{}"#, nil), (#"{"eos_token_id": null}"#, nil), (#"{"eos_token_id": []}"#, nil),
            (#"{"eos_token_id": 2}"#, [2]), (#"{"eos_token_id": [128001, 128008]}"#, [128001, 128008]),
        ]
        for (text, expected) in cases { XCTAssertEqual(try settings(text)?.endTokens, expected, text) }
        for text in [#"{"eos_token_id": "</s>"}"#, #"{"eos_token_id": -1}"#, "[]", "{"] {
            XCTAssertThrowsError(try settings(text), text) { XCTAssertTrue($0 is LanguageModelError, text) }
        }
    }

    func testSettingsThatAreNotFollowed() throws {
        let cases: [(String, [String])] = [
            (#"{"do_sample": true, "temperature": 0.6, "top_p": 0.9, "use_cache": true}"#, []),
            (
                #"{"repetition_penalty": 1.0, "num_beams": 1, "suppress_tokens": [], "min_length": 0,"#
                    + #" "forced_eos_token_id": null}"#, []
            ),
            (
                #"{"repetition_penalty": 1.1, "no_repeat_ngram_size": 3}"#,
                ["no_repeat_ngram_size", "repetition_penalty"]
            ),
            (#"{"suppress_tokens": [1, 2]}"#, ["suppress_tokens"]),
            (#"{"num_beams": 4, "forced_eos_token_id": 2}"#, ["forced_eos_token_id", "num_beams"]),
        ]
        for (text, expected) in cases { XCTAssertEqual(try settings(text)?.unfollowed, expected, text) }
    }

    /// The defaults of the classes of transformers 5.24.
    func testEndTokensWhereNoneIsConfigured() throws {
        let expected: [String: [Int]] = [
            "gpt2": [50256], "gpt_neo": [50256], "gptj": [50256], "gpt_neox": [2], "llama": [2],
            "mistral": [2],
            "qwen2": [], "qwen3": [], "olmo2": [50279], "smollm3": [128001], "gemma": [1], "gemma3_text": [1],
            "phi": [2], "phi3": [32000], "stablelm": [0], "starcoder2": [50256],
        ]
        for (type, tokens) in expected {
            var object: JSONObject = ["model_type": .string(type)]
            func ends() throws -> [Int] {
                try ModelFamilies.read(ConfigurationReader(object, path: "config.json")).configuration
                    .endTokens
            }
            XCTAssertEqual(try ends(), tokens, type)
            object["eos_token_id"] = .null
            XCTAssertEqual(try ends(), [], type)
            object["eos_token_id"] = [7, 8]
            XCTAssertEqual(try ends(), [7, 8], type)
        }
        XCTAssertEqual(Set(expected.keys), Set(ModelFamilies.all.map { $0.modelType }))
    }

    /// `generate` reads the file's tokens in place of those of `config.json`.
    func testTextsEndAtTheFilesTokens() throws {
        let fixture = try ModelFixture("gpt2")
        let folder = try ScratchFolder()
        let source = ModelFixture.folder.appendingPathComponent("gpt2")
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
            try FileManager.default.copyItem(at: source.appendingPathComponent(name), to: folder.file(name))
        }
        let ends = [fixture.greedy[0][3], fixture.greedy[1][5]]
        try folder.write(#"{"eos_token_id": [\#(ends[0]), \#(ends[1])]}"#, to: GenerationSettings.fileName)
        let model = try ModelFixture.model(Checkpoint(folder: folder.url))
        let made = try model.generate(
            fixture.sequences, options: GenerationOptions(sampling: .greedy, limit: .new(8)), seed: 0,
            streamIds: fixture.sequences.indices.map(String.init))
        let all = Set(ends).union(model.tokenizer.endToken.map { [$0] } ?? [])
        XCTAssertEqual(made, fixture.greedy.map { Array($0.prefix(8).prefix { !all.contains($0) }) })
        XCTAssertLessThanOrEqual(made[0].count, 3)
    }
}
