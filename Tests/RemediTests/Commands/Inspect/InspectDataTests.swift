import Foundation
import LanguageModels
import XCTest

final class InspectDataTests: XCTestCase {
    private let raw = TestFiles.package.appendingPathComponent("Tests/Fixtures").path

    private func inspect(_ line: String) -> TestRun { TestRun("inspect data " + line) }

    func testFactsTablesAndSamples() {
        let run = inspect("-d biosbias -f \(raw)/biosbias.pkl -n 1")
        XCTAssertEqual(
            run.output,
            """
            data set            biosbias
            file                \(raw)/biosbias.pkl
            read                89 records
            samples             82
            left out            7
            training            82 (of places 0 to 5000)
            evaluation (small)  0 (of places 5000 to 6000)
            evaluation          0 (of places 5000 to 10000)
            entities            36 different
            attributes          68 different
            targets             8 different
            repeated ids        1

            left out                              records  ids
            ────────────────────────────────────  ───────  ──────────────────────────
            the first name occurs more than once        3  Al_Also, May_Day, Tom_Reed
            not a person's name                         1  Non-Residential_Services
            under 10 words                              2  Jo_March, Jo_March
            empty attribute                             1  Kim_Ono

            target        samples
            ────────────  ───────
            nurse              19
            professor           9
            physician           9
            attorney            9
            photographer        9
            3 others           27

            sample Amara_van_Okafor (place 0)
              entity      Amara
              attribute   teaches marine biology at the university and directs a small
                          laboratory that studies river sediments
              context     Amara teaches marine biology at the university and directs a small
                          laboratory that studies river sediments.
              prompt      Amara has the occupation of
              target      professor

            """)
        XCTAssertEqual(run.code, 0)
        XCTAssertEqual(run.diagnostics, "")
    }

    func testRelationsAndPlaces() {
        let run = inspect("-f \(raw)/counterfact-full.json -n 0")
        XCTAssertTrue(run.output.contains("\nrelations "), run.output)
        XCTAssertTrue(run.output.contains("\nrelation  samples\n"), run.output)
        let kept = inspect("-d biosbias -f \(raw)/biosbias.pkl --id Bartholomew_Mendoza")
        XCTAssertTrue(kept.output.hasPrefix("sample Bartholomew_Mendoza (place "), kept.output)
    }

    func testSplitsOfALargeFile() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = (0..<6_000).map { id in
            #"{"id": "\#(id)", "entity": "E\#(id % 70)", "attribute": "\#(id == 5_500 ? "" : "is in Peru")", "#
                + #""context": "E\#(id % 70) is in Peru", "prompt": "E\#(id % 70) lies"}"# + "\n"
        }
        let file = folder.appendingPathComponent("mine.jsonl")
        try Data(lines.joined().utf8).write(to: file)
        let facts = inspect("-d counterfact -f \(file.path) --split evaluation -n 1").output
        XCTAssertTrue(facts.contains("\nevaluation (small)  999 (of places 5000 to 6000)\n"), facts)
        XCTAssertTrue(facts.contains(" different in the evaluation split\n"), facts)
        XCTAssertTrue(facts.contains(" (place 5000)\n"), facts)
    }

    func testIds() {
        let twice = inspect("-d biosbias -f \(raw)/biosbias.pkl --id Tom_Reed Al_Green")
        XCTAssertEqual(
            twice.output.split(separator: "\n").filter { $0.hasPrefix("sample ") }.map { $0.prefix(16) },
            ["sample Tom_Reed ", "sample Tom_Reed ", "sample Al_Green "])
        // A tab and a line end in the text are shown as spaces.
        XCTAssertTrue(twice.output.contains("“quoted” and broken \\ lines."), twice.output)
        for (id, reason) in [
            ("Kim_Ono", "'Kim_Ono' was left out: empty attribute"), ("Nobody", "there is no sample 'Nobody'"),
        ] {
            let run = inspect("-d biosbias -f \(raw)/biosbias.pkl --id \(id)")
            XCTAssertEqual(run.diagnostics, "remedi: \(raw)/biosbias.pkl: \(reason)\n")
            XCTAssertEqual(run.code, 1)
        }
        XCTAssertEqual(inspect("--id a --split all").code, 2)
        XCTAssertEqual(inspect("--id a -n 3").code, 2)
        XCTAssertEqual(inspect("--id a --dropped").code, 2)
    }

    func testDropped() {
        let run = inspect("-d mcrae -f \(raw)/mcrae.txt --dropped")
        XCTAssertTrue(
            run.output.hasSuffix(
                """
                targets             117 different

                4 left out, unwanted feature:
                  beaver/killed_for_fur, lion/king_of_the_jungle, parrot/eg_-_Polly,
                  scissors/bought/sold_in_pairs

                """), run.output)
    }

    /// Samples whose prompt lacks the entity are left out and named; one inside a word is told.
    func testSamplesWithoutTheEntityInThePrompt() throws {
        let records = [
            ("1", "Ada speaks", "Ada speaks French"), ("2", "A. D. A. speaks", "Ada speaks French"),
            ("3", "Adamant speaks", "Ada speaks French"), ("4", "Ada said", "Ada knows French"),
            ("5", "Ada speaks", "Ada  "),
        ]
        let lines = records.map { id, prompt, context in
            let attribute = id == "5" ? "  " : "speaks French"
            return
                #"{"id": "\#(id)", "entity": "Ada", "attribute": "\#(attribute)", "context": "\#(context)", "#
                + #""prompt": "\#(prompt)"}"# + "\n"
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(lines.joined().utf8).write(to: file)
        let run = inspect("-f \(file.path) --dropped")
        XCTAssertTrue(run.output.contains("\nsamples             3\nleft out            2\n"), run.output)
        XCTAssertTrue(
            run.output.contains("\ninside a word       1, whose prompt has the entity only so: 3\n"),
            run.output)
        XCTAssertTrue(
            run.output.contains("\nnot in context      1, whose attribute is not in the context: 4\n"),
            run.output)
        XCTAssertTrue(run.output.contains("\n1 left out, entity not in the prompt:\n  2\n"), run.output)
        XCTAssertTrue(run.output.contains("\n1 left out, empty attribute:\n  5\n"), run.output)
        let named = inspect("-f \(file.path) --id 2")
        XCTAssertEqual(
            named.diagnostics, "remedi: \(file.path): '2' was left out: entity not in the prompt\n")
    }

    func testJSON() throws {
        let run = inspect("-d biosbias -f \(raw)/biosbias.pkl --json -n 2 --split training")
        let said = try JSONValue(parsing: run.output)
        XCTAssertEqual(said["records"]?.integer, 89)
        XCTAssertEqual(said["record_limit"]?.integer, 50_000)
        XCTAssertEqual(said["samples"]?.integer, 82)
        XCTAssertEqual(
            said["dropped"]?.array?.last, ["reason": "empty attribute", "count": 1, "ids": ["Kim_Ono"]])
        XCTAssertEqual(said["statistics"]?["targets"]?["nurse"]?.integer, 19)
        XCTAssertEqual(
            said["statistics"]?["splits"]?.array?.first,
            ["split": "training", "places": [0, 5000], "samples": 82])
        XCTAssertEqual(said["shown"]?.array?.count, 2)
        XCTAssertEqual(said["shown"]?.array?.first?["id"], "Amara_van_Okafor")
        let one = inspect("-d biosbias -f \(raw)/biosbias.pkl --json --id Al_Green")
        XCTAssertEqual(try JSONValue(parsing: one.output).array?.first?["entity"], "Al")
    }
}
