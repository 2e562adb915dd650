import XCTest

@testable import LanguageModels

final class ByteStringTableTests: XCTestCase {
    func testStringsAreNumberedAndFound() {
        var table = ByteStringTable()
        var expected: [[UInt8]: Int] = [:]
        var numbers = TestNumbers(state: 1)
        for _ in 0..<3000 {
            // Short ones often come again.
            let string = (0..<numbers.below(12)).map { _ in UInt8(numbers.below(3)) }
            let (number, isNew) = string.withUnsafeBufferPointer { table.insert($0) }
            XCTAssertEqual(isNew, expected[string] == nil, "\(string)")
            XCTAssertEqual(number, expected[string] ?? expected.count, "\(string)")
            expected[string] = number
        }
        XCTAssertEqual(table.count, expected.count)
        for (string, number) in expected {
            XCTAssertEqual(string.withUnsafeBufferPointer { table.find($0) }, number, "\(string)")
            XCTAssertEqual(Array(table[number]), string)
        }
        XCTAssertNil([UInt8(9)].withUnsafeBufferPointer { table.find($0) })
        XCTAssertNil([].withUnsafeBufferPointer { ByteStringTable().find($0) })
    }
}
