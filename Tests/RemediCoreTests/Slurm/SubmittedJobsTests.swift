import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class SubmittedJobsTests: XCTestCase {
    private let entries = [
        SubmittedJobs.Entry(number: "41", name: "train.x", layers: [1, 2]),
        SubmittedJobs.Entry(number: "42", name: "eval.gen.x", after: ["41"]),
    ]

    func testDamagedEntriesAreLeftOut() throws {
        let folder = try temporaryFolder()
        for entry in entries { try SubmittedJobs.add(entry, to: folder) }
        XCTAssertEqual(try SubmittedJobs(folder: folder).entries, entries)
        XCTAssertFalse(try SubmittedJobs(folder: folder).isDamaged)
        let file = folder.appendingPathComponent(SubmittedJobs.fileName)
        let text = try String(contentsOf: file, encoding: .utf8)
        for (damaged, kept) in [
            (text.replacingOccurrences(of: "\"41\"", with: "\"47\""), []),
            (text.replacingOccurrences(of: "eval.gen.x", with: "eval.gen.y"), [entries[0]]),
            (String(text.dropLast(9)), []), (String(repeating: "\0", count: 512), []), ("", []),
        ] {
            try damaged.write(to: file, atomically: true, encoding: .utf8)
            let found = try SubmittedJobs(folder: folder)
            XCTAssertEqual(found.entries, kept, damaged)
            XCTAssertTrue(found.isDamaged, damaged)
        }
        try SubmittedJobs.add(entries[1], to: folder)
        XCTAssertEqual(try SubmittedJobs(folder: folder).entries, [entries[1]])
    }

    func testEntriesOfEarlierVersions() throws {
        let folder = try temporaryFolder()
        try "{\"jobs\": [{\"job\": \"7\", \"name\": \"a\", \"layers\": [], \"after\": []}]}".write(
            to: folder.appendingPathComponent(SubmittedJobs.fileName), atomically: true, encoding: .utf8)
        let found = try SubmittedJobs(folder: folder)
        XCTAssertEqual(found.entries, [SubmittedJobs.Entry(number: "7", name: "a")])
        XCTAssertFalse(found.isDamaged)
    }
}
