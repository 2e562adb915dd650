import Foundation
import XCTest

@testable import LanguageModels

final class SealedLinesTests: XCTestCase {
    private let values: [JSONValue] = [["inputs": ["seed": 1]], ["a/0": -3.4], ["a/1": "é\n"], ["a/2": []]]

    private var scratch: ScratchFolder!

    override func setUpWithError() throws { scratch = try ScratchFolder() }
    override func tearDown() { scratch = nil }

    private func written() throws -> URL {
        let file = scratch.file("a.jsonl")
        var lines = try SealedLines(file)
        for value in values { try lines.append(value) }
        return file
    }

    func testWhatIsWrittenIsRead() throws {
        let lines = try SealedLines(written())
        XCTAssertEqual(lines.values, values)
        XCTAssertFalse(lines.isDamaged)
        let text = try String(contentsOf: lines.file, encoding: .utf8)
        XCTAssertEqual(text.split(separator: "\n").count, values.count)
        XCTAssertTrue(text.hasPrefix("[\""), text)
    }

    /// Every bit of the file, one at a time: what is read is the beginning of what was written, and what is
    /// appended then follows it.
    func testEveryBit() throws {
        let file = try written()
        let content = try Data(contentsOf: file)
        for bit in 0..<content.count * 8 {
            var damaged = content
            damaged[bit / 8] ^= 1 << (bit % 8)
            try damaged.write(to: file)
            var lines = try SealedLines(file)
            XCTAssertLessThan(lines.values.count, values.count, "bit \(bit)")
            XCTAssertEqual(lines.values, Array(values.prefix(lines.values.count)), "bit \(bit)")
            if bit % 37 == 0 {
                for value in values.dropFirst(lines.values.count) { try lines.append(value) }
                XCTAssertEqual(try Data(contentsOf: file), content, "bit \(bit)")
            }
        }
    }

    /// Lines that are whole, but not where they were written.
    func testLinesThatMoved() throws {
        let file = try written()
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        for (name, order, kept) in [
            ("lost", [0, 2, 3], 1), ("twice", [0, 1, 1, 2, 3], 2), ("exchanged", [0, 2, 1, 3], 1),
            ("without the first", [1, 2, 3], 0),
        ] {
            try order.map { lines[$0] + "\n" }.joined().write(to: file, atomically: true, encoding: .utf8)
            let read = try SealedLines(file)
            XCTAssertEqual(read.values, Array(values.prefix(kept)), name)
            XCTAssertTrue(read.isDamaged, name)
        }
    }

    func testZerosAndCuts() throws {
        let file = try written()
        let content = try Data(contentsOf: file)
        for start in stride(from: 0, to: content.count, by: 3) {
            var zeros = content
            for place in start..<min(start + 40, content.count) { zeros[place] = 0 }
            for damaged in [zeros, content.prefix(start)] {
                try damaged.write(to: file)
                let read = try SealedLines(file).values
                XCTAssertEqual(read, Array(values.prefix(read.count)), "byte \(start)")
                XCTAssertLessThan(read.count, values.count, "byte \(start)")
            }
        }
    }

    func testALineWithoutAChecksum() throws {
        let file = try scratch.write("{\"inputs\": {}}\n{\"a/0\": 1}\n", to: "old.jsonl")
        let lines = try SealedLines(file)
        XCTAssertEqual(lines.values, [])
        XCTAssertTrue(lines.isDamaged)
    }
}
