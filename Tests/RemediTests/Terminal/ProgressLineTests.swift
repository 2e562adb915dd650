import XCTest
import remedi

final class ProgressLineTests: XCTestCase {
    private func line(
        _ done: Int, of total: Int, note: String? = nil, after elapsed: Double, speed: Double?,
        isFinished: Bool = false
    ) -> ProgressLine {
        ProgressLine(
            stage: "training", done: done, total: total, note: note, elapsed: elapsed, speed: speed,
            isFinished: isFinished)
    }

    func testText() {
        let cases: [(ProgressLine, String)] = [
            (line(0, of: 0, after: 0, speed: nil), "training"),
            (line(0, of: 900, after: 0, speed: nil), "training: 0/900"),
            (line(640, of: 900, after: 20, speed: 32), "training: 640/900, 32.0/s, 8.1 s left"),
            (
                line(640, of: 900, note: "epoch 2, loss 3.21", after: 20, speed: 32),
                "training: 640/900, epoch 2, loss 3.21, 32.0/s, 8.1 s left"
            ),
            (line(3, of: 900, after: 20, speed: 0.15), "training: 3/900, 0.15/s, 1 h 39 min left"),
            (line(9000, of: 90000, after: 20, speed: 450.4), "training: 9000/90000, 450/s, 3 min 00 s left"),
            (
                line(900, of: 900, after: 61, speed: 14.75, isFinished: true),
                "training: 900/900, 14.8/s, took 1 min 01 s"
            ),
            (line(5, of: 0, after: 5, speed: 1), "training: 5, 1.0/s"),
        ]
        for (line, text) in cases { XCTAssertEqual(line.text, text) }
    }

    func testBytes() {
        func line(_ done: Int, of total: Int, speed: Double?) -> String {
            ProgressLine(
                stage: "idf.npy", done: done, total: total, note: nil, elapsed: 3, speed: speed,
                isFinished: false, countsBytes: true
            ).text
        }
        XCTAssertEqual(line(0, of: 0, speed: nil), "idf.npy")
        XCTAssertEqual(
            line(3 << 20, of: 10 << 20, speed: 1_048_576), "idf.npy: 3.0 MiB/10 MiB, 1.0 MiB/s, 7.0 s left")
        XCTAssertEqual(line(3 << 20, of: 0, speed: 2048), "idf.npy: 3.0 MiB, 2.0 KiB/s")
    }

    func testNarrowLinesLoseTheirEnd() {
        let full = line(640, of: 900, note: "loss 3.21", after: 20, speed: 32)
        XCTAssertEqual(full.text(columns: 80), "training: 640/900, loss 3.21, 32.0/s, 8.1 s left")
        XCTAssertEqual(full.text(columns: 40), "training: 640/900, loss 3.21, 32.0/s")
        XCTAssertEqual(full.text(columns: 30), "training: 640/900, loss 3.21")
        XCTAssertEqual(full.text(columns: 20), "training: 640/900")
        XCTAssertEqual(full.text(columns: 8), "training")
        XCTAssertEqual(full.text(columns: -1), "")
    }

    func testDurations() {
        let cases: [(Double, String)] = [
            (0, "0.0 s"), (0.44, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"),
            (59.6, "1 min 00 s"),
            (200, "3 min 20 s"), (3599.6, "1 h 00 min"), (7500, "2 h 05 min"), (360_000, "100 h 00 min"),
        ]
        for (seconds, text) in cases { XCTAssertEqual(ProgressLine.duration(seconds), text, "\(seconds)") }
    }
}
