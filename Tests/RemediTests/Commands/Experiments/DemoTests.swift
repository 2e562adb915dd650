import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// The demonstration, with what the program has inside and nothing else.
final class DemoTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ words: String) -> TestRun {
        let output = MemorySink()
        let diagnostics = MemorySink()
        let surroundings = Surroundings(
            workplace: Workplace(
                environment: ["XDG_CACHE_HOME": folder.path + "/cache"], workingFolder: folder,
                executable: URL(fileURLWithPath: "/nowhere/remedi")),
            output: output, diagnostics: diagnostics, clock: { 0 }, date: { TestFiles.date })
        let code = Program.run(words.split(separator: " ").map(String.init), in: surroundings)
        return TestRun(code: code, output: output.text, diagnostics: diagnostics.text)
    }

    /// Away from the package the named experiments are those inside the program.
    func testExperimentsAreInside() throws {
        let listed = try JSONValue(parsing: run("experiments list --json").output)
        let demo = try XCTUnwrap(listed.array?.first { $0["name"] == "demo" })
        XCTAssertEqual(demo["file"], "Configs/demo.json")
        XCTAssertTrue(run("experiments show train.counterfact").output.contains("gptj"))
    }

    /// Trained on few samples, it shows tables, examples and a page; run again, the same as JSON.
    func testTheDemonstration() throws {
        let first = run("experiments run demo --set size=24 batch-size=8 seed=7")
        XCTAssertEqual(first.code, 0, first.diagnostics)
        for part in [
            "95 % interval", "\nefficacy ↑ ", "\nneighbourhood ↑ ", "\nconsistency ↑ ", "\ncontextual F1 ↑ ",
            "unedited", "prefix", "REMEDI, layer ", "state is read at layer 4", "\nfluency        how varied",
            "first evaluated case of each of 3", "\ntold    ", "\nbefore  ", "\nafter   ",
            "\nreport   \(folder.path)/results/demo.html\n", "\npicture  \(folder.path)/results/demo.svg\n",
            "\ntook     0.0 s\n",
        ] {
            XCTAssertTrue(first.output.contains(part), "no \(part) in \(first.output)")
        }
        XCTAssertEqual(first.output.components(separatedBy: "\ntold    ").count, 4)
        for line in first.output.split(separator: "\n") where !line.contains(folder.path) {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
        let page = try String(contentsOfFile: folder.path + "/results/demo.html", encoding: .utf8)
        XCTAssertTrue(page.contains("<h1>Experiment demo</h1>"))
        let picture = try String(contentsOfFile: folder.path + "/results/demo.svg", encoding: .utf8)
        XCTAssertTrue(picture.contains(">Neighbourhood ↑</text>") && picture.contains(">told</text>"))
        let second = run("experiments run demo --set size=24 batch-size=8 seed=7 --json")
        XCTAssertEqual(second.code, 0, second.diagnostics)
        let json = try JSONValue(parsing: second.output)
        XCTAssertEqual(json["report"]?.string, folder.path + "/results/demo.html")
        XCTAssertEqual(json["examples"]?.array?.count, 3)
        XCTAssertEqual(json["picture"]?.string, folder.path + "/results/demo.svg")
        XCTAssertEqual(json["seconds"]?.double, 0)
        XCTAssertEqual(json["seed"], 7)
        XCTAssertEqual(json["model"], "demo")
        XCTAssertEqual(json["training"]?.array?.first?["finished"], true)
        let folders = try XCTUnwrap(json["folders"]?.object)
        XCTAssertEqual(folders.members.map(\.key), ["train.demo", "eval.gen.demo", "eval.cls.demo"])
        let figures = json["figures"]?["eval.gen.demo"]
        XCTAssertNotNil(figures?["neighbourhood"]?["REMEDI, layer 3"]?["interval"]?.array)
        XCTAssertNotNil(json["examples"]?.array?.first?["hit"]?.bool)
        let found = try XCTUnwrap(json["eval.gen.demo"]?.array)
        XCTAssertEqual(
            Set(found.compactMap { $0["condition"]?.string }), ["unedited", "prefix", "linear"])
        XCTAssertEqual(found.first?["samples"]?.integer, 24)
        XCTAssertNotNil(json["eval.cls.demo"]?.array?.first?["metrics"]?["contextual f1"])
    }

    /// What the model card promises of the model itself, on every fifth of the evaluated cases or so.
    func testTheModelKnowsItsWorldAndFollowsContexts() throws {
        let run = run(
            "eval gen counterfact -m demo -f demo -n model --size 60 --conditions unedited prefix "
                + "--benchmarks efficacy rewrite paraphrase --json")
        XCTAssertEqual(run.code, 0, run.diagnostics)
        let results = try XCTUnwrap(JSONValue(parsing: run.output).array)
        XCTAssertEqual(results.count, 6)
        for result in results {
            let name = "\(result["condition"]?.string ?? "") \(result["benchmark"]?.string ?? "")"
            let score = try XCTUnwrap(result["metrics"]?["score"]?["mean"]?.double, name)
            if name.hasPrefix("unedited") {
                XCTAssertLessThanOrEqual(score, 0.05, name)
            } else {
                XCTAssertGreaterThanOrEqual(score, 0.75, name)
            }
        }
    }

    /// The committed script makes the very data that are inside the program.
    func testTheScriptMakesTheData() throws {
        let script = TestFiles.package.appendingPathComponent("Scripts/demo/make_data.py").path
        let ended = try TestProcess(
            ["python3", "-B", script, folder.path], of: URL(fileURLWithPath: "/usr/bin/env")
        ).ended()
        if ended.code == 127 { throw XCTSkip("there is no python3 to run Scripts/demo/make_data.py with") }
        XCTAssertEqual(ended.code, 0, ended.diagnostics)
        let data = TestFiles.package.appendingPathComponent("Sources/CDemo/data")
        let names = try FileManager.default.contentsOfDirectory(atPath: data.path).sorted()
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted(), names)
        for name in names {
            XCTAssertTrue(
                try Data(contentsOf: folder.appendingPathComponent(name))
                    == Data(contentsOf: data.appendingPathComponent(name)), name)
        }
    }

    /// The model's own data sets, under every command that reads some.
    func testDataSetsOfTheDemonstration() throws {
        let shown = run("inspect data -d counterfact -f demo --json")
        XCTAssertEqual(shown.code, 0, shown.diagnostics)
        let splits = try XCTUnwrap(JSONValue(parsing: shown.output)["statistics"]?["splits"]?.array)
        XCTAssertEqual(splits.first?["places"], [0, 1440])
        for words in [
            "eval med winoventi -m demo -n med --size 20", "eval med counterfact -m demo -n med2 --size 20",
            "inspect predict -m demo --top 3 Tarsu",
            "train -m demo -d biosbias -f demo -n bios -l 2 --size 16 --max-epochs 1",
            "train -m demo -d mcrae -f demo -n things -l 2 --size 16 --max-epochs 1",
            "eval gen biosbias -m demo -f demo -n biosgen -e results/bios -l 2 --size 6 --max-length 60",
            "eval cls biosbias -m demo -f demo -n bioscls -e results/bios -l 2 --entity-layers 2 --size 6",
            "eval ent mcrae -m demo -f demo -n ent -e results/things -l 2 --size 6",
        ] {
            let run = run(words)
            XCTAssertEqual(run.code, 0, "\(words): \(run.diagnostics)")
        }
    }
}

extension TestRun {
    fileprivate init(code: Int32, output: String, diagnostics: String) {
        self.code = code
        self.output = output
        self.diagnostics = diagnostics
    }
}
