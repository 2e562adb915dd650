import XCTest

@testable import RemediCore

final class AxisTests: XCTestCase {
    func testTicksAreRoundAndHoldTheData() {
        let cases: [(values: [Double], bounds: ClosedRange<Double>?, labels: [String])] = [
            ([0, 1], nil, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
            ([0.62, 0.97], 0...1, ["0.6", "0.7", "0.8", "0.9", "1.0"]),
            ([-0.3, 0.7], -1...1, ["−0.50", "−0.25", "0.00", "0.25", "0.50", "0.75"]),
            ([0.99, 1.0], 0...1, ["0.9900", "0.9925", "0.9950", "0.9975", "1.0000"]),
            ([5, 5], nil, ["4.50", "4.75", "5.00", "5.25", "5.50"]),
            ([0, 0], nil, ["−0.50", "−0.25", "0.00", "0.25", "0.50"]),
            ([.nan, 1, 3, .infinity], nil, ["1.0", "1.5", "2.0", "2.5", "3.0"]),
            ([0, 4_000_000], nil, ["0", "1e+06", "2e+06", "3e+06", "4e+06"]),
            ([], nil, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        ]
        for (values, bounds, labels) in cases {
            let axis = Axis("x", covering: values, bounds: bounds)
            XCTAssertEqual(axis.ticks.map(axis.label), labels, "\(values)")
            for value in values where value.isFinite {
                XCTAssertTrue(axis.domain.contains(value), "\(value) in \(values)")
            }
        }
    }

    func testTightAxesEndAtTheirData() {
        let axis = Axis("x", covering: [-3.2, 7.1], isTight: true)
        XCTAssertEqual(axis.domain, -3.2...7.1)
        XCTAssertEqual(axis.ticks, [0, 5])
    }

    func testWholeNumbers() {
        let cases: [(numbers: [Int], labels: [String])] = [
            ([0, 1, 2, 3], ["0", "1", "2", "3"]), ([8], ["8"]), ([1, 4, 8, 12], ["1", "4", "8", "12"]),
            (Array(0...27), ["0", "5", "10", "15", "20", "25"]), ([], []),
            ([0, 1, 47], ["0", "10", "20", "30", "40"]),
        ]
        for (numbers, labels) in cases {
            let axis = Axis("layer", numbers: numbers)
            XCTAssertEqual(axis.ticks.map(axis.label), labels, "\(numbers)")
        }
    }
}
