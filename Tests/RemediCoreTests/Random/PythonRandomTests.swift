import XCTest

@testable import RemediCore

/// Figures by CPython 3.11: `random.seed(123456)` and then the call.
final class PythonRandomTests: XCTestCase {
    func testWords() {
        var twister = MersenneTwister(key: [123_456])
        XCTAssertEqual((0..<3).map { _ in twister.next() }, [3_460_142_176, 3_624_162_059, 3_410_457_496])
    }

    func testShuffle() {
        var random = PythonRandom(seed: 123_456)
        var short = Array(0..<10)
        random.shuffle(&short)
        XCTAssertEqual(short, [7, 3, 1, 9, 6, 5, 8, 2, 0, 4])
        random = PythonRandom(seed: 123_456)
        var long = Array(0..<3_000)
        random.shuffle(&long)
        XCTAssertEqual(Array(long.prefix(5)), [2955, 274, 2074, 2162, 2889])
        XCTAssertEqual(Array(long.suffix(3)), [715, 120, 1186])
        XCTAssertEqual(random.below(Int(UInt32.max)), 911_050_528)
    }

    func testSamplesOfPoolsAndSets() {
        let cases: [(size: Int, count: Int, drawn: [Int], next: Int)] = [
            (1, 5, [2], 126_382_657), (1, 541, [296], 126_382_657), (5, 21, [9, 0, 5, 19, 2], 219_094_734),
            (5, 22, [9, 0, 5, 21, 2], 219_094_734), (5, 2_500, [1186, 120, 715, 9, 315], 219_094_734),
            (6, 20, [9, 0, 5, 18, 2, 16], 1_153_299_222), (6, 85, [37, 3, 22, 0, 9, 6], 1_153_299_222),
            (6, 86, [37, 3, 22, 0, 84, 9], 219_094_734),
            (12, 86, [37, 3, 22, 0, 84, 9, 6, 34, 14, 29, 81, 62], 3_870_462_756),
            (0, 3, [], 3_460_142_176),
            (
                22, 300,
                [
                    148, 15, 89, 1, 39, 26, 137, 14, 59, 117, 249, 95, 12, 270, 66, 193, 189, 21, 92, 31, 225,
                    257,
                ], 1_912_555_749
            ),
            (
                30, 30,
                [
                    25, 27, 29, 9, 0, 5, 28, 21, 2, 1, 8, 23, 3, 7, 15, 14, 22, 18, 19, 13, 6, 24, 12, 26, 20,
                    16, 17, 10, 11, 4,
                ], 3_637_577_125
            ),
        ]
        for (size, count, drawn, next) in cases {
            var random = PythonRandom(seed: 123_456)
            XCTAssertEqual(random.sample(size, of: count), drawn, "\(size) of \(count)")
            XCTAssertEqual(random.below(Int(UInt32.max)), next, "after \(size) of \(count)")
        }
    }

    func testOtherSeeds() {
        var two = PythonRandom(seed: (1 << 40) + 7)
        XCTAssertEqual(two.sample(3, of: 1_000), [628, 765, 834])
        var zero = PythonRandom(seed: 0)
        XCTAssertEqual(zero.sample(3, of: 1_000), [864, 394, 776])
    }

    func testComplement() {
        let some = Complement(of: [4, 0, 4, 1, 7], below: 9)
        XCTAssertEqual((0..<some.count).map { some[$0] }, [2, 3, 5, 6, 8])
        XCTAssertEqual(Complement(of: [], below: 3)[2], 2)
        XCTAssertEqual(Complement(of: [0, 1], below: 2).count, 0)
    }
}
