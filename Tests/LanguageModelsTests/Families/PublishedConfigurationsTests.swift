import Compute
import XCTest

@testable import LanguageModels

/// The `config.json` of published checkpoints, sizes shrunk, against what transformers builds of them
/// (`Scripts/oracle/make_published_configurations.py`).
final class PublishedConfigurationsTests: XCTestCase {
    private struct Entry {
        let name: String
        let reader: ConfigurationReader
        let expected: JSONObject
    }

    private func entries() throws -> [Entry] {
        let file = FixtureFolder.url.appendingPathComponent("configurations/published.json")
        return try XCTUnwrap(JSONValue(parsing: Data(contentsOf: file)).array).map { item in
            let config = try XCTUnwrap(item["config"]?.object)
            return Entry(
                name: try XCTUnwrap(item["name"]?.string),
                reader: ConfigurationReader(config, path: "config.json"),
                expected: try XCTUnwrap(item["expected"]?.object))
        }
    }

    func testTheyAreUnderstoodAsTransformersUnderstandsThem() throws {
        let entries = try entries()
        XCTAssertGreaterThanOrEqual(entries.count, 25)
        for entry in entries {
            let (found, names) = try ModelFamilies.read(entry.reader)
            let expected = entry.expected
            let tensors = names.tensors(found)
            XCTAssertEqual(tensors.count, expected["tensors"]?.integer, entry.name)
            XCTAssertEqual(
                tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }, expected["parameters"]?.integer, entry.name)
            XCTAssertEqual(names.parameterCount(found), expected["parameters"]?.integer, entry.name)
            XCTAssertEqual(found.head.isTied, expected["tied"]?.bool, entry.name)
            XCTAssertEqual(
                found.attention.windows.map { $0.map { .integer($0) } ?? .null },
                expected["windows"]?.array, entry.name)
            let scales = try XCTUnwrap(expected["scales"]?.array).compactMap(\.double)
            for (scale, value) in zip(found.attention.scales, scales) {
                XCTAssertEqual(Double(scale), value, accuracy: 1e-6, entry.name)
            }
            XCTAssertEqual(found.attention.scales.count, scales.count, entry.name)
            switch found.norm {
            case .layer(let epsilon), .rootMeanSquare(let epsilon):
                XCTAssertEqual(epsilon, expected["epsilon"]?.double.map { Float($0) }, entry.name)
            }
            try check(found.positions, against: expected["frequencies"] ?? .null, entry.name)
        }
    }

    /// GPT-J's angles are in no module that transformers would show.
    private func check(
        _ positions: TransformerConfiguration.Positions, against expected: JSONValue, _ name: String
    ) throws {
        guard let frequencies = expected.array?.compactMap(\.double) else { return }
        let rotary: TransformerConfiguration.Rotary
        switch positions {
        case .learned: return XCTFail("\(name): learned positions")
        case .rotary(let all): rotary = all
        case .rotaryPerBlock(let blocks): rotary = try XCTUnwrap(blocks.first ?? nil, name)
        }
        XCTAssertEqual(rotary.frequencies.count, frequencies.count, name)
        for (frequency, value) in zip(rotary.frequencies, frequencies) {
            XCTAssertEqual(Double(frequency), value, accuracy: value * 1e-6, name)
        }
    }

    func testWhatTheyCarryBesidesIsKnown() throws {
        let expected: [String: [ConfigurationWarning]] = [
            "gpt2 as saved by transformers of 2019": [
                .typeOfArchitecture(
                    architecture: "GPT2LMHeadModel", modelType: "gpt2", path: "config.json")
            ],
            "togethercomputer/LLaMA-2-7B-32K": [
                .ignoredKey(
                    key: "auto_map",
                    value: #"{"AutoModelForCausalLM": "modeling_flash_llama.LlamaForCausalLM"}"#,
                    modelType: "llama", path: "config.json")
            ],
        ]
        for entry in try entries() {
            XCTAssertEqual(
                try ModelFamilies.warnings(entry.reader), expected[entry.name] ?? [], entry.name)
        }
    }

    func testEveryFamilyHasOne() throws {
        let found = Set(try entries().compactMap { ModelFamilies.modelType(of: $0.reader) })
        XCTAssertEqual(found, Set(ModelFamilies.all.map { $0.modelType }))
    }
}
