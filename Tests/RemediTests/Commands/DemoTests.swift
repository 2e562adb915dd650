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
            "unedited", "prefix", "REMEDI, layer ", "state is read at layer 3", "\nfluency        how varied",
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
        XCTAssertNotNil(figures?["neighbourhood"]?["REMEDI, layer 2"]?["interval"]?.array)
        XCTAssertNotNil(json["examples"]?.array?.first?["hit"]?.bool)
        let found = try XCTUnwrap(json["eval.gen.demo"]?.array)
        XCTAssertEqual(
            Set(found.compactMap { $0["condition"]?.string }), ["unedited", "prefix", "linear"])
        XCTAssertEqual(found.first?["samples"]?.integer, 24)
        XCTAssertNotNil(json["eval.cls.demo"]?.array?.first?["metrics"]?["contextual f1"])
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
