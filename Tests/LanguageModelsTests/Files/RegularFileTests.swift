import Foundation
import XCTest

@testable import LanguageModels

final class RegularFileTests: XCTestCase {
    func testContents() throws {
        let scratch = try ScratchFolder()
        XCTAssertEqual(try RegularFile.data(scratch.write("ab", to: "a")), Data("ab".utf8))
        XCTAssertEqual(try RegularFile.data(scratch.write("", to: "b")), Data())
        XCTAssertEqual(try RegularFile.text(scratch.write("é", to: "c")), "é")
        XCTAssertNil(try RegularFile.text(scratch.write(Data([0xFF]), to: "d")))
        XCTAssertThrowsError(try RegularFile.data(scratch.file("none"))) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .fileMissing(path: scratch.file("none").path))
        }
    }

    /// Nobody writes into the pipe: whoever waited for that would wait for ever.
    func testPipesAreRefused() throws {
        let scratch = try ScratchFolder()
        let pipe = scratch.file("pipe")
        XCTAssertEqual(mkfifo(pipe.path, 0o600), 0)
        let readers: [(String, (URL) throws -> Void)] = [
            ("data", { _ = try RegularFile.data($0) }), ("mapped", { _ = try MappedFile($0) }),
            ("random access", { _ = try RandomAccessFile($0) }), ("lines", { _ = try JSONLines.read($0) }),
            ("sealed lines", { _ = try SealedLines($0) }), ("tensors", { _ = try SafeTensors.read($0) }),
            ("hash", { _ = try SHA256.hash(file: $0) }),
        ]
        for (name, read) in readers {
            for (place, reason) in [
                (pipe, "it is not a regular file"), (scratch.url, "it is a folder"),
                (URL(fileURLWithPath: "/dev/zero"), "it is not a regular file"),
            ] {
                XCTAssertThrowsError(try read(place), "\(name) \(place.path)") {
                    XCTAssertEqual(
                        $0 as? LanguageModelError, .unreadable(path: place.path, reason: reason), name)
                }
            }
        }
    }

    func testRoom() throws {
        let scratch = try ScratchFolder()
        let place = scratch.file("a/b/c")
        try DiskRoom.check(0, for: place)
        XCTAssertThrowsError(try DiskRoom.check(.max, for: place)) {
            guard case .noRoom(place.path, .max, let free)? = $0 as? LanguageModelError else {
                return XCTFail("\($0)")
            }
            XCTAssertGreaterThanOrEqual(free, 0)
        }
    }
}
