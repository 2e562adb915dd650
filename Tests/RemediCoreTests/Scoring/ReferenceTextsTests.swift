import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class ReferenceTextsTests: XCTestCase {
    func testConsistencyIsThatOfTheLibrary() throws {
        let texts = try ReferenceTexts(folder: referenceTexts())
        let cases = try XCTUnwrap(TermFixture.json()["given"]?.array)
        XCTAssertEqual(cases.count, 16)
        // Twice: the second time from the vectors that were kept.
        for item in cases + cases {
            let relation = try XCTUnwrap(item["relation"]?.string)
            let target = try XCTUnwrap(item["target"]?.string)
            let generations = try XCTUnwrap(item["texts"]?.array).compactMap(\.string)
            let expected = try XCTUnwrap(item["consistency"]?.double)
            let found = try XCTUnwrap(
                texts.consistency(of: generations, relation: relation, target: target))
            XCTAssertEqual(found, expected, accuracy: 1e-13, "\(relation) \(target)")
            XCTAssertEqual(
                texts.snippets.count(relation: relation, target: target), item["count"]?.integer)
        }
        XCTAssertNil(try texts.consistency(of: ["a text"], relation: "P413", target: "Q1048902"))
    }

    /// The cases of the fixture: all but those of one pair have reference texts.
    func testCasesFindTheirTexts() throws {
        let texts = try ReferenceTexts(folder: referenceTexts())
        let cases = try Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json"))
        XCTAssertEqual(cases.samples.count, 24)
        var counts: [Int] = []
        for sample in cases.samples {
            let rewrite = try XCTUnwrap(sample.source?["requested_rewrite"])
            counts.append(
                texts.snippets.count(
                    relation: try XCTUnwrap(rewrite["relation_id"]?.string),
                    target: try XCTUnwrap(rewrite["target_new"]?["id"]?.string)))
        }
        XCTAssertEqual(counts.count { $0 == 7 }, 22)
        XCTAssertEqual(counts.count { $0 == 0 }, 2)
    }

    func testMissingFilesAreNamed() throws {
        let folder = try referenceTexts()
        for names in [["idf.npy"], ["attribute_snippets.json", "idf.npy"]] {
            for name in names { try? FileManager.default.removeItem(at: folder.appendingPathComponent(name)) }
            XCTAssertThrowsError(try ReferenceTexts(folder: folder)) {
                XCTAssertEqual(
                    $0 as? RemediError, .referenceTextsMissing(folder: folder.path, files: names))
            }
        }
    }

    func testFilesThatDoNotFit() throws {
        let folder = try referenceTexts()
        let vocabulary = folder.appendingPathComponent("tfidf_vocab.json")
        let frequencies = folder.appendingPathComponent("idf.npy")
        let count = try NumPyFile(frequencies).values.count
        func check(_ reason: String, line: UInt = #line) {
            XCTAssertThrowsError(try ReferenceTexts(folder: folder), reason, line: line) {
                XCTAssertEqual(
                    $0 as? RemediError, .malformedData(path: frequencies.path, reason: reason), line: line)
            }
        }
        try AtomicFile.write(#"{"one": 0}"#, to: vocabulary)
        check("\(count) elements, and \(vocabulary.path) has 1 terms")
        var bytes = try Data(contentsOf: frequencies)
        bytes.replaceSubrange((bytes.count - 8)..., with: [0, 0, 0, 0, 0, 0, 0xF0, 0x7F])
        try AtomicFile.write(bytes, to: frequencies)
        check("element \(count - 1) is not a finite number")
    }
}
