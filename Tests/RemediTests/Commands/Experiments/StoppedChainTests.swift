import Foundation
import XCTest

/// `experiments run --with-dependencies`, stopped by a signal in the middle of what it makes first, and in the
/// middle of what it was asked for.
final class StoppedChainTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private let results = "eval_gen_counterfact_gpt2/linear/1/"
    private let editors = "editors_counterfact_gpt2/linear/1/"

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        let configs = folder.appendingPathComponent("Configs")
        try FileManager.default.createDirectory(at: configs, withIntermediateDirectories: true)
        let model = TestFiles.training.appendingPathComponent("gpt2").path
        let head = #""summary": "s", "dataset": "counterfact", "model": "\#(model)", "layers": [1]"#
        for (name, members) in [
            ("train.tiny", #""size": 8, "max_epochs": 120, "patience": 120, "hold_out": 0.25"#),
            ("eval.gen.tiny", #""benchmarks": ["efficacy"], "split": "all", "batch_size": 1"#),
        ] {
            try #"{\#(head), \#(members)}"#.write(
                to: configs.appendingPathComponent(name + ".json"), atomically: true, encoding: .utf8)
        }
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    /// Runs the chain; if it is to be stopped, as soon as it says so many times `word`.
    private func run(
        into results: String, stoppedAt word: String? = nil, count: Int = 1
    ) throws -> TestProcess.Ended {
        let process = try TestProcess(
            [
                "experiments", "run", "eval.gen.tiny", "--with-dependencies", "--results-dir", results, "-f",
                TestFiles.training.appendingPathComponent("samples.jsonl").path,
            ], in: folder)
        guard let word else { return try process.ended() }
        // It waits for us where it is a page of text ahead, so that it cannot come to its end unheard.
        _ = fcntl(process.diagnostics.fileDescriptor, Self.setPipeSize, 4096)
        var text = ""
        while text.components(separatedBy: word).count <= count {
            let data = process.diagnostics.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        process.send(SIGTERM)
        var ended = try process.ended()
        ended.diagnostics = text + ended.diagnostics
        return ended
    }

    /// F_SETPIPE_SZ, which Glibc's module hides.
    private static let setPipeSize: Int32 = 1031

    private func checkStopped(_ ended: TestProcess.Ended, line: UInt = #line) {
        XCTAssertEqual(ended.code, 143, ended.diagnostics, line: line)
        XCTAssertEqual(ended.signal, 0, line: line)
        XCTAssertEqual(ended.output, "", line: line)
        XCTAssertTrue(
            ended.diagnostics.hasSuffix("remedi: stopped by SIGTERM; the work is saved\n"),
            ended.diagnostics, line: line)
    }

    private func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
    }

    func testItGoesOnWhereItStood() throws {
        let whole = try run(into: "whole")
        XCTAssertEqual(whole.code, 0, whole.diagnostics)
        // In the training: nothing is evaluated.
        let training = try run(into: "parts", stoppedAt: "epoch 1/120: train")
        checkStopped(training)
        XCTAssertTrue(has("parts/\(editors)checkpoint.safetensors"))
        XCTAssertFalse(has("parts/eval_gen_counterfact_gpt2"))
        // In the evaluation, which names the model a second time: the editor is there, some cases are done.
        let evaluation = try run(into: "parts", stoppedAt: "\nmodel ", count: 2)
        checkStopped(evaluation)
        XCTAssertTrue(has("parts/\(editors)weights.safetensors"))
        XCTAssertFalse(has("parts/\(editors)checkpoint.safetensors"))
        XCTAssertFalse(has("parts/\(results)efficacy.json"), evaluation.diagnostics)
        let last = try run(into: "parts")
        XCTAssertEqual(last.code, 0, last.diagnostics)
        XCTAssertEqual(last.output, whole.output)
        for file in [
            editors + "weights.safetensors", results + "efficacy.json", results + "efficacy_metrics.json",
        ] {
            XCTAssertEqual(
                try Data(contentsOf: folder.appendingPathComponent("parts/\(file)")),
                try Data(contentsOf: folder.appendingPathComponent("whole/\(file)")), file)
        }
    }
}
