import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// No control character of a file or an argument is in what a command writes.
final class HostileTextTests: XCTestCase {
    /// An escape sequence, a C1 control, a bell, a line break, bidirectional controls and separators.
    private static let hostile =
        "h\u{1B}[31mr\u{9B}2J\u{7}\u{7F}\r\nwarning: \u{202E}x\u{2066}\u{2028}\u{200F}"
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = try TestFiles.temporaryFolder()
        let text = JSONValue.string(Self.hostile).text()
        try write("{\"model_type\": \(text)}", "typed/config.json")
        try write(
            "{\"model_type\": \"gpt2\", \(text): 1, \"activation_function\": \(text)}", "set/config.json")
        try write(
            "{\"summary\": \(text), \"dataset\": \"counterfact\", \"model\": \"demo\"}", "good/train.e.json")
        try write("{\"summary\": \"e\", \"dataset\": \"counterfact\", \(text): 1}", "bad/train.e.json")
        try write("{\"summary\": \"e\", \"dataset\": \(text), \"model\": \(text)}", "worse/train.e.json")
        try write("{\(text): 1, \(text): 2}", "twice/train.e.json")
        try write("{}", "named/train.\(Self.hostile).json")
        let sample =
            "\"id\": \(text), \"entity\": \"Ada\", \"context\": \"Ada speaks French\", \"prompt\": \"Ada speaks\""
        try write(
            "{\(sample), \"attribute\": \"\"}\n{\(sample), \"attribute\": \"speaks French\", \"more\": \(text)}\n",
            "samples.jsonl")
        try write("[{\"case_id\": \(text)}]", "counterfact.json")
        try write("not \(Self.hostile)", "results/r/manifest.json")
        try write("{\"state\": \(text), \"experiment\": \(text)}", "results/s/experiment.json")
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func write(_ text: String, _ name: String) throws {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// `H` stands for the hostile text, `REMEDI_CONFIGS=` in front for a folder of configurations.
    private static let lines = """
        H
        --H
        H train
        train H
        train --H
        train --layers H
        train --device H
        train e -m H
        train -n H
        train -n H -m typed
        train e --editor-types H
        train e -f H
        train demo --args-file-name H
        eval gen H
        eval gen counterfact H
        eval gen counterfact --benchmarks H
        eval gen counterfact -n e -m demo -f samples.jsonl --baseline unedited --split all -b efficacy
        eval gen counterfact -n H -m demo -f samples.jsonl --baseline unedited --split all -b efficacy
        eval gen counterfact -n e -m demo -f samples.jsonl --baseline unedited --split all -b efficacy --json
        eval gen counterfact -n e -m H -f samples.jsonl --baseline unedited
        eval cls counterfact -n e -m demo -e H -f samples.jsonl
        eval cls H
        eval ent mcrae -m H -n e
        eval ent H
        eval med counterfact -n e -m H
        eval med H
        inspect H
        inspect run H
        inspect run results/r
        inspect run results/s
        inspect run --compare H H
        inspect run results/s --format H
        inspect edit -m H --entity a --attribute b --prompt c
        inspect edit -m demo -e H -l 1 --entity a --attribute b --prompt c
        inspect edit -m demo --editor-type identity -l 1 --entity AH --attribute isH --prompt AH --targets H
        inspect edit -m demo --editor-type identity -l 1 --entity AH --attribute isH --prompt AH --targets H --json
        inspect probe -m H -e H -l 1 --entity a --attribute b --prompt c
        inspect probe -m demo -e H -l 1 --entity a --attribute b --prompt c
        inspect model -m H
        inspect model -m typed
        inspect model -m set
        inspect model -m typed --json
        inspect tokens -m demo H
        inspect tokens -m demo H --json
        inspect tokens -m demo a --substring H
        inspect tokens -m demo --as-target H
        inspect predict -m demo H
        inspect predict -m demo H --json
        inspect device --device H
        inspect editor -e H
        inspect editor H
        inspect data -d counterfact -f samples.jsonl
        inspect data -d counterfact -f samples.jsonl --dropped
        inspect data -d counterfact -f samples.jsonl --json
        inspect data -d counterfact -f samples.jsonl --id H
        inspect data -d counterfact -f counterfact.json
        inspect data -d H
        inspect data -d counterfact -f H
        inspect directions -m demo --editor-type identity -l 1 -d counterfact -f samples.jsonl --split all -o H
        inspect directions -m H -d counterfact
        REMEDI_CONFIGS=good experiments list
        REMEDI_CONFIGS=good experiments list --json
        REMEDI_CONFIGS=bad experiments list
        REMEDI_CONFIGS=worse experiments list
        REMEDI_CONFIGS=twice experiments list
        REMEDI_CONFIGS=named experiments list
        REMEDI_CONFIGS=named experiments list --names
        REMEDI_CONFIGS=good experiments show train.e
        REMEDI_CONFIGS=good experiments show train.e --json
        REMEDI_CONFIGS=named experiments run train.H
        REMEDI_CONFIGS=good experiments run train.e --set H=H
        REMEDI_CONFIGS=good experiments run train.e --set H
        experiments show H
        experiments run H
        experiments run train.demo --results-dir H -m H
        experiments status H
        experiments status --results-dir H
        experiments submit H
        experiments submit train.demo -m H --dry-run
        experiments submit train.demo -m demo --dry-run --partition H
        experiments submit train.demo -m demo --dry-run --time H
        data H
        data download H
        data list --H
        data reformat H
        data reformat counterfact -f samples.jsonl -o H
        model H
        model list H
        model download H
        model random -m H
        model import H
        model import typed
        model random -m typed -o H
        completions H
        manual H
        presubmit H
        help H
        """.split(separator: "\n").map(String.init)

    func testNoCommandLetsControlCharactersThrough() {
        for line in Self.lines {
            var words = line.split(separator: " ").map { String($0).replacing("H", with: Self.hostile) }
            var environment = ["HF_HUB_OFFLINE": "1"]
            if let configs = words.first?.split(separator: "="), configs.count == 2 {
                environment[String(configs[0])] = String(configs[1])
                words.removeFirst()
            }
            let run = TestRun(words, environment: environment, in: folder)
            for (name, text) in [("output", run.output), ("diagnostics", run.diagnostics)] {
                let controls: [UnicodeScalar] = text.unicodeScalars.filter { $0.isControl && $0 != "\n" }
                XCTAssertEqual(controls, [], "\(name) of \(line): \(text.debugDescription)")
                XCTAssertFalse(("\n" + text).contains("\nwarning: \u{FFFD}"), "\(name) of \(line): \(text)")
            }
            XCTAssertFalse(run.output.isEmpty && run.diagnostics.isEmpty, line)
        }
    }
}
