import Foundation
import XCTest

@testable import LanguageModels

final class JSONObjectTests: XCTestCase {
    func testMembersStayInOrderHoweverMany() {
        for count in [0, 1, 7, 8, 9, 10, 24, 25, 100, 5000] {
            var object = JSONObject()
            for index in 0..<count { object["key \(index)"] = .integer(index) }
            for index in 0..<count where index % 3 == 0 { object["key \(index)"] = .integer(-index) }
            XCTAssertEqual(object.count, count)
            XCTAssertEqual(object.keys, (0..<count).map { "key \($0)" })
            for index in 0..<count {
                XCTAssertEqual(
                    object["key \(index)"], .integer(index % 3 == 0 ? -index : index), "\(index) of \(count)")
            }
            XCTAssertNil(object["key \(count)"])
        }
    }

    func testRemoval() {
        for count in [1, 8, 9, 10, 40] {
            var object = JSONObject()
            for index in 0..<count { object["\(index)"] = .integer(index) }
            object["0"] = nil
            object["none"] = nil
            XCTAssertEqual(object.count, count - 1)
            XCTAssertNil(object["0"])
            for index in 1..<count { XCTAssertEqual(object["\(index)"], .integer(index), "\(count)") }
            object["0"] = 7
            XCTAssertEqual(object.keys.last, "0")
            XCTAssertEqual(object["0"], 7)
        }
    }

    func testKeysThatLookAlikeAreDifferent() {
        for extra in [0, 20] {
            var object = JSONObject()
            for index in 0..<extra { object["\(index)"] = .integer(index) }
            object["\u{E9}"] = 1
            object["e\u{301}"] = 2
            object["\u{E9}\0"] = 3
            XCTAssertEqual(object["\u{E9}"], 1)
            XCTAssertEqual(object["e\u{301}"], 2)
            XCTAssertEqual(object["\u{E9}\0"], 3)
            XCTAssertEqual(object.count, extra + 3)
        }
        XCTAssertNotEqual(ExactString("\u{E9}"), ExactString("e\u{301}"))
        XCTAssertEqual(Set([ExactString("\u{E9}"), ExactString("e\u{301}"), ExactString("\u{E9}")]).count, 2)
    }

    func testEqualityMindsOrderAndContent() {
        XCTAssertEqual(["a": 1, "b": 2] as JSONObject, ["a": 1, "b": 2])
        XCTAssertNotEqual(["a": 1, "b": 2] as JSONObject, ["b": 2, "a": 1])
        XCTAssertNotEqual(["a": 1] as JSONObject, ["a": 2])
        XCTAssertNotEqual(["a": 1] as JSONObject, ["a": 1, "b": 2])
    }
}
