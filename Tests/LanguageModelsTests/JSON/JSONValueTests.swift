import Foundation
import XCTest

@testable import LanguageModels

final class JSONValueTests: XCTestCase {
    func testTextAsPythonWritesIt() {
        let cases: [(JSONValue, String)] = [
            (nil, "null"), ([], "[]"), ([:], "{}"), ([1, 2.5, "x"], "[1, 2.5, \"x\"]"),
            (["b": 1, "a": [true, nil]], "{\"b\": 1, \"a\": [true, null]}"), (.number(1), "1.0"),
            (.number(1e-5), "1e-05"), (.number(.nan), "NaN"), (.number(-.infinity), "-Infinity"),
            (.number(0.1), "0.1"), (.integer(.min), "-9223372036854775808"),
            ("\"\\/\n\r\t\u{8}\u{C}\u{1}\u{1F}\u{7F}é😀", #""\"\\/\n\r\t\b\f\u0001\u001f"# + "\u{7F}é😀\""),
        ]
        for (value, text) in cases { XCTAssertEqual(value.text(), text) }
    }

    func testIndentedText() {
        let value: JSONValue = ["a": [1, [:], []], "b": "x"]
        XCTAssertEqual(
            value.text(pretty: true), "{\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": \"x\"\n}")
    }

    func testTextReadsBack() throws {
        var stream = RandomStream(seed: 5, purpose: "json")
        for _ in 0..<200 {
            let number = Double(bitPattern: stream.next())
            guard number.isFinite else { continue }
            XCTAssertEqual(try JSONValue(parsing: JSONValue.number(number).text()).double, number)
        }
    }

    func testAccessors() {
        XCTAssertEqual(JSONValue.number(3).integer, 3)
        XCTAssertNil(JSONValue.number(3.5).integer)
        XCTAssertNil(JSONValue.number(1e30).integer)
        XCTAssertEqual(JSONValue.integer(3).double, 3)
        XCTAssertNil(JSONValue.string("3").integer)
        XCTAssertNil(JSONValue.integer(1).bool)
        XCTAssertNil((["a": 1] as JSONValue)["b"])
        XCTAssertNil(([1] as JSONValue)["a"])
    }

    func testSortedByKey() {
        let value: JSONValue = ["b": ["z": 1, "a": 2], "a": [["d": 1, "c": 2]], "é": 0, "Z": 0]
        XCTAssertEqual(
            value.sortedByKey.text(),
            #"{"Z": 0, "a": [{"c": 2, "d": 1}], "b": {"a": 2, "z": 1}, "é": 0}"#)
    }
}
