import XCTest

@testable import LanguageModels

/// Numbers of `config.json` that no model can have are refused by name; none ends the process.
final class ConfigurationNumbersTests: XCTestCase {
    private func read(_ object: JSONObject) throws -> TransformerConfiguration {
        try ModelFamilies.read(ConfigurationReader(object, path: "config.json")).configuration
    }

    private func with(_ family: String, _ key: String, _ value: JSONValue) -> JSONObject {
        var object: JSONObject = ["model_type": .string(family)]
        object[key] = value
        return object
    }

    func testNumbersOutOfRange() throws {
        let cases: [(JSONObject, key: String, value: String)] = [
            (with("gpt_neox", "rotary_pct", 1e300), "rotary_pct", "1e+300"),
            (with("gpt_neox", "rotary_pct", 1.25), "rotary_pct", "1.25"),
            (
                with("gpt_neox", "rope_parameters", ["partial_rotary_factor": 1e300]),
                "partial_rotary_factor", "1e+300"
            ),
            (
                with("gpt_neox", "rope_parameters", ["partial_rotary_factor": 2]), "partial_rotary_factor",
                "2"
            ),
            (with("gpt2", "n_layer", 2_000_000_000), "n_layer", "2000000000"),
            (with("gpt2", "n_layer", 65537), "n_layer", "65537"),
            (with("gpt2", "n_layer", 0), "n_layer", "0"),
            (with("gpt2", "n_layer", -3), "n_layer", "-3"),
            (with("gpt2", "n_layer", 1e300), "n_layer", "1e+300"),
            (with("gpt2", "vocab_size", 2_147_483_647), "vocab_size", "2147483647"),
            (with("gpt2", "n_embd", 2_147_483_646), "n_embd", "2147483646"),
            (with("gpt2", "n_inner", 2_147_483_647), "n_inner", "2147483647"),
            (with("gptj", "rotary_dim", .integer(.max)), "rotary_dim", "9223372036854775807"),
            (with("gpt_neo", "window_size", .integer(.min)), "window_size", "-9223372036854775808"),
            (with("llama", "head_dim", 1_048_576), "head_dim", "1048576"),
            (["model_type": "llama", "num_attention_heads": 65536, "head_dim": 128], "head_dim", "128"),
            (with("llama", "rms_norm_eps", 1e300), "rms_norm_eps", "1e+300"),
            (with("llama", "rms_norm_eps", 1e-300), "rms_norm_eps", "1e-300"),
            (with("llama", "rope_theta", 1e39), "rope_theta", "1e+39"),
            (
                with("llama", "rope_scaling", ["rope_type": "linear", "factor": 1e-300]), "factor", "1e-300"
            ),
            (with("mistral", "sliding_window", -1), "sliding_window", "-1"),
        ]
        for (object, key, value) in cases {
            XCTAssertThrowsError(try read(object), "\(key) \(value)") { error in
                XCTAssertEqual(
                    error as? LanguageModelError,
                    .outOfRange(key: key, value: value, path: "config.json"), "\(key) \(value)")
            }
        }
    }

    func testSizesWhoseProductIsTooLarge() throws {
        let cases: [JSONObject] = [
            ["model_type": "gpt2", "n_embd": 65536, "n_head": 64, "n_layer": 65536],
            ["model_type": "gpt2", "n_embd": 65536, "n_head": 1, "n_positions": 2_147_483_647],
            [
                "model_type": "llama", "hidden_size": 65536, "num_attention_heads": 64,
                "head_dim": 65536, "num_hidden_layers": 65536, "intermediate_size": 4_194_304,
            ],
        ]
        for object in cases {
            let label = JSONValue.object(object).text()
            XCTAssertThrowsError(try read(object), label) {
                XCTAssertEqual(
                    $0 as? LanguageModelError,
                    .tooManyParameters(limit: 1 << 46, path: "config.json"), label)
            }
        }
    }

    /// The largest sizes that are taken, in the plans that multiply them once more.
    func testTheLargestModelCanBePlanned() throws {
        let cases: [JSONObject] = [
            [
                "model_type": "gpt2", "n_embd": 1, "n_head": 1, "n_layer": 4096, "n_inner": 4_194_304,
                "vocab_size": 67_108_864, "n_positions": .integer(1 << 31 - 1),
            ],
            [
                "model_type": "llama", "hidden_size": 4096, "num_attention_heads": 64, "head_dim": 65536,
                "num_hidden_layers": 64, "intermediate_size": 4_194_304,
                "max_position_embeddings": .integer(1 << 31 - 1),
            ],
        ]
        for object in cases {
            let summary = try ModelSummary(
                withoutWeights: ConfigurationReader(object, path: "config.json"))
            let plan = MemoryPlan(summary, MemoryPlan.Workload(block: 0))
            XCTAssertGreaterThan(plan.training, plan.weights, JSONValue.object(object).text())
        }
    }

