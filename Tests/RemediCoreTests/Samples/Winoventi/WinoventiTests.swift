import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class WinoventiTests: XCTestCase {
    func testRowsAgreeWithTheOracle() throws {
        let dataset = try Dataset.load(.winoventi, file: FixtureFiles.own("winoventi.tsv"))
        let expected = try Dataset.load(.winoventi, file: FixtureFiles.own("winoventi.jsonl"))
        XCTAssertEqual(expected.all.count, 45)
        let found = dataset.all.map { sample in
            XCTAssertEqual(sample.source?["Word"]?.string, sample.entity)
            var sample = sample
            sample.source = nil
            return sample
        }
        XCTAssertEqual(found.map(\.id), expected.all.map(\.id))
        XCTAssertEqual(found, expected.all)
        XCTAssertEqual(dataset.samples.count, 40)
        let counts = dataset.dropped.map { "\($0.reason): \($0.ids.count)" }
        XCTAssertEqual(
            counts,
            [
                "empty attribute: 5", "no context word after the word: 12",
                "the word is not mentioned twice: 6", "not two sentences: 4",
            ])
    }

    func testTheWholeDataSet() throws {
        let file = try FixtureFiles.real("winoventi_bert_large_final.tsv")
        let dataset = try Dataset.load(.winoventi, file: file)
        XCTAssertEqual(dataset.all.count, 2_632)
        XCTAssertEqual(Set(dataset.all.map(\.id)).count, 2_632)
    }

    func testOtherLineEnds() throws {
        let text = try String(contentsOf: FixtureFiles.own("winoventi.tsv"), encoding: .utf8)
        let file = try temporaryFile(text.replacingOccurrences(of: "\n", with: "\r\n"))
        XCTAssertEqual(try Dataset.load(.winoventi, file: file).all.count, 45)
    }

    /// As a spreadsheet saves it.
    func testFormsOfSpreadsheets() throws {
        let text = try String(contentsOf: FixtureFiles.own("winoventi.tsv"), encoding: .utf8)
        let blank = text + String(repeating: "\t", count: 8) + "\n"
        let forms: [(String, Data)] = [
            ("mark", Data(("\u{FEFF}" + text).utf8)), ("blank row", Data(blank.utf8)),
            ("UTF-16", Data([0xFF, 0xFE]) + text.data(using: .utf16LittleEndian)!),
            ("UTF-16, big", Data([0xFE, 0xFF]) + text.data(using: .utf16BigEndian)!),
        ]
        for (form, data) in forms {
            let file = try temporaryFolder().appendingPathComponent("winoventi.tsv")
            try data.write(to: file)
            XCTAssertEqual(try Dataset.load(.winoventi, file: file).all.count, 45, form)
        }
    }

    func testBadInput() throws {
        let header = Winoventi.columns.joined(separator: "\t")
        let cases = [
            ("a\tb\n", "the first line is not \(Winoventi.columns.joined(separator: ", "))"),
            ("", "the first line is not \(Winoventi.columns.joined(separator: ", "))"),
            (header + "\n1\t2\n", "line 2 has 2 fields, not 9"),
            (header.replacingOccurrences(of: "\t", with: ","), TableText.expectedTabs("commas")),
            (header.replacingOccurrences(of: "\t", with: ";"), TableText.expectedTabs("semicolons")),
        ]
        for (text, reason) in cases {
            let file = try temporaryFile(text)
            XCTAssertThrowsError(try Dataset.load(.winoventi, file: file)) {
                XCTAssertEqual($0 as? RemediError, .malformedData(path: file.path, reason: reason))
            }
        }
    }
}
