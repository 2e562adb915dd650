import Foundation
import XCTest

@testable import LanguageModels

final class RandomAccessFileTests: XCTestCase {
    func testRangesAreRead() throws {
        let scratch = try ScratchFolder()
        let file = try RandomAccessFile(try scratch.write("0123456789", to: "a"))
        XCTAssertEqual(file.byteCount, 10)
        XCTAssertEqual(try file.bytes(2..<5), Array("234".utf8))
        XCTAssertEqual(try file.bytes(10..<10), [])
        var buffer = [UInt8](repeating: 0, count: 4)
        XCTAssertEqual(try buffer.withUnsafeMutableBytes { try file.read(at: 8, into: $0) }, 2)
        XCTAssertEqual(buffer, Array("89\0\0".utf8))
        XCTAssertThrowsError(try file.bytes(8..<12)) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .malformed(path: file.path, reason: "the file ends at byte 10, before 12"))
        }
    }

    func testChangesAreSeen() throws {
        let scratch = try ScratchFolder()
        let url = try scratch.write("0123456789", to: "a")
        let file = try RandomAccessFile(url)
        XCTAssertTrue(file.isUnchanged)
        XCTAssertEqual(truncate(url.path, 5), 0)
        XCTAssertFalse(file.isUnchanged)
    }

    func testWhatIsNoFileIsRefused() throws {
        let scratch = try ScratchFolder()
        XCTAssertThrowsError(try RandomAccessFile(scratch.file("none"))) {
            XCTAssertEqual($0 as? LanguageModelError, .fileMissing(path: scratch.file("none").path))
        }
        XCTAssertThrowsError(try RandomAccessFile(scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .unreadable(path: scratch.url.path, reason: "it is a folder"))
        }
    }
}
