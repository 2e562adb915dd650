import Foundation
import XCTest

@testable import LanguageModels

final class AtomicFileTests: XCTestCase {
    private struct Stopped: Error {}

    func testWritesAndReplacesMakingFolders() throws {
        let scratch = try ScratchFolder()
        let target = scratch.file("a/b/c.txt")
        try AtomicFile.write("one", to: target)
        XCTAssertEqual(try String(contentsOf: target, encoding: .utf8), "one")
        try AtomicFile.write("two", to: target)
        XCTAssertEqual(try String(contentsOf: target, encoding: .utf8), "two")
        let folder = target.deletingLastPathComponent().path
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), ["c.txt"])
    }

    func testABodyThatThrowsLeavesTheOldFileAndNothingElse() throws {
        let scratch = try ScratchFolder()
        let target = try scratch.write("old", to: "file")
        XCTAssertThrowsError(
            try AtomicFile.write(to: target) { sink in
                try sink.append(Data("new".utf8))
                throw Stopped()
            }
        ) { XCTAssert($0 is Stopped) }
        XCTAssertEqual(try scratch.entries, ["file"])
        XCTAssertEqual(try String(contentsOf: target, encoding: .utf8), "old")
    }

    /// No process has a number as high as 4194304; 1 lives as long as the system.
    func testWhatDeadProcessesLeftIsRemoved() throws {
        let scratch = try ScratchFolder()
        let kept = [
            ".a.json.1-abc.tmp", ".a.json.4194304.tmp", ".a.json.x-abc.tmp", ".b.json.4194304-abc.tmp",
            ".a.json.4194304-held.tmp", "a.json.4194304-abc.tmp",
        ]
        for name in kept + [".a.json.4194304-abc.tmp", ".a.json.4194304-0.tmp"] {
            try scratch.write("half", to: name)
        }
        let held = open(scratch.file(".a.json.4194304-held.tmp").path, O_RDONLY)
        defer { close(held) }
        XCTAssertEqual(flock(held, LOCK_EX), 0)
        try AtomicFile.write("whole", to: scratch.file("a.json"))
        XCTAssertEqual(try scratch.entries, (kept + ["a.json"]).sorted())
    }

    func testAWriteThatFailsHalfWayLeavesTheOldFileAndNothingElse() throws {
        let scratch = try ScratchFolder()
        let target = try scratch.write("old", to: "file")
        let handler = signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        XCTAssertEqual(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit), 0)
        var small = rlimit(rlim_cur: 4096, rlim_max: limit.rlim_max)
        XCTAssertEqual(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small), 0)
        defer {
            XCTAssertEqual(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit), 0)
            signal(SIGXFSZ, handler)
        }
        XCTAssertThrowsError(try AtomicFile.write(Data(count: 10_000), to: target)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .unwritable(path: target.path, reason: "File too large"))
        }
        XCTAssertEqual(try scratch.entries, ["file"])
        XCTAssertEqual(try String(contentsOf: target, encoding: .utf8), "old")
    }

    func testAFullDeviceSaysSo() {
        XCTAssertThrowsError(try AtomicFile.write("text", to: URL(fileURLWithPath: "/dev/full"))) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unwritable(path: "/dev/full", reason: "No space left on device"))
        }
    }

    func testAFileInTheWayOfAFolderSaysSo() throws {
        let scratch = try ScratchFolder()
        try scratch.write("", to: "file")
        let target = scratch.file("file/inner/x")
        XCTAssertThrowsError(try AtomicFile.write("text", to: target)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .unwritable(path: target.path, reason: "Not a directory"))
        }
    }

    func testAFolderUnderTheNameSaysSo() throws {
        let scratch = try ScratchFolder()
        XCTAssertThrowsError(try AtomicFile.write("text", to: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .unwritable(path: scratch.url.path, reason: "Is a directory"))
        }
    }

    func testAReadOnlyFolderSaysSo() throws {
        let scratch = try ScratchFolder()
        XCTAssertEqual(chmod(scratch.url.path, 0o555), 0)
        // Root may write into any folder, so another user tries.
        let user = geteuid()
        if user == 0 { XCTAssertEqual(seteuid(65534), 0) }
        defer {
            if user == 0 { XCTAssertEqual(seteuid(0), 0) }
            XCTAssertEqual(chmod(scratch.url.path, 0o755), 0)
        }
        let target = scratch.file("file")
        XCTAssertThrowsError(try AtomicFile.write("text", to: target)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .unwritable(path: target.path, reason: "Permission denied"))
        }
        XCTAssertEqual(try scratch.entries, [])
    }

    func testASymbolicLinkStays() throws {
        let scratch = try ScratchFolder()
        try scratch.write("old", to: "real")
        try FileManager.default.createSymbolicLink(
            at: scratch.file("link"), withDestinationURL: scratch.file("real"))
        try AtomicFile.write("new", to: scratch.file("link"))
        XCTAssertEqual(try scratch.entries, ["link", "real"])
        XCTAssertEqual(try String(contentsOf: scratch.file("real"), encoding: .utf8), "new")
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: scratch.file("link").path)
        XCTAssertEqual((link as NSString).lastPathComponent, "real")
    }

    /// A pipe without a reader is refused, one with a reader gets everything, however slow it is.
    func testAPipe() throws {
        let scratch = try ScratchFolder()
        let pipe = scratch.file("pipe")
        XCTAssertEqual(mkfifo(pipe.path, 0o600), 0)
        XCTAssertThrowsError(try AtomicFile.write("new", to: pipe)) { error in
            XCTAssertEqual(
                error as? LanguageModelError,
                .unwritable(path: pipe.path, reason: "nobody reads from this pipe"))
        }
        let descriptor = open(pipe.path, O_RDONLY | O_NONBLOCK)
        defer { close(descriptor) }
        XCTAssertGreaterThanOrEqual(descriptor, 0)
        // More than a pipe holds: without waiting, writing would fail half-way.
        let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let finished = DispatchSemaphore(value: 0)
        let reader = Thread {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
            let handle = FileHandle(fileDescriptor: descriptor)
            let received = handle.readDataToEndOfFile()
            XCTAssertEqual(received, content)
            finished.signal()
        }
        reader.start()
        try AtomicFile.write(content, to: pipe)
        finished.wait()
    }

    func testALongNameIsWritten() throws {
        let scratch = try ScratchFolder()
        let name = String(repeating: "é", count: 127)
        try AtomicFile.write("text", to: scratch.file(name))
        XCTAssertEqual(try scratch.entries, [name])
    }
}
