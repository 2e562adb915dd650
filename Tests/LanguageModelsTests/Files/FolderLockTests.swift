import Foundation
import XCTest

@testable import LanguageModels

final class FolderLockTests: XCTestCase {
    func testASecondLockNamesTheOwnerUntilTheFirstIsDropped() throws {
        let scratch = try ScratchFolder()
        let folder = scratch.file("run")
        var first: FolderLock? = try FolderLock(folder: folder)
        XCTAssertThrowsError(try FolderLock(folder: folder)) { error in
            guard case LanguageModelError.locked(let path, let owner) = error else {
                return XCTFail("\(error)")
            }
            XCTAssertEqual(path, folder.path)
            XCTAssertEqual(owner, "process \(getpid()) on \(ProcessInfo.processInfo.hostName)")
        }
        XCTAssertNotNil(first)
        first = nil
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [])
        XCTAssertNoThrow(try FolderLock(folder: folder))
    }

    func testALockFileLeftByADeadProcessIsTakenOver() throws {
        let scratch = try ScratchFolder()
        try scratch.write("process 1 on a machine that crashed\n", to: FolderLock.fileName)
        let lock = try FolderLock(folder: scratch.url)
        let text = try String(contentsOf: scratch.file(FolderLock.fileName), encoding: .utf8)
        XCTAssertEqual(text, "process \(getpid()) on \(ProcessInfo.processInfo.hostName)\n")
        withExtendedLifetime(lock) {}
    }

    func testAFolderThatCannotBeMadeSaysSo() throws {
        let scratch = try ScratchFolder()
        try scratch.write("", to: "file")
        XCTAssertThrowsError(try FolderLock(folder: scratch.file("file"))) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unwritable(path: scratch.file("file").path, reason: "Not a directory"))
        }
    }
}
