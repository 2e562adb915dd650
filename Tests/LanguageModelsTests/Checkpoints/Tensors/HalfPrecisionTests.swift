import LanguageModels
import XCTest

final class HalfPrecisionTests: XCTestCase {
    func testEveryHalfSurvivesTheRoundTrip() {
        for bits in UInt16.min...UInt16.max {
            let half = Float16(bitPattern: bits)
            let found = HalfPrecision.float16(Float(half))
            if half.isNaN {
                XCTAssertTrue(Float16(bitPattern: found).isNaN, "\(bits)")
            } else {
                XCTAssertEqual(found, bits, "\(half)")
            }
        }
    }

    func testRoundsToNearestAndTiesToEven() {
        // Neighbours, the tie between them and both sides of the tie, over all exponents.
        for bits in stride(from: UInt16(0), to: 0x7C00, by: 37) {
            let low = Float(Float16(bitPattern: bits))
            let high = Float(Float16(bitPattern: bits + 1))
            guard high.isFinite else { continue }
            let middle = (low + high) / 2
            for value in [middle, middle.nextUp, middle.nextDown, -middle, low.nextUp, high.nextDown] {
                XCTAssertEqual(
                    HalfPrecision.float16(value), Float16(value).bitPattern, "\(value)")
            }
        }
        for value: Float in [65504, 65519.99, 65520, 65536, 1e30, .infinity, -.infinity, 1e-10, -0.0] {
            XCTAssertEqual(HalfPrecision.float16(value), Float16(value).bitPattern, "\(value)")
        }
    }

    func testBfloat16() {
        let cases: [(Float, UInt16)] = [
            (1, 0x3F80), (-2, 0xC000), (Float(bitPattern: 0x3F80_8000), 0x3F80),
            (Float(bitPattern: 0x3F81_8000), 0x3F82), (Float(bitPattern: 0x3F80_8001), 0x3F81),
            (Float(bitPattern: 0x3F80_7FFF), 0x3F80), (.greatestFiniteMagnitude, 0x7F80),
            (.infinity, 0x7F80), (-0.0, 0x8000), (Float.leastNonzeroMagnitude, 0),
        ]
        for (value, expected) in cases {
            XCTAssertEqual(HalfPrecision.bfloat16(value), expected, "\(value)")
        }
        let quiet = Float(bitPattern: UInt32(HalfPrecision.bfloat16(Float(bitPattern: 0x7F80_0001))) << 16)
        XCTAssertTrue(quiet.isNaN)
    }
}
