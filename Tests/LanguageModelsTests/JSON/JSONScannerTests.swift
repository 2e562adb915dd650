import Foundation
import XCTest

@testable import LanguageModels

final class JSONScannerTests: XCTestCase {
    private var scratch = try? ScratchFolder()

    override func tearDown() { scratch = nil }

    /// What `body` makes of a text that is read through buffers of several sizes and from memory; all must
    /// agree.
    private func everyWay<Result: Equatable>(
        _ data: Data, _ name: String = "", line: UInt = #line,
        _ body: (inout JSONScanner) throws -> Result
    ) throws -> Swift.Result<Result, JSONError> {
        func run(_ scanner: inout JSONScanner) throws -> Swift.Result<Result, JSONError> {
            do { return .success(try body(&scanner)) } catch let error as JSONError { return .failure(error) }
        }
        let inMemory = try data.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes: bytes)
            return try run(&scanner)
        }
        let file = try RandomAccessFile(try XCTUnwrap(scratch).write(data, to: "data.json"))
        for size in [6, 7, 11, 64, 4096] {
            var scanner = try JSONScanner(bufferSize: size, reading: file.read)
            XCTAssertEqual(try run(&scanner), inMemory, "\(name) through \(size) bytes", line: line)
        }
        return inMemory
    }

    func testMembersAndElementsArePulled() throws {
        let text = #" {"a": [1, -20 , {"x": []}], "b\n": "v\u00e9é\ud83d\ude00", "": {}, "c": 1.5e3} "#
        let found = try everyWay(Data(text.utf8)) { scanner in
            var log: [String] = []
            var key: [UInt8] = []
            try scanner.beginObject()
            while try scanner.nextMember(into: &key) {
                log.append(String(decoding: key, as: UTF8.self))
                switch log.last {
                case "a":
                    try scanner.beginArray()
                    while try scanner.nextElement() {
                        if try scanner.peek() == UInt8(ascii: "{") {
                            log.append("\(try scanner.skipValue())")
                        } else {
                            log.append("\(try scanner.integer())")
                        }
                    }
                case "b\n": log.append(try scanner.string())
                default: log.append("\(try scanner.skipValue())")
                }
            }
            try scanner.end()
            return log
        }
        XCTAssertEqual(
            try found.get(), ["a", "1", "-20", "17..<26", "b\n", "véé😀", "", "65..<67", "c", "74..<79"])
    }

    func testMarkInFrontOfAFileIsSkipped() throws {
        let file = try RandomAccessFile(try XCTUnwrap(scratch).write("\u{FEFF}[]", to: "marked.json"))
        var scanner = try JSONScanner(reading: file.read)
        XCTAssertEqual(try scanner.skipValue(), 3..<5)
        XCTAssertNoThrow(try scanner.end())
    }

    func testErrorsCountFromTheFirstByte() throws {
        try Data("[1".utf8).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes: bytes, firstByte: 100)
            XCTAssertThrowsError(try scanner.skipValue()) {
                XCTAssertEqual($0 as? JSONError, JSONError(byte: 102, reason: "the text ends too early"))
            }
        }
    }

    func testWholeNumbers() throws {
        let cases: [(String, Int?)] = [
            ("0", 0), ("-0", 0), ("7 ", 7), (" -12,", -12), ("123456789012345678", 123_456_789_012_345_678),
            ("1234567890123456789", nil), ("01", nil), ("-", nil), ("1.0", nil), ("1e2", nil), ("\"1\"", nil),
            ("x", nil),
        ]
        for (text, expected) in cases {
            let found = try everyWay(Data(text.utf8), text) { try $0.integer() }
            XCTAssertEqual(try? found.get(), expected, text)
        }
    }

    func testTextsThatAreNotUTF8() throws {
        let cases: [([UInt8], Int)] = [
            ([0xFF], 1), ([0x61, 0xC3], 2), ([0xC0, 0x80], 1), ([0xE0, 0x80, 0x80], 1),
            ([0xED, 0xA0, 0x80], 1), ([0xF4, 0x90, 0x80, 0x80], 1), ([0x80], 1), ([0xE2, 0x82], 1),
            ([0xF0, 0x9F, 0x98, 0x22], 1), (Array("abcdefgh€".utf8) + [0xFE], 12),
        ]
        for (bytes, place) in cases {
            for isKept in [false, true] {
                let found = try everyWay(Data([0x22] + bytes + [0x22]), "\(bytes)") { scanner in
                    if isKept { _ = try scanner.string() } else { try scanner.skipValue() }
                    return true
                }
                XCTAssertThrowsError(try found.get(), "\(bytes)") {
                    XCTAssertEqual(
                        $0 as? JSONError, JSONError(byte: place, reason: "a string that is not UTF-8"),
                        "\(bytes)")
                }
            }
        }
    }

    func testLongStringsAreSkippedButNotRead() throws {
        for (text, isRead) in [("\"12345678\"", true), ("\"12345678\\n\"", false), ("\"1234567€\"", false)] {
            let read = try everyWay(Data(text.utf8), text) { scanner in
                scanner.longestString = 8
                return try scanner.string().utf8.count
            }
            if isRead {
                XCTAssertEqual(try read.get(), 8, text)
            } else {
                XCTAssertThrowsError(try read.get(), text) {
                    XCTAssertEqual(($0 as? JSONError)?.reason, "a string of more than 8 bytes", text)
                }
            }
            let skipped = try everyWay(Data(text.utf8), text) { scanner in
                scanner.longestString = 8
                return try scanner.skipValue()
            }
            XCTAssertEqual(try skipped.get(), 0..<text.utf8.count, text)
        }
    }

    func testStringsOfEveryLength() throws {
        for length in 0..<30 {
            for tail in [
                "", "é", "\\u20AC", "\\n\\\\x", "漢字 😀", "\\ud83d", "\\ud83d\\u0041", "\\ud83d\\ude00",
            ] {
                let text = "\"" + String(repeating: "x", count: length) + tail + "y\""
                let expected = try JSONValue(parsing: text).string
                XCTAssertEqual(try everyWay(Data(text.utf8), text) { try $0.string() }.get(), expected, text)
            }
        }
    }

    /// The parser is the measure: the same is refused, for the same reason at the same byte.
    func testSkippingRefusesWhatTheParserRefuses() throws {
        let deep = JSONScanner.maximumDepth
        var texts = [
            "", " ", "nul", "truth", "+1", "-", "01", "1.", "1e", "1e+", ".5", "-Infinity", "-Inf", "NaN",
            "[1,]",
            "[1 2]", "[1", "{\"a\" 1}", "{1: 2}", "{\"a\": 1,}", "{\"a\": 1", "\"abc", "\"a\nb\"", "\"\\x\"",
            "\"\\u12", "\"\\u12g4\"", "\"\\", "\"\\ud83d\\u1", "1 2", "'a'", "[1] x", "[,]", "{,}", "]", "}",
            "[}", "{]", "[[]", "[{}, {\"a\": []}]", "123456789012345678901234567890", "\"\\ud83d\\n\"",
        ]
        for count in [deep, deep + 1, 100_000] {
            texts.append(String(repeating: "[", count: count) + String(repeating: "]", count: count))
        }
        texts.append(String(repeating: "{\"a\":", count: 100_000))
        for text in texts { try compare(Data(text.utf8)) }
    }

    func testDamagedTextsAreTakenAsTheParserTakesThem() throws {
        let seed = Data(
            #"{"a": [1, -2.5e3, "x\u00e9\ud83d\ude00\n", null, true], "b": {"c": "é漢😀"}, "d": NaN}"#.utf8)
        var stream = RandomStream(seed: 1, purpose: "scanner mutations")
        for _ in 0..<RandomStream.rounds(1500) { try compare(stream.mutated(seed)) }
    }

    private func compare(_ data: Data) throws {
        let name = String(decoding: data.prefix(100), as: UTF8.self)
        let found = try everyWay(data, name) { scanner in
            try scanner.skipValue()
            try scanner.end()
            return true
        }
        do {
            _ = try JSONValue(parsing: data)
            XCTAssertNoThrow(try found.get(), name)
        } catch let error as JSONError {
            XCTAssertThrowsError(try found.get(), name) { own in
                // The parser looks at a string's encoding at its end only.
                let isEncoding = (own as? JSONError)?.reason == "a string that is not UTF-8"
                if !isEncoding { XCTAssertEqual(own as? JSONError, error, name) }
            }
        }
    }
}
