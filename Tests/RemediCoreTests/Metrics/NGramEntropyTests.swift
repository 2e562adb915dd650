import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class NGramEntropyTests: XCTestCase {
    func testAgreesWithNLTKAndSciPy() throws {
        let entropy = NGramEntropy()
        for record in try TextMetricsFixture.cases("texts") {
            let text = try XCTUnwrap(record["text"]?.string)
            let words = WordTokenizer().words(ofSentence: text)
            for (n, bits) in zip(1..., TextMetricsFixture.numbers(record["bits"])) {
                XCTAssertEqual(NGramEntropy.bits(of: words, n: n), bits, accuracy: 1e-12, "\(n): \(text)")
            }
            XCTAssertEqual(
                entropy.fluency(of: text), try XCTUnwrap(record["fluency"]?.double), accuracy: 1e-12, text)
        }
    }

    func testGramsRunAcrossSentences() {
        // One | two | . | Three: three pairs and two triples, all different.
        let expected = (2.0 / 3 * log2(3) + 4.0 / 3 * log2(2)) / 2
        XCTAssertEqual(NGramEntropy().fluency(of: "One two. Three"), expected, accuracy: 1e-12)
    }

    func testMeansOfTexts() throws {
        let entropy = NGramEntropy()
        XCTAssertNil(entropy.fluency(of: []))
        let both = try XCTUnwrap(entropy.fluency(of: ["a b c d", "a"]))
        XCTAssertEqual(both, entropy.fluency(of: "a b c d") / 2, accuracy: 1e-15)
        XCTAssertGreaterThan(both, 0)
    }

    func testWordsAreComparedByScalars() {
        XCTAssertEqual(NGramEntropy.bits(of: ["\u{e9}", "e\u{301}"], n: 1), 1)
        XCTAssertEqual(NGramEntropy.bits(of: ["A", "a", "a", "A"], n: 1), 1)
    }
}
