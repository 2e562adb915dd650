import Foundation
import XCTest

@testable import LanguageModels

final class JSONScannerValueTests: XCTestCase {
    func testValues() throws {
        let cases: [(String, JSONValue)] = [
            ("null", nil), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("123456789012345678", .integer(123_456_789_012_345_678)), ("1.0", .number(1)),
            ("-0.0", .number(-0.0)), ("1e3", .number(1000)), ("2.5E-3", .number(0.0025)),
            ("1e400", .number(.infinity)), ("Infinity", .number(.infinity)),
            ("-Infinity", .number(-.infinity)),
            ("\"\"", ""), ("[]", []), ("{}", [:]), ("[1, [2, \"x\"], {}]", [1, [2, "x"], [:]]),
            ("{\"a\": 1, \"b\": {\"c\": null}}", ["a": 1, "b": ["c": nil]]),
            ("\u{FEFF}[1]", [1]), ("\r\n\t [ 1 , 2 ] ", [1, 2]),
        ]
        for (text, expected) in cases {
            XCTAssertEqual(try JSONValue(parsing: text), expected, text)
        }
        let nan = try XCTUnwrap(try JSONValue(parsing: "[NaN]").array?.first?.double)
        XCTAssert(nan.isNaN)
    }

    func testStrings() throws {
        let cases = [
            (#""a\"b\\c\/\b\f\n\r\t""#, "a\"b\\c/\u{8}\u{C}\n\r\t"),
            (#""\u00e9\u20AC\ud83d\ude00""#, "é€😀"), (#""é€😀""#, "é€😀"),
            (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
            (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83dA\n""#, "\u{FFFD}A\n"), (#""\u0000""#, "\0"),
        ]
        for (text, expected) in cases {
            let found = try JSONValue(parsing: text).string
            XCTAssertEqual(found.map { Array($0.unicodeScalars) }, Array(expected.unicodeScalars), text)
        }
        // Every length, so that a quote, an escape and a control character stand at every place of a word.
        for length in 0..<40 {
            let plain = String(repeating: "x", count: length)
            for tail in ["", "é", "y"] {
                XCTAssertEqual(try JSONValue(parsing: "\"\(plain)\(tail)\"").string, plain + tail)
                XCTAssertEqual(
                    try JSONValue(parsing: "\"\(plain)\\n\(tail)\(plain)\"").string,
                    plain + "\n" + tail + plain)
            }
            XCTAssertThrowsError(try JSONValue(parsing: "\"\(plain)\u{1}\(plain)\""), "\(length)")
        }
    }

    func testBadTexts() {
        let cases = [
            ("", 0, "the text ends too early"), ("  ", 2, "the text ends too early"),
            ("nul", 3, "expected 'null'"), ("truth", 3, "expected 'true'"), ("+1", 0, "expected a value"),
            ("-", 1, "expected a value"), ("01", 2, "a number with a leading zero"),
            ("1.", 2, "expected a digit"), ("1e", 2, "expected a digit"), ("1e+", 3, "expected a digit"),
            (".5", 0, "expected a value"), ("[1,]", 3, "expected a value"), ("[1 2]", 3, "expected ','"),
            ("[1", 2, "the text ends too early"), ("{\"a\" 1}", 5, "expected ':'"),
            ("{1: 2}", 1, "expected '\"'"), ("{\"a\": 1,}", 8, "expected '\"'"),
            ("{\"a\": 1", 7, "the text ends too early"), ("\"abc", 4, "the text ends too early"),
            ("\"a\nb\"", 2, "a control character in a string"), ("\"\\x\"", 2, "an unknown escape"),
            ("\"\\u12", 3, "the text ends inside an escape"),
            ("\"\\u12g4\"", 5, "expected a hexadecimal digit"),
            ("\"\\", 2, "the text ends too early"), ("1 2", 2, "text after the document"),
            ("'a'", 0, "expected a value"), ("[1] x", 4, "text after the document"),
        ]
        for (text, byte, reason) in cases {
            XCTAssertThrowsError(try JSONValue(parsing: text), text) {
                XCTAssertEqual($0 as? JSONError, JSONError(byte: byte, reason: reason), text)
            }
        }
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22]]
            as [[UInt8]]
        {
            XCTAssertThrowsError(try JSONValue(parsing: Data(bytes)), "\(bytes)") {
                XCTAssertEqual(($0 as? JSONError)?.reason, "a string that is not UTF-8", "\(bytes)")
            }
        }
        XCTAssertThrowsError(try JSONValue(parsing: Data()))
    }

    func testDepthIsLimited() throws {
        let limit = JSONScanner.maximumDepth
        let allowed = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        XCTAssertNoThrow(try JSONValue(parsing: allowed))
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = String(repeating: open, count: 100_000) + String(repeating: close, count: 100_000)
            XCTAssertThrowsError(try JSONValue(parsing: text)) {
                XCTAssertEqual(($0 as? JSONError)?.reason, "nested deeper than \(limit)", open)
            }
        }
    }

    func testRepeatedKeys() throws {
        let text = "{\"a\": 1, \"b\": 2, \"a\": 3}"
        XCTAssertEqual(try JSONValue(parsing: text), ["a": 3, "b": 2])
        try Data(text.utf8).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes: bytes, refusesRepeatedKeys: true)
            XCTAssertThrowsError(try scanner.document()) {
                XCTAssertEqual($0 as? JSONError, JSONError(byte: 17, reason: "the key \"a\" occurs twice"))
            }
        }
    }

    func testSeveralValuesOneAfterAnother() throws {
        try Data("1 [2]\n\"x\" ".utf8).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes: bytes)
            var values: [JSONValue] = []
            while try !scanner.atEnd() { values.append(try scanner.value()) }
            XCTAssertEqual(values, [1, [2], "x"])
            XCTAssertEqual(scanner.position, bytes.count)
        }
    }

    func testRealData() throws {
        let file = try FixtureFolder.real("counterfact-6k.json")
        let cases = try XCTUnwrap(try JSONValue(parsing: Data(contentsOf: file)).array)
        XCTAssertEqual(cases.count, 6000)
        XCTAssertEqual(cases[0]["requested_rewrite"]?["subject"]?.string, "Maynard Sonntag")
    }

    func testMutationsNeverCrash() {
        let seed = Data(
            #"{"a": [1, -2.5e3, "x\u00e9\ud83d\ude00\n", null, true], "b": {"c": "é"}, "d": NaN}"#.utf8)
        var stream = RandomStream(seed: 1, purpose: "json mutations")
        for _ in 0..<RandomStream.rounds(5000) {
            let data = stream.mutated(seed)
            do {
                let value = try JSONValue(parsing: data)
                // What is accepted reads back as itself.
                let again = try JSONValue(parsing: value.text())
                XCTAssertEqual(again.text(), value.text(), "\(Array(data))")
            } catch {
                XCTAssert(error is JSONError, "\(error) for \(Array(data))")
            }
        }
    }
}
