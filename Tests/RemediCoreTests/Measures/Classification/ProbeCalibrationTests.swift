import XCTest

@testable import RemediCore

final class ProbeCalibrationTests: XCTestCase {
    private func calibration(_ scores: [(Double, Double)], _ believes: [Bool]) -> ProbeCalibration {
        ProbeCalibration(
            scores.map { FactScore(mediated: $0.0, unmediated: $0.1) }, believesMediated: believes)
    }

    func testScoresThatTellEverything() {
        let found = calibration([(3, 1), (0, 2), (5, -1)], [true, false, true])
        XCTAssertEqual(found.threshold, 1.5)
        XCTAssertEqual(found.balancedAccuracy, 1)
        XCTAssertEqual(found.pairAccuracy, 1)
        XCTAssertEqual(found.believed.first, 2)
        XCTAssertEqual(found.believed.last, 5)
        XCTAssertEqual(found.notBelieved[100], 0)
    }

    func testScoresThatTellLittle() {
        let found = calibration([(1, 2), (3, 4), (8, 5)], [true, true, true])
        XCTAssertEqual(found.pairAccuracy, 1.0 / 3, accuracy: 1e-12)
        XCTAssertEqual(found.threshold, 6.5)
        XCTAssertEqual(found.balancedAccuracy, 2.0 / 3, accuracy: 1e-12)
        let same = calibration([(1, 1), (1, 1)], [true, false])
        XCTAssertEqual(same.balancedAccuracy, 0.5)
        XCTAssertEqual(same.pairAccuracy, 0)
    }

    func testSharesBelowAScore() {
        let quantiles = [0.0, 1, 1, 3, 4]
        for (score, share) in [(-1.0, 0.0), (0, 0), (0.5, 0.125), (1, 0.25), (2, 0.625), (4, 1), (9, 1)] {
            XCTAssertEqual(
                ProbeCalibration.share(below: score, quantiles: quantiles), share, accuracy: 1e-12, "\(score)"
            )
        }
    }
}
