import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class DimensionStatisticsTests: XCTestCase {
    func testMeansAndUnbiasedDeviations() {
        let whole = DimensionStatistics(of: [[1, 10, 2, 10, 6, 10]], dimensions: 2)
        XCTAssertEqual(whole.means, [3, 10])
        XCTAssertEqual(whole.deviations, [Double(7).squareRoot(), 0])
        XCTAssertEqual(DimensionStatistics(of: [[1, 10], [2, 10, 6, 10]], dimensions: 2), whole)
        XCTAssertEqual(DimensionStatistics(of: [[4, 5]], dimensions: 2).deviations, [0, 0])
    }

    /// Numbers far from 0 that hardly differ keep their deviation.
    func testNoDigitsAreLost() {
        let values: [Float] = [100_000.25, 100_000.5, 100_000.75]
        let found = DimensionStatistics(of: [values], dimensions: 1)
        XCTAssertEqual(found.means[0], 100_000.5)
        XCTAssertEqual(found.deviations[0], 0.25)
    }

    /// The products of vectors normalised one by one, for sizes on both sides of a processor's lanes.
    func testProducts() {
        for size in [1, 7, 8, 9, 19, 32] {
            var stream = RandomStream(seed: 1, purpose: "vectors", sample: "\(size)")
            func vectors() -> [Float] { (0..<5 * size).map { _ in Float(3 * stream.normal() + 1) } }
            let (x, y) = (vectors(), vectors())
            let first = DimensionStatistics(of: [x], dimensions: size)
            let second = DimensionStatistics(of: [y], dimensions: size)
            let found = NormalizedDotProduct(first, second)(x, y)
            for row in 0..<5 {
                let expected = (0..<size).reduce(0.0) { sum, dimension in
                    let place = row * size + dimension
                    return sum
                        + (Double(x[place]) - first.means[dimension]) / first.deviations[dimension]
                        * (Double(y[place]) - second.means[dimension]) / second.deviations[dimension]
                }
                XCTAssertEqual(found[row], expected, accuracy: 1e-10, "size \(size), row \(row)")
            }
        }
    }

    func testADimensionThatNeverVariesSaysNothing() {
        let x = DimensionStatistics(of: [[1, 2, 1, 4]], dimensions: 2)
        XCTAssertEqual(x.deviations[0], 0)
        XCTAssertEqual(NormalizedDotProduct(x, x)([9, 4], [9, 4])[0], 0.5, accuracy: 1e-12)
    }
}
