import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class CaseJournalTests: XCTestCase {
    private func file() throws -> URL { try temporaryFolder().appendingPathComponent("a.journal.jsonl") }

    func testWhatIsKnownIsNotComputed() throws {
        let file = try file()
        let first = try CaseJournal(file: file, inputs: ["seed": 1])
        try first.keep("part", [(1, 0.1), (3, [.number(-.infinity), .number(.nan), "é"])])
        let second = try CaseJournal(file: file, inputs: ["seed": 1])
        XCTAssertEqual(second.count, 2)
        XCTAssertEqual(second.value("part", 1), 0.1)
        XCTAssertNil(second.value("other", 1))
        var computed: [[Int]] = []
        let values = try second.map(
            Array(0..<6), part: "part", batchSize: 3, stage: "s", progress: SilentProgress()
        ) { batch in
            computed.append(batch)
            return batch.map { JSONValue.integer($0 * 10) }
        }
        XCTAssertEqual(computed, [[0, 2, 4], [5]])
        XCTAssertEqual(values[0...2], [0, 0.1, 20])
        XCTAssertEqual(values[3].text(), #"[-Infinity, NaN, "é"]"#)
        XCTAssertEqual(try CaseJournal(file: file, inputs: ["seed": 1]).count, 6)
    }

    func testValuesComeBackExactly() throws {
        let file = try file()
        var stream = RandomStream(seed: 3, purpose: "test", sample: "journal")
        let values = (0..<200).map { _ in Double(bitPattern: stream.next()) }.filter(\.isFinite)
        try CaseJournal(file: file, inputs: [:]).keep(
            "p", values.enumerated().map { ($0, JSONValue.number($1)) })
        let read = try CaseJournal(file: file, inputs: [:])
        for (index, value) in values.enumerated() {
            XCTAssertEqual(read.value("p", index)?.double?.bitPattern, value.bitPattern, "\(value)")
        }
    }

    func testAJournalOfOtherInputsIsDropped() throws {
        let file = try file()
        try CaseJournal(file: file, inputs: ["seed": 1]).keep("p", [(0, 1)])
        XCTAssertEqual(try CaseJournal(file: file, inputs: ["seed": 2]).count, 0)
        XCTAssertEqual(try CaseJournal(file: file, inputs: ["seed": 1]).count, 0)
    }

    func testATornLineIsComputedAgain() throws {
        let file = try file()
        let journal = try CaseJournal(file: file, inputs: [:])
        try journal.keep("p", [(0, 1)])
        try journal.keep("p", [(1, "second")])
        let content = try Data(contentsOf: file)
        for cut in 1..<12 {
            try content.dropLast(cut).write(to: file)
            XCTAssertNil(try CaseJournal(file: file, inputs: [:]).value("p", 1), "\(cut)")
            XCTAssertEqual(try CaseJournal(file: file, inputs: [:]).value("p", 0), 1, "\(cut)")
        }
    }

    func testADamagedLineIsToldAndComputedAgain() throws {
        let file = try file()
        let journal = try CaseJournal(file: file, inputs: ["seed": 1])
        for index in 0..<4 { try journal.keep("p", [(index, .number(-3.4 - Double(index)))]) }
        let content = try String(contentsOf: file, encoding: .utf8)
        let damaged = content.replacingOccurrences(of: "-5.4", with: "-9.4")
        try damaged.write(to: file, atomically: true, encoding: .utf8)
        XCTAssertEqual(try CaseJournal.count(in: file), 2)
        let progress = RecordedProgress()
        let again = try CaseJournal(file: file, inputs: ["seed": 1], progress: progress)
        XCTAssertEqual(again.count, 2)
        XCTAssertEqual(
            progress.warnings,
            [
                "a.journal.jsonl: the lines after the first 2 cases do not match their checksums; those cases are"
                    + " computed again"
            ])
        for index in 2..<4 { try again.keep("p", [(index, .number(-3.4 - Double(index)))]) }
        XCTAssertEqual(try String(contentsOf: file, encoding: .utf8), content)
    }

    /// Damaged anywhere, a journal gives back what was kept or nothing.
    func testDamagedJournalsNeverGiveOtherValues() throws {
        let file = try file()
        let kept = (0..<6).map { ($0, JSONValue.array([.number(Double($0) / 7), "é", .number(.nan)])) }
        try CaseJournal(file: file, inputs: ["seed": 1]).keep("p", kept)
        let sound = try Data(contentsOf: file)
        var stream = RandomStream(seed: 6, purpose: "journals")
        var known = 0
        for round in 0..<RandomStream.rounds(500) {
            try stream.mutated(sound).write(to: file)
            let journal = try CaseJournal(file: file, inputs: ["seed": 1])
            for (index, value) in kept {
                guard let found = journal.value("p", index) else { continue }
                XCTAssertEqual(found.text(), value.text(), "round \(round), entry \(index)")
                known += 1
            }
        }
        XCTAssertGreaterThan(known, 0)
    }

    /// Journals of versions that wrote no checksums, and of which the first line is damaged.
    func testAJournalOfNobodyIsBegunAgain() throws {
        for text in [
            "{\"inputs\": {\"seed\": 1}}\n{\"p/0\": 1}\n", String(repeating: "\0", count: 512), "\n", "x\n",
        ] {
            let file = try file()
            try text.write(to: file, atomically: true, encoding: .utf8)
            XCTAssertTrue(try CaseJournal.exists(file, inputs: ["seed": 1]), text)
            XCTAssertEqual(try CaseJournal(file: file, inputs: ["seed": 1]).count, 0, text)
            XCTAssertEqual(try SealedLines(file).values, [["inputs": ["seed": 1]]], text)
        }
    }

    /// Entries that are whole but cannot be what was kept are computed again, and trap nowhere.
    func testEntriesOfAnotherForm() throws {
        for entry: JSONValue in [
            [], [1, 2, 3], [1, 2, 3, "x"], [1, 2, 3, nil], nil, true, "x", [1, 2, 3, 4, 5], ["a": 1],
            [[1], 2, 3, 4],
        ] {
            let journal = CaseJournal()
            try journal.keep("p", [(0, entry)])
            let known = PromptScore(
                target: WordScore(first: -1, full: -2), comparator: WordScore(first: -3, full: -4))
            let found = try journal.map(
                [0], part: "p", batchSize: 1, stage: "s", progress: SilentProgress()
            ) { _ in [known] }
            XCTAssertEqual(found, [known], entry.text())
            XCTAssertEqual(PromptScore(journalEntry: known.journalEntry), known)
        }
        let journal = CaseJournal()
        try journal.keep("p", [(0, [1.5]), (1, [1.5, 2])])
        let found = try journal.map(
            [2, 2], part: "p", batchSize: 2, stage: "s", progress: SilentProgress(), fits: { $0 == $1.count }
        ) { items in items.map { _ in [0.5, 0.25] } }
        XCTAssertEqual(found, [[0.5, 0.25], [1.5, 2]])
    }

    func testRemoving() throws {
        let file = try file()
        let journal = try CaseJournal(file: file, inputs: [:])
        XCTAssertTrue(FileManager.default.fileExists(atPath: file.path))
        try journal.remove()
        XCTAssertFalse(FileManager.default.fileExists(atPath: file.path))
        try journal.remove()
    }
}
