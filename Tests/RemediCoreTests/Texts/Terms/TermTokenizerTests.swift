import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// What scikit-learn and Python made of the texts in terms.json.
enum TermFixture {
    static func json() throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: FixtureFiles.own("terms.json")))
    }

    static func terms(of text: String) -> [String] {
        var terms: [String] = []
        TermTokenizer().forEachTerm(in: text) { terms.append(String(decoding: $0, as: UTF8.self)) }
        return terms
    }
}

final class TermTokenizerTests: XCTestCase {
    func testTermsAreThoseOfTheLibrary() throws {
        let cases = try XCTUnwrap(TermFixture.json()["terms"]?.array)
        XCTAssertGreaterThan(cases.count, 300)
        for item in cases {
            let text = try XCTUnwrap(item["text"]?.string)
            let expected = try XCTUnwrap(item["terms"]?.array).compactMap(\.string)
            // Scalars, since `String` holds different spellings of a letter for equal.
            XCTAssertEqual(
                TermFixture.terms(of: text).map { Array($0.unicodeScalars) },
                expected.map { Array($0.unicodeScalars) }, text.debugDescription)
        }
    }

    /// Every scalar that Python's Unicode knew, doubled so that it is long enough for a term.
    func testEveryScalarIsTakenAsPythonDoes() throws {
        let fixture = try TermFixture.json()
        let version = try XCTUnwrap(fixture["unicode"]?.array).compactMap(\.integer)
        let bounds = try XCTUnwrap(fixture["words"]?.array).compactMap(\.integer)
        var isWord = [Bool](repeating: false, count: 0x110000)
        for index in stride(from: 0, to: bounds.count, by: 2) {
            for value in bounds[index]..<bounds[index + 1] { isWord[value] = true }
        }
        var lowered: [Int: [UInt32]] = [:]
        for item in try XCTUnwrap(fixture["lower"]?.string).split(separator: " ") {
            let sides = item.split(separator: "=")
            lowered[try XCTUnwrap(Int(sides[0], radix: 16))] = sides[1].split(separator: "+").map {
                UInt32($0, radix: 16)!
            }
        }
        // Each scalar twice, so that it is long enough for a term, and a number to tell them apart.
        var text = String.UnicodeScalarView()
        var expected: [String] = []
        for value in UInt32(0x80)..<0x2FA20 {
            // Of the scripts with many thousand scalars and of the unassigned planes some are enough.
            if (0x4E10..<0x9FF0).contains(value) || (0xAC10..<0xD790).contains(value) { continue }
            // Σ after Σ ends the word.
            if (0x20010..<0x2F800).contains(value) || value == 0x3A3 { continue }
            guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age,
                (age.major, age.minor) <= (version[0], version[1])
            else { continue }
            text.append(contentsOf: [scalar, scalar, " "] + Array("\(value) ".unicodeScalars))
            let parts = (lowered[Int(value)] ?? [value]).map { Unicode.Scalar($0)! }
            for term in (parts + parts).split(whereSeparator: { !isWord[Int($0.value)] }) where term.count > 1
            {
                expected.append(String(String.UnicodeScalarView(term)))
            }
            expected.append("\(value)")
        }
        let found = TermFixture.terms(of: String(text))
        XCTAssertEqual(found.count, expected.count)
        let wrong = zip(found, expected).first { ExactString($0) != ExactString($1) }
        XCTAssertNil(wrong)
    }
}
