import LanguageModels
import XCTest

@testable import RemediCore

final class TopKTests: XCTestCase {
    func testRanksAgreeWithNumPy() throws {
        for record in try TextMetricsFixture.cases("ranks") {
            let scores = TextMetricsFixture.numbers(record["scores"])
            let ranks = TextMetricsFixture.numbers(record["ranks"]).map { Int($0) }
            XCTAssertEqual(scores.indices.map { TopK.rank(of: $0, in: scores) }, ranks, "\(scores)")
            for (label, rank) in ranks.enumerated() {
                XCTAssertTrue(TopK.contains(label, k: rank + 1, in: scores), "\(scores), \(label)")
                XCTAssertFalse(TopK.contains(label, k: rank, in: scores), "\(scores), \(label)")
            }
        }
    }

    func testRecall() {
        let scores: [[Float]] = [[3, 2, 1], [1, 1, 1], [1, 2, 3]]
        XCTAssertEqual(TopK.recall(labels: [0, 1, 0], scores: scores, k: 1), 1.0 / 3)
        XCTAssertEqual(TopK.recall(labels: [0, 1, 0], scores: scores, k: 2), 2.0 / 3)
        XCTAssertEqual(TopK.recall(labels: [0, 1, 0], scores: scores, k: 3), 1)
        XCTAssertEqual(TopK.recall(labels: [0, 1, 0], scores: scores, k: 0), 0)
        XCTAssertNil(TopK.recall(labels: [], scores: [[Float]](), k: 1))
    }
}
