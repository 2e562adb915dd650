import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// TF-IDF against scikit-learn.
final class TermVectorizerTests: XCTestCase {
    private func check(
        _ vector: SparseVector, _ expected: JSONValue?, _ name: String, line: UInt = #line
    ) throws {
        let elements = try XCTUnwrap(expected?.array, name, line: line)
        XCTAssertEqual(
            vector.indices.map(Int.init), elements.compactMap { $0.array?[0].integer }, name, line: line)
        for (value, element) in zip(vector.values, elements) {
            XCTAssertEqual(value, element.array?[1].double ?? .nan, accuracy: 1e-14, name, line: line)
        }
    }

    func testFittedVectorsAreThoseOfTheLibrary() throws {
        let fixture = try XCTUnwrap(TermFixture.json()["fitted"])
        let texts = try XCTUnwrap(fixture["texts"]?.array).compactMap(\.string)
        let vectorizer = TermVectorizer(fitting: texts)
        let terms = try XCTUnwrap(fixture["vocabulary"]?.array).compactMap(\.string)
        XCTAssertEqual(vectorizer.vocabulary.count, terms.count)
        for (place, term) in terms.enumerated() {
            XCTAssertEqual(vectorizer.vocabulary.place(of: term), place, term)
        }
        for (place, idf) in try XCTUnwrap(fixture["idf"]?.array).enumerated() {
            XCTAssertEqual(vectorizer.idf[place], idf.double ?? .nan, accuracy: 1e-14, terms[place])
        }
        for query in try XCTUnwrap(fixture["queries"]?.array) {
            let text = try XCTUnwrap(query["text"]?.string)
            try check(vectorizer.vector(of: text), query["vector"], text)
        }
        let vectors = texts.map { vectorizer.vector(of: $0) }
        let mean = try XCTUnwrap(fixture["mean"])
        let places = try XCTUnwrap(mean["of"]?.array).compactMap(\.integer)
        let found = SparseVector.mean(of: places.map { vectors[$0] })
        try check(found, mean["vector"], "mean")
        let cosine = vectors[try XCTUnwrap(mean["with"]?.integer)].consistency(with: found)
        XCTAssertEqual(cosine, try XCTUnwrap(mean["consistency"]?.double), accuracy: 1e-14)
    }

    func testVectorsOfNothing() {
        let vectorizer = TermVectorizer(fitting: ["a", "?"])
        XCTAssertEqual(vectorizer.vocabulary.count, 0)
        let nothing = vectorizer.vector(of: "some text")
        XCTAssertEqual(nothing, SparseVector())
        XCTAssertEqual(nothing.consistency(with: nothing), 0)
        XCTAssertEqual(SparseVector.mean(of: []), SparseVector())
        XCTAssertEqual(SparseVector.mean(of: [nothing]), SparseVector())
        XCTAssertEqual(TermVectorizer(fitting: [String]()).vector(of: "some").norm, 0)
    }

    func testJoinedTextsAreThoseWithSpacesBetween() {
        let texts = ["ΟΔΟΣ", "Σ", "end", "Of", "ΑΣ", "", "one two", "Two x"]
        let vectorizer = TermVectorizer(fitting: texts + [texts.joined(separator: " ")])
        let joined = vectorizer.vector(ofJoined: texts)
        XCTAssertEqual(joined, vectorizer.vector(of: texts.joined(separator: " ")))
        XCTAssertEqual(joined.norm, 1, accuracy: 1e-15)
        XCTAssertEqual(joined.consistency(with: joined), 1 / (1.000001 * 1.000001), accuracy: 1e-14)
    }
}

final class SparseVectorTests: XCTestCase {
    func testProductsAndMeansTakeWhatEitherLacksForZero() {
        let a = SparseVector(indices: [0, 3, 7], values: [1, 2, 3])
        let b = SparseVector(indices: [3, 5], values: [10, 100])
        XCTAssertEqual(a.dot(b), 20)
        XCTAssertEqual(b.dot(a), 20)
        XCTAssertEqual(a.dot(SparseVector()), 0)
        XCTAssertEqual(a.norm, 14.squareRoot())
        XCTAssertEqual(
            SparseVector.mean(of: [a, b, b, SparseVector()]),
            SparseVector(indices: [0, 3, 5, 7], values: [0.25, 5.5, 50, 0.75]))
    }
}
