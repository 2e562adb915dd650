import LanguageModels
import XCTest

@testable import RemediCore

final class StreamedStatisticsTests: XCTestCase {
    func testPiecesGiveTheStatisticsOfTheWhole() {
        var stream = RandomStream(seed: 1, purpose: "test")
        let rows = (0..<60).map { _ in Float(1e3 + stream.normal()) }
        let whole = DimensionStatistics(of: [rows], dimensions: 3)
        for sizes in [[20], [1, 19], [7, 0, 7, 6], Array(repeating: 1, count: 20)] {
            var streamed = StreamedStatistics(dimensions: 3)
            var start = 0
            for size in sizes {
                streamed.add(Array(rows[start..<start + 3 * size]))
                start += 3 * size
            }
            for dimension in 0..<3 {
                XCTAssertEqual(
                    streamed.statistics.means[dimension], whole.means[dimension], accuracy: 1e-10, "\(sizes)")
                XCTAssertEqual(
                    streamed.statistics.deviations[dimension], whole.deviations[dimension], accuracy: 1e-10,
                    "\(sizes)")
            }
        }
    }

    func testFewerThanTwoHaveNoDeviation() {
        var streamed = StreamedStatistics(dimensions: 2)
        XCTAssertEqual(streamed.statistics, DimensionStatistics(means: [0, 0], deviations: [0, 0]))
        streamed.add([3, 4])
        XCTAssertEqual(streamed.statistics, DimensionStatistics(means: [3, 4], deviations: [0, 0]))
    }
}
