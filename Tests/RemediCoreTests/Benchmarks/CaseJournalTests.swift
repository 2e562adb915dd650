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
            return batch.map { .integer($0 * 10) }
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
            // Without its line break alone a line is whole.
            XCTAssertEqual(
                try CaseJournal(file: file, inputs: [:]).value("p", 1), cut == 1 ? "second" : nil, "\(cut)")
            XCTAssertEqual(try CaseJournal(file: file, inputs: [:]).value("p", 0), 1, "\(cut)")
        }
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
