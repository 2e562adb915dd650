import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// What commands say of a `config.json` and of the precision that they compute in.
final class ConfigurationCommandsTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ line: String) -> TestRun {
        TestRun(line, environment: ["PATH": "/usr/bin:/bin", "HF_HOME": folder.path + "/hf"], in: folder)
    }

    /// A copy of a tiny GPT-2 under `name`, with members of its configuration changed.
    @discardableResult
    private func model(_ name: String, _ change: JSONObject = [:], without key: String? = nil) throws -> URL {
        let copy = folder.appendingPathComponent(name)
        try AtomicFile.makeFolder(copy.deletingLastPathComponent())
        try FileManager.default.copyItem(at: TestFiles.training.appendingPathComponent("gpt2"), to: copy)
        let file = copy.appendingPathComponent("config.json")
        var object = try Checkpoint.object(of: file)
        for (key, value) in change.members { object[key] = value }
        if let key { object[key] = nil }
        try AtomicFile.write(JSONValue.object(object).text(), to: file)
        return copy
    }

    /// A float32 checkpoint one of whose weights is beyond float16.
    private func widen(_ model: URL) throws -> String {
        let checkpoint = try Checkpoint(folder: model)
        let records = try checkpoint.tensorNames.map { try XCTUnwrap(checkpoint.record($0)) }
        let wide = try XCTUnwrap(records.first { $0.shape.count == 2 && $0.typeName == "F32" })
        let contents = Dictionary(uniqueKeysWithValues: records.map { ($0.name, Data($0.bytes)) })
        try CheckpointWriter(
            records.map {
                TensorOutline(
                    name: $0.name, typeName: $0.typeName, shape: $0.shape, byteCount: $0.byteCount)
            }
        ).write(to: model) { outline, sink in
            var data = try XCTUnwrap(contents[outline.name])
            if outline.name == wide.name {
                withUnsafeBytes(of: Float(-70000)) { data.replaceSubrange(0..<4, with: $0) }
            }
            try data.withUnsafeBytes { try sink($0) }
        }
        return wide.name
    }

    func testNoPartOfANameDecidesThePrecision() throws {
        let expected = try predictions("plain-ft")
        XCTAssertTrue(
            expected.diagnostics.hasSuffix("computing in float32 with weights in float32, as stored\n"))
        for name in [
            "my-neox-ft", "gptj-finetuned", "models/gptj", "x/neox", "gpt-neox-ft", "models/my_gptj_random",
        ] {
            let found = try predictions(name)
            XCTAssertEqual(found.output, expected.output, name)
            XCTAssertTrue(
                found.diagnostics.hasSuffix("computing in float32 with weights in float32, as stored\n"),
                found.diagnostics)
        }
    }

    private func predictions(_ name: String) throws -> TestRun {
        try model(name)
        let run = run("inspect predict -m ./\(name) --device cpu --threads 1 -k 3 the")
        XCTAssertEqual(run.code, 0, run.diagnostics)
        return run
    }

    /// The names of `--help` imply half precision, wherever their folder is.
    func testListedNamesImplyHalfPrecision() throws {
        for name in ["gptj", "neox", "gptj_random"] {
            try model("models/" + name)
            let run = run("inspect predict -m \(name) --device cpu --threads 1 -k 1 the")
            XCTAssertTrue(
                run.diagnostics.hasSuffix(
                    "computing in float32 with weights in float16, rounded from float32\n"), run.diagnostics)
            let facts = try JSONValue(parsing: Data(self.run("inspect model -m \(name) --json").output.utf8))
            XCTAssertEqual(facts["held_as"], "F16", name)
            let stored = self.run("inspect predict -m \(name) --fp16 no --device cpu --threads 1 -k 1 the")
            XCTAssertTrue(stored.diagnostics.hasSuffix("weights in float32, as stored\n"), stored.diagnostics)
        }
    }

    func testWeightsThatDoNotFitAreRefusedByName() throws {
        let wide = try model("wide")
        let name = try widen(wide)
        let plain = run("inspect predict -m wide --device cpu --threads 1 -k 1 the")
        XCTAssertEqual(plain.code, 0, plain.diagnostics)
        let half = run("inspect predict -m wide --fp16 yes --device cpu --threads 1 -k 1 the")
        XCTAssertEqual(half.code, 1)
        let sentence = "tensor \(name) has the value -70000.0, which does not fit F16; --fp16 no keeps it\n"
        XCTAssertTrue(half.diagnostics.hasSuffix("remedi: " + sentence), half.diagnostics)
    }

    func testWhatIsNotSupportedIsRefused() throws {
        let cases: [(String, JSONObject, String)] = [
            ("causal", ["is_causal": false], "is_causal = false is not supported"),
            ("null", ["is_causal": .null], "is_causal = null is not supported"),
            ("chunk", ["attention_chunk_size": 8], "attention_chunk_size = 8 is not supported"),
            (
                "layers", ["per_layer_config": ["0": ["n_head": 1]]],
                #"per_layer_config = {"0": {"n_head": 1}} is not supported"#
            ),
            ("window", ["sliding_window": 4], "sliding_window = 4 is not supported"),
        ]
        for (name, change, sentence) in cases {
            let file = try model(name, change).appendingPathComponent("config.json").path
            for line in ["inspect predict -m \(name) -k 3 the", "inspect model -m \(name)"] {
                let run = run(line)
                XCTAssertEqual(run.code, 1, name)
                XCTAssertTrue(
                    run.diagnostics.hasSuffix("remedi: \(file): \(sentence)\n"), run.diagnostics)
                XCTAssertEqual(run.output, "", line)
            }
        }
    }

    func testWhatIsPassedOverIsTold() throws {
        let odd = try model(
            "odd",
            ["logit_scale": 2.0, "my_key": "x", "auto_map": ["AutoModel": "my.Model"], "nothing": .null])
        let file = odd.appendingPathComponent("config.json").path
        let warnings =
            "warning: \(file): auto_map = {\"AutoModel\": \"my.Model\"} has no effect on models of type gpt2\n"
            + "warning: \(file): nothing is known of logit_scale and my_key, and nothing is done with them\n"
        XCTAssertTrue(run("inspect predict -m odd --device cpu the").diagnostics.hasPrefix(warnings))
        XCTAssertEqual(run("inspect model -m odd --json").diagnostics, warnings)
        XCTAssertEqual(run("model random -m odd -o out").diagnostics, warnings)
        let quiet = try model("quiet", ["rope_scaling": .null, "quantization_config": .null])
        XCTAssertEqual(run("inspect model -m \(quiet.path)").diagnostics, "")
    }

    func testTheTypeIsTakenFromTheArchitecture() throws {
        try model("typed")
        let old = try model("old", ["architectures": ["GPT2LMHeadModel"]], without: "model_type")
        let file = old.appendingPathComponent("config.json").path
        let run = run("inspect predict -m old --device cpu --threads 1 -k 3 the")
        XCTAssertEqual(
            run.output, self.run("inspect predict -m typed --device cpu --threads 1 -k 3 the").output)
        XCTAssertTrue(
            run.diagnostics.hasPrefix(
                "warning: \(file): model_type is missing; taken for gpt2, as architectures says"
                    + " GPT2LMHeadModel\n"), run.diagnostics)
        let unknown = try model("unknown", ["architectures": ["BertModel"]], without: "model_type")
        XCTAssertEqual(
            self.run("inspect model -m unknown").diagnostics,
            "remedi: \(unknown.path)/config.json: model_type: it is missing; BertModel is not known\n")
    }

    func testNumbersOutOfRange() throws {
        let cases: [(String, JSONObject, String)] = [
            ("a", ["n_layer": 2_000_000_000], "n_layer = 2000000000 is out of range"),
            (
                "b", ["vocab_size": 2_147_483_647, "n_embd": 2_147_483_646],
                "n_embd = 2147483646 is out of range"
            ),
            ("c", ["n_inner": 2_147_483_647], "n_inner = 2147483647 is out of range"),
            ("d", ["layer_norm_epsilon": 1e300], "layer_norm_epsilon = 1e+300 is out of range"),
        ]
        for (name, change, sentence) in cases {
            let file = try model(name, change).appendingPathComponent("config.json").path
            for line in ["inspect model -m \(name)", "model random -m \(name) -o out"] {
                let run = run(line)
                XCTAssertEqual(run.code, 1, line)
                XCTAssertEqual(run.diagnostics, "remedi: \(file): \(sentence)\n", line)
            }
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path + "/out"))
    }

    func testAControlModelThatFindsNoRoomIsNotBegun() throws {
        try model("huge", ["n_embd": 65536, "n_head": 64, "n_inner": 4_194_304, "n_layer": 60])
        let run = run("model random -m huge -o out")
        XCTAssertEqual(run.code, 1)
        XCTAssertTrue(
            run.diagnostics.hasPrefix("remedi: \(folder.path)/out needs "), run.diagnostics)
        XCTAssertTrue(run.diagnostics.contains(", but its disk has only "), run.diagnostics)
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path + "/out"))
    }
}
