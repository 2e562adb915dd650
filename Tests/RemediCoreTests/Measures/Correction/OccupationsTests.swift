import LanguageModels
import XCTest

@testable import RemediCore

final class OccupationsTests: XCTestCase {
    private func occupations(_ titles: [String?]) throws -> Occupations {
        let samples = titles.enumerated().map { index, title in
            Sample(
                id: "\(index)", entity: "Ada", attribute: "a", context: "Ada a", prompt: "Ada",
                targetMediated: title)
        }
        return try Occupations(of: samples, model: TinyModels.open("gpt2"))
    }

    func testTitlesAreDistinctAndSortedByScalars() throws {
        let found = try occupations(["nurse", "dj", nil, "Éditor", "dj", "", "editor", "Zoo keeper", "ädil"])
        XCTAssertEqual(found.titles, ["Zoo keeper", "dj", "editor", "nurse", "Éditor", "ädil"])
        XCTAssertEqual(found.firstTokens.count, 6)
        XCTAssertEqual(found.index(of: "nurse"), 3)
        XCTAssertNil(found.index(of: "poet"))
    }

    func testRanking() throws {
        let found = try occupations(["a", "b", "c", "d", "e"])
        XCTAssertEqual(
            found.ranking(by: [1, 3, 3, -.infinity, 2], top: 4).map(\.title), ["b", "c", "e", "a"])
        XCTAssertEqual(found.ranking(by: [1, 3, 3, -.infinity, 2], top: 2).map(\.value), [3, 3])
        // What is not a number comes last, whatever there are of it.
        XCTAssertEqual(
            found.ranking(by: [.nan, -.infinity, .nan, 0, .infinity], top: 9).map(\.title),
            ["e", "d", "b", "a", "c"])
        XCTAssertEqual(found.ranking(by: [0, 0, 0, 0, 0], top: 0).count, 0)
    }
}
