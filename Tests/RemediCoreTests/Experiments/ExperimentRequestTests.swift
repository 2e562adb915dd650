import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Named experiments with what a command line says otherwise, and the lines that are shown of them.
final class ExperimentRequestTests: XCTestCase {
    private let folder = try? ScratchFolder()
    private var workplace: Workplace {
        Workplace(environment: [:], workingFolder: folder?.url ?? URL(fileURLWithPath: "/"))
    }

    override func setUpWithError() throws {
        let configurations = try XCTUnwrap(folder).url.appendingPathComponent("Configs")
        try FileManager.default.createDirectory(at: configurations, withIntermediateDirectories: true)
        for (name, text) in [
            ("train.a", #"{"summary": "s", "dataset": "counterfact", "layers": [1, 2]}"#),
            ("eval.cls.a", #"{"summary": "s", "dataset": "counterfact", "normalize": "train"}"#),
            ("sweep.cls.a", #"{"summary": "s", "dataset": "counterfact", "normalize": "train"}"#),
            ("eval.ent.m", #"{"summary": "s", "dataset": "mcrae"}"#),
            ("all", #"{"summary": "s", "experiments": ["train.a", "inner", "eval.cls.a"]}"#),
            ("inner", #"{"summary": "s", "experiments": ["eval.cls.a"]}"#),
            ("mixed", #"{"summary": "s", "experiments": ["eval.cls.a", "eval.ent.m"]}"#),
        ] {
            try Data(text.utf8).write(to: configurations.appendingPathComponent("\(name).json"))
        }
    }

    private func request(_ overrides: (String, String)...) -> ExperimentRequest {
        var request = ExperimentRequest()
        request.overrides = overrides.map {
            .init(key: $0.0, words: $0.1.split(separator: ",").map(String.init))
        }
        return request
    }

    private func training(_ request: ExperimentRequest) throws -> ResolvedTraining {
        guard case .training(_, let training) = try request.resolve("train.a", in: workplace) else {
            throw ExperimentError.unknownExperiment(name: "train.a", nearest: [], folders: [])
        }
        return training
    }

    func testOverridesOfTrainings() throws {
        var request = request(("lam-kl", "2"), ("compat", "reference"), ("layers", "0,3"), ("shuffle", "no"))
        request.model = "gpt2"
        let training = try training(request)
        XCTAssertEqual(training.plan.model, "gpt2")
        XCTAssertEqual(training.plan.compatibility, .reference)
        XCTAssertEqual(training.plan.options.divergence, .lastSample, "compat sets it")
        XCTAssertEqual(training.plan.options.divergenceWeight, 2, "compat comes first")
        XCTAssertEqual(training.layers, .only([0, 3]))
        XCTAssertEqual(training.given, ["lam-kl", "compat", "layers", "shuffle"])
    }

    func testWrongOverridesAreNamed() {
        for (name, key, word, expected) in [
            (
                "train.a", "prefix", "x",
                ExperimentError.unknownSetting(key: "prefix", experiment: "train.a", nearest: nil)
            ),
            (
                "eval.cls.a", "varients", "editor",
                .unknownSetting(key: "varients", experiment: "eval.cls.a", nearest: "variants")
            ),
            (
                "all", "normalise", "train",
                .unknownSetting(key: "normalise", experiment: "train.a", nearest: nil)
            ),
            (
                "train.a", "lr", "x",
                .invalidOverride(
                    key: "lr",
                    problem: InvalidValue(
                        found: "x",
                        expectation: .number(
                            minimum: NumberRange.leastPositive, maximum: NumberRange.largestLearningRate)))
            ),
        ] {
            XCTAssertThrowsError(try request((key, word)).resolve(name, in: workplace), "\(name) \(key)") {
                XCTAssertEqual($0 as? ExperimentError, expected, "\(name) \(key)")
            }
        }
    }

    func testSettingsThatContradictEachOtherAreRefusedOnce() {
        for name in ["eval.cls.a", "sweep.cls.a", "inner"] {
            XCTAssertThrowsError(
                try request(("editor_entity", "prompt")).resolve(name, in: workplace), name
            ) {
                XCTAssertEqual(
                    $0 as? SettingError, .exclusiveSettings("normalize train", "editor_entity prompt"), name)
            }
        }
    }

    func testGroupsRefuseOptionsOfOneExperiment() {
        var named = ExperimentRequest()
        named.options.results.experimentName = "x"
        var filed = ExperimentRequest()
        filed.options.datasetFile = "x"
        for (request, group, option) in [
            (named, "all", "experiment-name"), (named, "inner", "experiment-name"),
            (filed, "mixed", "dataset-file"),
        ] {
            XCTAssertThrowsError(try request.resolve(group, in: workplace), group) {
                XCTAssertEqual($0 as? ExperimentError, .notForGroups(option: option, group: group), group)
            }
        }
        XCTAssertNoThrow(try filed.resolve("all", in: workplace))
    }

    func testMembersOfGroupsComeOnce() throws {
        let resolved = try ExperimentRequest().resolve("all", in: workplace)
        XCTAssertEqual(resolved.members.map(\.experiment.name), ["train.a", "eval.cls.a"])
    }

    func testLinesSayWhatWasAsked() throws {
        var request = request(("lr", "0.5"), ("editor_types", "linear,mlp"), ("shuffle", "no"))
        request.model = "gpt2"
        request.options.layers = .only([1])
        request.spelled = [
            .init("with-dependencies", isFlag: true), .init("fp16", ["no"]), .init("results-dir", ["-r"]),
            .init("overwrite", isFlag: true), .init("set", ["lr=0.5"]),
        ]
        let training = try training(request)
        XCTAssertEqual(
            request.call(of: training, try Experiment.named("train.a", in: workplace)).text,
            "remedi train a --model gpt2 --layers 1 --fp16 no --results-dir=-r --overwrite --lr 0.5"
                + " --editor-types linear mlp --shuffle=no")
        let evaluation = try Experiment.named("eval.cls.a", in: workplace)
        XCTAssertEqual(
            request.call(of: evaluation).text,
            "remedi experiments run eval.cls.a --fp16 no --results-dir=-r --overwrite --set lr=0.5")
    }
}
