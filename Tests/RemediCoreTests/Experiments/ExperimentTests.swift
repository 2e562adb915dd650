import Foundation
import LanguageModels
import RemediCore
import XCTest

final class ExperimentTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("remedi-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func experiment(_ text: String, name: String = "train.a") throws -> Experiment {
        let file = folder.appendingPathComponent(name + ".json")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try Experiment(file: file)
    }

    private func training(_ members: String) throws -> TrainingPlan {
        let text = #"{"summary": "s", "dataset": "counterfact", \#(members)}"#
        guard case .training(let plan) = try experiment(text).plan else {
            throw RemediError.malformedConfiguration(path: "", reason: "not a training")
        }
        return plan
    }

    func testEverySettingIsRead() throws {
        let plan = try training(
            """
            "model": "gpt2", "prefix": "p_", "layers": {"gpt2": [0, 2], "otherwise": "all"},
            "editor_types": ["mlp", "scalar"], "batch_size": 8, "max_epochs": 3, "patience": 1, "hold_out": 0.2,
            "lr": 0.01, "weight_decay": 0, "adam_epsilon": 1e-4, "lam_m": 2, "lam_u": 0, "lam_kl": 3,
            "lam_norm": 0.5, "lam_ess": null, "kl": "last-sample", "keep": "last", "shuffle": true,
            "random_streams": "shared", "weigh": "batches", "byte_token": "first", "alpha": 2, "beta": 0,
            "editor_precision": "float16", "mentions": "text", "rank": 4, "use_entity": true, "use_all_entity_tokens": true, "attribute_no_entity": true,
            "seed": 7, "cache_memory": "1G"
            """)
        var expected = TrainingOptions()
        expected.editorTypes = [.mlp, .scalar]
        expected.batchSize = 8
        expected.maxEpochs = 3
        expected.patience = 1
        expected.holdOut = 0.2
        expected.optimizer.learningRate = 0.01
        expected.optimizer.weightDecay = 0
        expected.epsilon = 1e-4
        expected.mediatedWeight = 2
        expected.unmediatedWeight = 0
        expected.divergenceWeight = 3
        expected.normWeight = 0.5
        expected.divergence = .lastSample
        expected.keep = .last
        expected.shuffle = true
        expected.randomStreams = .shared
        expected.weighsSamples = false
        expected.tokens.firstByteToken = true
        expected.editorPrecision = .float16
        expected.tokens.mentions = .text
        expected.tokens.useAllEntityTokens = true
        expected.tokens.attributeWithoutEntity = true
        expected.alpha = 2
        expected.beta = 0
        expected.rank = 4
        expected.useEntity = true
        expected.seed = 7
        expected.cacheBytes = 1 << 30
        XCTAssertEqual(plan.options, expected)
        XCTAssertEqual(plan.layers.layers(for: ModelName("gpt2")), .only([0, 2]))
        XCTAssertEqual(plan.layers.layers(for: ModelName("gptj")), .all)
        XCTAssertEqual(plan.resultsName(for: ModelName("gpt2")), "p_editors_counterfact_gpt2")
    }

    func testWrittenSettingsReadBackTheSame() throws {
        let first = try experiment(
            #"{"dataset": "mcrae", "summary": "s", "lr": 0.002, "layers": [3], "rank": 2, "seed": 9}"#)
        let second = try experiment(JSONValue.object(first.settings).text(pretty: true), name: "train.b")
        guard case .training(let plan) = first.plan, case .training(let again) = second.plan else {
            return XCTFail("not trainings")
        }
        XCTAssertEqual(plan, again)
    }

    func testTheReferencesRulesComeBeforeTheOthers() throws {
        var expected = TrainingOptions()
        expected.applyReferenceCompatibility()
        XCTAssertEqual(try training(#""compat": "reference""#).options, expected)
        expected.divergenceWeight = 5
        for members in [#""compat": "reference", "lam_kl": 5"#, #""lam_kl": 5, "compat": "reference""#] {
            XCTAssertEqual(try training(members).options, expected, members)
        }
    }

    func testUnknownKeysAreRefused() throws {
        let path = folder.appendingPathComponent("train.a.json").path
        let cases: [(String, String?)] = [
            ("lamkl", "lam_kl"), ("lam-kl", "lam_kl"), ("epochs", nil), ("sead", "seed"), ("benchmarks", nil),
        ]
        for (key, nearest) in cases {
            XCTAssertThrowsError(try training(#""\#(key)": 1"#), key) { error in
                XCTAssertEqual(
                    error as? SettingError, .unknownKey(path: path, key: key, nearest: nearest), key)
            }
        }
    }

    func testWrongValuesAreRefused() throws {
        let path = folder.appendingPathComponent("train.a.json").path
        let cases: [(key: String, value: String, expectation: Expectation)] = [
            ("batch_size", "\"16\"", .integer(minimum: 1, maximum: 65_536)),
            ("batch_size", "0", .integer(minimum: 1, maximum: 65_536)),
            ("batch_size", "1.5", .integer(minimum: 1, maximum: 65_536)),
            ("lr", "0", .number(minimum: 1e-30, maximum: 1000)),
            ("lr", "NaN", .number(minimum: 1e-30, maximum: 1000)),
            ("lam_m", "null", .number(minimum: 0, maximum: 1e9)),
            ("hold_out", "1", .number(minimum: 0, maximum: 0.99)),
            ("shuffle", "1", .boolean),
            ("kl", "\"sum\"", .choice(["batch", "last-sample"])),
            ("editor_types", "\"linear\"", .list),
            ("editor_types", "[]", .list),
            ("editor_types", "[\"lin\"]", .choice(["linear", "biaffine", "mlp", "random", "scalar"])),
            ("layers", "[-1]", .layers),
            ("layers", "\"some\"", .layers),
            ("layers", "{\"gpt2\": []}", .layers),
            ("cache_memory", "\"much\"", .size),
            ("seed", "-1", .seed),
            ("model", "\"\"", .text),
        ]
        for (key, value, expectation) in cases {
            XCTAssertThrowsError(try training("\"\(key)\": \(value)"), "\(key) \(value)") { error in
                guard case .invalidValue(path, key, let problem)? = error as? SettingError else {
                    return XCTFail("\(key) \(value): \(error)")
                }
                XCTAssertEqual(problem.expectation, expectation, "\(key) \(value)")
            }
        }
    }

    func testWhatMustBeThere() {
        let path = folder.appendingPathComponent("train.a.json").path
        XCTAssertThrowsError(try experiment(#"{"summary": "s"}"#)) {
            XCTAssertEqual($0 as? SettingError, .missingKey(path: path, key: "dataset"))
        }
        XCTAssertThrowsError(try experiment(#"{"dataset": "mcrae"}"#)) {
            XCTAssertEqual($0 as? SettingError, .missingKey(path: path, key: "summary"))
        }
    }

    func testBrokenFiles() {
        let path = folder.appendingPathComponent("train.a.json").path
        for (text, line) in [("{\n\"summary\": \"s\",\n}", 3), ("", 1), ("[]", 1), ("{\"a\": 1} x", 1)] {
            XCTAssertThrowsError(try experiment(text), text) { error in
                guard case .syntax(path, line, _)? = error as? ExperimentError else {
                    return XCTFail("\(text): \(error)")
                }
            }
        }
        XCTAssertThrowsError(try Experiment(file: folder.appendingPathComponent("train.none.json"))) {
            error in
            guard case .unreadable? = error as? PlaceError else { return XCTFail("\(error)") }
        }
        XCTAssertThrowsError(try experiment("{}", name: "tarin.a")) { error in
            guard case .unknownExperiment(name: "tarin.a", [], _)? = error as? ExperimentError else {
                return XCTFail("\(error)")
            }
        }
    }

    func testAnEvaluation() throws {
        let text = #"""
            {"summary": "s", "dataset": "counterfact", "model": "gpt2", "prefix": "p_", "layers": [1],
             "conditions": ["unedited", "edited"], "benchmarks": ["rewrite"], "small": true, "editor_type": "mlp"}
            """#
        guard case .evaluation(let found) = try experiment(text, name: "eval.gen.a").plan,
            let plan = found as? GenerationPlan
        else { return XCTFail("not an evaluation") }
        XCTAssertEqual(plan.conditions, [.unedited, .edited])
        XCTAssertEqual(plan.benchmarks, [.rewrite])
        XCTAssertEqual(plan.scope.editorType, .mlp)
        XCTAssertEqual(plan.scope.split, .evaluation(small: true))
        XCTAssertEqual(plan.resultsName(for: ModelName("gpt2")), "p_eval_gen_counterfact_gpt2")
        XCTAssertEqual(plan.editorsName(for: ModelName("gpt2")), "p_editors_counterfact_gpt2")
    }

    func testCompatibilityOfEvaluationsComesBeforeWhatItSets() throws {
        for kind in ["eval.gen", "eval.cls", "eval.ent", "eval.med", "dump", "sweep.gen"] {
            for (members, isFirst) in [
                ("\"seed\": 1", false), ("\"compat\": \"reference\"", true),
                ("\"byte_token\": \"last\", \"compat\": \"reference\"", false),
                ("\"byte_token\": \"first\", \"compat\": \"remedi\"", true),
            ] {
                let text = "{\"summary\": \"s\", \"dataset\": \"mcrae\", \(members)}"
                guard case .evaluation(let plan) = try experiment(text, name: kind + ".a").plan else {
                    return XCTFail("not an evaluation")
                }
                XCTAssertEqual(plan.scope.tokens.firstByteToken, isFirst, "\(kind) \(members)")
            }
        }
    }

    func testOnlyExperimentsOfTheKindAreSuggested() throws {
        for name in ["eval.gen.abc", "eval.cls.other", "train.abcd"] {
            try #"{"summary": "s", "dataset": "counterfact"}"#.write(
                to: folder.appendingPathComponent(name + ".json"), atomically: true, encoding: .utf8)
        }
        let workplace = Workplace(environment: ["REMEDI_CONFIGS": folder.path], workingFolder: folder)
        let cases = [
            ("eval.gen.abd", ["eval.gen.abc"]), ("eval.cls.abc", []), ("tarin.abcd", ["train.abcd"]),
            ("abcd", ["train.abcd"]), ("abc", ["eval.gen.abc"]),
        ]
        for (name, nearest) in cases {
            XCTAssertThrowsError(try Experiment.named(name, in: workplace), name) { error in
                guard case .unknownExperiment(name, let found, _)? = error as? ExperimentError else {
                    return XCTFail("\(name): \(error)")
                }
                XCTAssertEqual(found, nearest, name)
            }
        }
    }

    func testTheFirstFolderCounts() throws {
        let other = folder.appendingPathComponent("Configs")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        let text = #"{"summary": "SUMMARY", "dataset": "counterfact"}"#
        for (place, summary) in [(folder, "first"), (other, "second")] {
            try text.replacing("SUMMARY", with: summary).write(
                to: place.appendingPathComponent("train.a.json"), atomically: true, encoding: .utf8)
        }
        try text.write(to: other.appendingPathComponent("train.b.json"), atomically: true, encoding: .utf8)
        let workplace = Workplace(environment: ["REMEDI_CONFIGS": folder.path], workingFolder: folder)
        XCTAssertEqual(Experiment.all(in: workplace).map(\.name), ["train.a", "train.b"])
        XCTAssertEqual(try Experiment.named("train.a", in: workplace).summary, "first")
        let without = Workplace(environment: [:], workingFolder: folder)
        XCTAssertEqual(try Experiment.named("train.a", in: without).summary, "second")
    }
}