    func testListsThatRepeatWithoutEnd() throws {
        let pattern = JSONValue.array(Array(repeating: "global", count: 1000))
        XCTAssertThrowsError(
            try read([
                "model_type": "gpt_neo", "num_layers": 65536,
                "attention_types": [[pattern, 65536], [pattern, 65536]],
            ])
        ) {
            guard case LanguageModelError.configuration("attention_types", _, _) = $0 else {
                return XCTFail("\($0)")
            }
        }
    }

    /// Members of published configurations replaced by extremes and by values of other types: a model or an
    /// error, never the end of the process.  `REMEDI_FUZZ_RUNS` asks for more runs.
    func testMutatedConfigurations() throws {
        let file = FixtureFolder.url.appendingPathComponent("configurations/published.json")
        let configurations = try XCTUnwrap(JSONValue(parsing: Data(contentsOf: file)).array)
            .compactMap { $0["config"]?.object }
        let runs = RandomStream.rounds(4000)
        var stream = RandomStream(seed: 12, purpose: "mutated configurations", sample: "")
        var accepted = 0
        for _ in 0..<runs {
            var object = configurations[Int.random(in: 0..<configurations.count, using: &stream)]
            for _ in 0..<Int.random(in: 1...3, using: &stream) { stream.mutate(&object) }
            if use(object) { accepted += 1 }
        }
        XCTAssertGreaterThan(accepted, runs / 20)
        XCTAssertLessThan(accepted, runs)
    }

    /// Reads a configuration as commands do; whether it can be used.
    private func use(_ object: JSONObject) -> Bool {
        let reader = ConfigurationReader(object, path: "config.json")
        _ = try? ModelFamilies.warnings(reader)
        guard let (configuration, names) = try? ModelFamilies.read(reader) else { return false }
        _ = names.parameterCount(configuration)
        if case .rotary(let rotary) = configuration.positions { _ = rotary.frequencies }
        guard configuration.blocks <= 8 else { return true }
        _ = try? ModelFamilies.initialTensors(reader)
        if let summary = try? ModelSummary(withoutWeights: reader) {
            _ = MemoryPlan(summary, MemoryPlan.Workload(block: configuration.blocks - 1))
        }
        return true
    }
}

extension RandomStream {
    /// Numbers at the edges of what integers, floats and sizes can be, and values of every other type.
    private static let extremes: [JSONValue] = [
        0, 1, 2, 3, -1, 255, 65535, 65536, 65537, 4_194_304, 4_194_305, 67_108_864, 2_147_483_647,
        2_147_483_648, 4_294_967_296, .integer(1 << 53), .integer(.max), .integer(.min), .number(0.5),
        .number(-0.0), .number(1e-3), .number(1e38), .number(1e39), .number(1e300), .number(-1e300),
        .number(1e-45), .number(1e-300), .number(.leastNonzeroMagnitude), .number(.infinity),
        .number(-.infinity), .number(.nan), .number(9.3e18), .null, true, false, "", "0", "1e9", "global",
        "full_attention", "sliding_attention", "linear", "llama3", [], [[]], [0], [-1, .integer(.max)],
        ["full_attention"], [[["global"], .integer(.max)]], [[["global", "local"], 65536]], [:],
        ["rope_type": "linear", "factor": 0], ["rope_type": "llama3"], ["rope_theta": .number(.nan)],
        ["partial_rotary_factor": 1e300], ["rope_theta": 1e-300, "partial_rotary_factor": 0.001],
    ]

    /// Replaces, removes or moves one member, those of nested objects included.
    fileprivate mutating func mutate(_ object: inout JSONObject) {
        guard !object.isEmpty else { return }
        let key = object.keys[Int.random(in: 0..<object.count, using: &self)]
        if var inner = object[key]?.object, !inner.isEmpty, Bool.random(using: &self) {
            mutate(&inner)
            object[key] = .object(inner)
            return
        }
        switch Int.random(in: 0..<10, using: &self) {
        case 0: object[key] = nil
        case 1: object[object.keys[Int.random(in: 0..<object.count, using: &self)]] = object[key]
        default: object[key] = Self.extremes[Int.random(in: 0..<Self.extremes.count, using: &self)]
        }
    }
}
