import Foundation
import XCTest

@testable import LanguageModels

final class JSONLinesTests: XCTestCase {
    func testLinesReadBackInOrder() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("run/metrics.jsonl")
        let lines: [JSONValue] = [["epoch": 0, "loss": 1.5], "é\n", [1, nil]]
        for line in lines { try JSONLines.append(line, to: file) }
        XCTAssertEqual(try JSONLines.read(file), lines)
        let text = try String(contentsOf: file, encoding: .utf8)
        XCTAssertEqual(text, "{\"epoch\": 0, \"loss\": 1.5}\n\"é\\n\"\n[1, null]\n")
    }

    func testATornLastLineIsDroppedAndCutOff() throws {
        let scratch = try ScratchFolder()
        let whole = "{\"epoch\": 0}\n{\"epoch\": 1}\n"
        let torn = "{\"epoch\": 2, \"lo" + String(repeating: "s", count: 10_000)
        let file = try scratch.write(whole + torn, to: "metrics.jsonl")
        XCTAssertEqual(try JSONLines.read(file), [["epoch": 0], ["epoch": 1]])
        try JSONLines.append(["epoch": 2], to: file)
        XCTAssertEqual(try String(contentsOf: file, encoding: .utf8), whole + "{\"epoch\": 2}\n")
        let only = try scratch.write("{\"ep", to: "only.jsonl")
        XCTAssertEqual(try JSONLines.read(only), [])
        try JSONLines.append(1, to: only)
        XCTAssertEqual(try JSONLines.read(only), [1])
    }

    func testALastLineThatOnlyLacksItsEndCounts() throws {
        let scratch = try ScratchFolder()
        XCTAssertEqual(try JSONLines.read(scratch.write("1\n\n2", to: "a")), [1, 2])
        XCTAssertEqual(try JSONLines.read(scratch.write("", to: "b")), [])
    }

    func testABadLineInTheMiddleIsNamed() throws {
        let scratch = try ScratchFolder()
        let file = try scratch.write("1\n{\"a\" 1}\n2\n", to: "metrics.jsonl")
        XCTAssertThrowsError(try JSONLines.read(file)) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .malformed(path: file.path, reason: "line 2, byte 5: expected ':'"))
        }
    }

    func testAFullDeviceSaysSo() {
        XCTAssertThrowsError(try JSONLines.append(1, to: URL(fileURLWithPath: "/dev/full"))) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unwritable(path: "/dev/full", reason: "No space left on device"))
        }
    }
}
