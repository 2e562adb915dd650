import Foundation
import LanguageModels
import XCTest
import remedi

/// `remedi inspect model` where there are no weights, or no GPU.
final class InspectModelTests: XCTestCase {
    private func inspect(_ line: String) -> TestRun { TestRun("inspect model " + line) }

    private func memory(_ line: String) throws -> [String: Int] {
        let run = inspect(line + " --memory --json")
        XCTAssertEqual(run.code, 0, run.diagnostics)
        let members = try XCTUnwrap(try JSONValue(parsing: run.output)["memory_bytes"]?.object).members
        return Dictionary(
            uniqueKeysWithValues: members.compactMap { key, value in
                value.integer.map { (key, $0) }
            })
    }

    /// The largest model trains on one card of 80 GB, whatever the layer; on one of 40 GB it does not.
    func testNeoXOnAGPU() throws {
        for layer in [0, 43] {
            let plan = try memory("-m neox --device cuda -l \(layer) --samples 1600")
            XCTAssertEqual(plan["weights"], 41_116_188_672, "\(layer)")
            XCTAssertLessThan(try XCTUnwrap(plan["training"]), 79 << 30, "\(layer)")
            XCTAssertLessThan(try XCTUnwrap(plan["generation"]), 79 << 30, "\(layer)")
            XCTAssertEqual(plan["layer"], layer)
        }
        let small = "-m neox --device cuda --device-memory 39G --samples 160 --memory"
        XCTAssertTrue(inspect(small).output.contains("on a GPU that has 39 GiB; it does not fit:"))
    }

    func testWorkloadsChangeThePlan() throws {
        let line = "-m gpt2 --device cuda --samples 64 --batch-size 8"
        let plan = try memory(line)
        for (change, key) in [
            ("--batch-size 16", "activations"), ("--prompt-tokens 32", "frozen"), ("--samples 128", "frozen"),
            ("--prefix-tokens 4", "activations"), ("--read-tokens 12", "logits"),
            ("--text-tokens 200", "text_cache"), ("-l 2", "activations"),
        ] {
            XCTAssertGreaterThan(
                try XCTUnwrap(memory("\(line) \(change)")[key]), try XCTUnwrap(plan[key]), change)
        }
        XCTAssertEqual(try memory(line + " --cache-memory 0")["frozen"], 0)
        XCTAssertLessThan(
            try XCTUnwrap(memory(line + " --fp16 yes")["weights"]), try XCTUnwrap(plan["weights"]))
    }

    func testPublishedShapes() throws {
        for (name, parameters) in [
            ("gpt2", 124_439_808), ("gpt2-medium", 354_823_168), ("gpt2-large", 774_030_080),
            ("gpt2-xl", 1_557_611_200), ("gptj", 6_050_882_784), ("neox", 20_554_567_680),
        ] {
            let run = inspect("-m \(name) --json")
            XCTAssertEqual(run.code, 0, run.diagnostics)
            let json = try JSONValue(parsing: run.output)
            XCTAssertEqual(json["parameters"]?.integer, parameters, name)
            XCTAssertEqual(json["folder"]?.isNull, true, name)
        }
        XCTAssertTrue(inspect("-m gptj").output.hasPrefix("folder                not there; as published\n"))
        XCTAssertEqual(inspect("-m pythia-70m").code, 1)
    }

    func testPromptsMustHoldWhatIsRead() {
        for line in ["--prefix-tokens 24", "--read-tokens 17", "--prompt-tokens 12"] {
            let run = inspect("-m gpt2 " + line)
            XCTAssertEqual(run.code, 2, line)
            XCTAssertTrue(run.diagnostics.contains("means nothing for prompts of"), run.diagnostics)
        }
        XCTAssertEqual(inspect("-m gpt2 --prompt-tokens 2000").code, 1)
        XCTAssertEqual(inspect("-m gpt2 -l 12").code, 2)
    }

    /// A folder with nothing but a configuration.
    func testConfigurationAlone() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = TestFiles.training.appendingPathComponent("gpt2")
        try FileManager.default.copyItem(
            at: source.appendingPathComponent("config.json"),
            to: folder.appendingPathComponent("config.json"))
        for device in ["cpu", "cuda"] {
            let line = " --samples 32 --prompt-tokens 12 --prefix-tokens 4 --device \(device)"
            XCTAssertEqual(
                try memory("-m \(folder.path)" + line), try memory("-m \(source.path)" + line), device)
        }
    }
}
