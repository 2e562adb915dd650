import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class TermVocabularyTests: XCTestCase {
    func testTermsAreFoundByTheirBytes() throws {
        let file = try temporaryFile(#" {"one": 2, "e\u0301": 0, "\u00e9": 1 , "\ud83d\ude00": 3} "#)
        let vocabulary = try TermVocabulary(file: file)
        XCTAssertEqual(vocabulary.count, 4)
        let cases = [
            ("one", 2), ("e\u{301}", 0), ("\u{E9}", 1), ("😀", 3), ("on", nil), ("", nil), ("two", nil),
        ]
        for (term, place) in cases { XCTAssertEqual(vocabulary.place(of: term), place, term) }
        XCTAssertEqual(try TermVocabulary(file: temporaryFile("{}")).count, 0)
    }

    func testManyTermsGrowTheTable() throws {
        let terms = (0..<5000).map { "term\($0)" }
        let members = terms.enumerated().map { "\"\($1)\": \(4999 - $0)" }.joined(separator: ", ")
        let vocabulary = try TermVocabulary(file: temporaryFile("{\(members)}"))
        for (number, term) in terms.enumerated() {
            XCTAssertEqual(vocabulary.place(of: term), 4999 - number, term)
        }
        XCTAssertNil(vocabulary.place(of: "term5000"))
    }

    func testBadFiles() throws {
        let cases = [
            ("", "byte 0: the text ends too early"), ("[]", "byte 0: expected '{'"),
            (#"{"a": 0"#, "byte 7: the text ends too early"),
            (#"{"a": 0} x"#, "byte 9: text after the document"),
            (#"{"a": 0, "a": 1}"#, "byte 13: the term 'a' occurs twice"),
            (#"{"a": 0.5}"#, "byte 6: expected a whole number"),
            (#"{"a": "0"}"#, "byte 6: expected a whole number"),
            (#"{"a": 01}"#, "byte 6: expected a whole number"),
            (#"{"a": 1e1}"#, "byte 6: expected a whole number"),
            (#"{"a": -1}"#, "byte 8: the place -1 is out of range"),
            (#"{"a": 4294967296}"#, "byte 16: the place 4294967296 is out of range"),
            (#"{"a": 0, "b": 2}"#, "the term 'b' has the place 2, and there are 2 terms"),
            (#"{"a": 1, "b": 0, "c": 1}"#, "the terms 'a' and 'c' share the place 1"),
        ]
        for (text, reason) in cases {
            let file = try temporaryFile(text)
            XCTAssertThrowsError(try TermVocabulary(file: file), text) {
                XCTAssertEqual(
                    $0 as? RemediError, .malformedData(path: file.path, reason: reason), text)
            }
        }
        let missing = try temporaryFolder().appendingPathComponent("no.json")
        XCTAssertThrowsError(try TermVocabulary(file: missing)) {
            XCTAssertEqual($0 as? LanguageModelError, .fileMissing(path: missing.path))
        }
    }

    func testDamagedFilesNeverCrash() throws {
        let sound = Data(#"{"one": 2, "e\u0301": 0, "\u00e9": 1, "\ud83d\ude00": 3, "é": 4}"#.utf8)
        var stream = RandomStream(seed: 1, purpose: "vocabulary")
        let scratch = try ScratchFolder()
        var taken = 0
        for round in 0..<RandomStream.rounds(300) {
            let file = try scratch.write(stream.mutated(sound), to: "data.json")
            do {
                let vocabulary = try TermVocabulary(file: file)
                taken += 1
                let place = vocabulary.place(of: "one")
                XCTAssertTrue(place.map { $0 < vocabulary.count } ?? true, "round \(round)")
            } catch {
                guard case .malformedData? = error as? RemediError else {
                    XCTFail("round \(round): \(error)")
                    continue
                }
            }
        }
        XCTAssertGreaterThan(taken, 0)
    }
}
