import LanguageModels
import XCTest

@testable import RemediCore

final class PromptCleanerTests: XCTestCase {
    private func check(
        _ raw: String, subject: String, is expected: String, file: StaticString = #filePath,
        line: UInt = #line
    ) {
        XCTAssertEqual(PromptCleaner(subject: subject).clean(raw), expected, file: file, line: line)
    }

    func testEveryRule() {
        check("References\n\nMore Toko Yasuda plays", subject: "Toko Yasuda", is: "More Toko Yasuda plays")
        check(
            "Category:Moths Category:Paris Paris is in", subject: "Paris", is: "Paris is in")
        check(
            "Yukiko, singer (b. Doug Saunders is from", subject: "Doug Saunders", is: "Doug Saunders is from")
        check("Poems (tr. Doug Saunders is from", subject: "Doug Saunders", is: "Doug Saunders is from")
        check("Width (min. Doug Saunders is from", subject: "Doug Saunders", is: "Doug Saunders is from")
        check(
            "It rained. Perth Airport is named after", subject: "Perth Airport",
            is: "Perth Airport is named after")
        check(
            "It rained. Where is Perth Airport? It is in", subject: "Perth Airport",
            is: "Where is Perth Airport? It is in")
        check("Where is Perth? It is in", subject: "Perth", is: "Where is Perth? It is in")
        check("It rained! In Perth! Perth is in", subject: "Perth", is: "Perth is in")
    }

    func testSubjectsWithStops() {
        check("Dance. Sammy Davis Jr. plays", subject: "Sammy Davis Jr.", is: "Sammy Davis Jr. plays")
        check(
            "It rained. Mario Bros. The game is by", subject: "Mario Bros.", is: "Mario Bros. The game is by")
        check("Haiti (2010) devoted. .af, which is in", subject: ".af", is: ".af, which is in")
        check("Kabhi Khushi. Gham is in", subject: "Kabhi Khushi. Gham", is: "Kabhi Khushi. Gham is in")
    }

    func testTrailingStopFallsBack() {
        check("It rained in Perth.", subject: "Perth", is: "It rained in Perth.")
        check("", subject: "Perth", is: "")
    }

    /// The prompts that cleaning must leave, written by hand beside the raw ones.
    func testInventedCases() throws {
        let lines = try String(contentsOf: FixtureFiles.own("training/samples.jsonl"), encoding: .utf8)
        let expected = try lines.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        var found: [Sample] = []
        var changed = 0
        try RecordReader(file: FixtureFiles.shared("facts.json")).forEachRecord { record, _, text in
            let sample = try CounterFact.sample(of: XCTUnwrap(record.object), text: text)
            if record["paraphrase_prompts"]?.array?.first?.string != sample.prompt { changed += 1 }
            found.append(sample)
        }
        XCTAssertEqual(found.map(\.prompt), expected.map { $0["prompt"]?.string })
        XCTAssertEqual(found.count, 72)
        XCTAssertEqual(changed, 18, "prompts that cleaning changes")
    }

    func testAgreesWithTheReferenceOnSixThousandCases() throws {
        var expected: [String: String] = [:]
        let lines = try String(
            contentsOf: FixtureFiles.real("counterfact-6k-prompts.jsonl"), encoding: .utf8)
        for line in lines.split(separator: "\n") {
            let record = try JSONValue(parsing: String(line))
            expected[try XCTUnwrap(record["id"]?.string)] = record["prompt"]?.string
        }
        var changed = 0
        var different: [String] = []
        try RecordReader(file: FixtureFiles.real("counterfact-6k.json")).forEachRecord { record, _, text in
            let sample = try CounterFact.sample(of: XCTUnwrap(record.object), text: text)
            if record["paraphrase_prompts"]?.array?.first?.string != sample.prompt { changed += 1 }
            if expected.removeValue(forKey: sample.id) != sample.prompt { different.append(sample.id) }
        }
        XCTAssertEqual(expected.count, 0)
        XCTAssertEqual(changed, 994, "prompts that cleaning changes")
        XCTAssertEqual(different, [], "prompts that differ from the reference's")
    }
}
