import Foundation
import LanguageModels
import RemediCore
import Synchronization
import TestServer
import XCTest

/// Downloads from a server that behaves and misbehaves.
final class DownloaderTests: XCTestCase {
    private typealias Reply = @Sendable (TestServer.Request) -> Answer

    /// The pauses that a downloader made, which take no time here.
    private final class Pauses: Sendable {
        let seconds = Mutex<Double>(0)
    }

    private let pauses = Pauses()

    private func downloader(_ progress: any ProgressReporter = SilentProgress()) throws -> Downloader {
        let pauses = pauses
        return try Downloader(environment: ["PATH": "/usr/bin:/bin"], progress: progress) { seconds in
            pauses.seconds.withLock { $0 += seconds }
        }
    }

    /// Bytes that look like none before or after.
    private static func content(_ count: Int, seed: UInt64 = 1) -> Data {
        var stream = RandomStream(seed: seed, purpose: "content")
        return Data((0..<(count + 7) / 8).flatMap { _ in withUnsafeBytes(of: stream.next(), Array.init) })
            .prefix(count)
    }

    private struct Place {
        let folder: URL
        var target: URL { folder.appendingPathComponent("file") }
        var part: URL { folder.appendingPathComponent("file.part") }
        var names: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
        }
    }

    private func place() throws -> Place { Place(folder: try temporaryFolder()) }

    private func fetch(
        _ file: RemoteFile, to place: Place, credentials: Credentials = Credentials(),
        progress: any ProgressReporter = SilentProgress()
    ) throws {
        let meter = TransferMeter(progress, stage: "file", bytes: file.size ?? 0)
        try downloader(progress).fetch(
            file, to: place.target, part: place.part, credentials: credentials, meter: meter)
    }

    private func error(_ body: () throws -> Void) -> (any Error)? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }

    private func remote(_ server: TestServer, _ content: Data, size: Bool = true) -> RemoteFile {
        RemoteFile(
            address: server.address + "/file", size: size ? content.count : nil,
            checksum: .sha256(SHA256.hash(content)))
    }

    // MARK: - What goes well

    func testAWholeFile() throws {
        let content = Self.content(300_000)
        let server = try TestServer { .file(content, for: $0, tag: "\"a\"") }
        let place = try place()
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(try place.names, ["file"])
        XCTAssertEqual(server.requests.count, 1)
        XCTAssertNil(server.requests[0].headers["range"])
        XCTAssertEqual(server.requests[0].headers["user-agent"], "remedi/\(RemediVersion.current)")
    }

    func testAnEmptyFile() throws {
        let server = try TestServer { .file(Data(), for: $0) }
        let place = try place()
        try fetch(remote(server, Data()), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), Data())
    }

    func testTenCutsAtRandomPlaces() throws {
        let content = Self.content(200_000)
        let server = try TestServer { request in
            let answer = Answer.file(content, for: request, tag: "\"a\"")
            guard request.number < 10 else { return answer }
            var stream = RandomStream(seed: 7, purpose: "cut", sample: "\(request.number)")
            return answer.cut(after: Int(stream.next() % 30_000), byReset: request.number % 2 == 1)
        }
        let place = try place()
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(try place.names, ["file"])
        XCTAssertEqual(server.requests.count, 11)
        XCTAssertEqual(server.requests.filter { $0.headers["if-range"] == "\"a\"" }.count, 10)
    }

    func testTenRunsThatAreCutAtRandomPlaces() throws {
        let content = Self.content(200_000)
        let server = try TestServer { request in
            var stream = RandomStream(seed: 8, purpose: "cut", sample: "\(request.number)")
            let answer = Answer.file(content, for: request, date: "Mon, 03 Apr 2023 02:01:00 GMT")
            return request.number < 10 ? answer.cut(after: Int(1 + stream.next() % 19_000)) : answer
        }
        let place = try place()
        var runs = 1
        while let failure = error({
            var downloader = try downloader()
            downloader.retries.fruitlessTries = 1
            let meter = TransferMeter(SilentProgress(), stage: "file", bytes: 0)
            try downloader.fetch(
                remote(server, content), to: place.target, part: place.part, meter: meter)
        }) {
            guard case DownloadError.transfer(_, _, let received, let size) = failure, runs < 20 else {
                return XCTFail("\(failure)")
            }
            XCTAssertEqual(size, content.count)
            XCTAssertEqual(try Data(contentsOf: place.part), content.prefix(received))
            XCTAssertEqual(try place.names, ["file.part", "file.part.json"])
            runs += 1
        }
        XCTAssertEqual(runs, 11)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(try place.names, ["file"])
    }

    func testSlowHeads() throws {
        let content = Self.content(1000)
        let server = try TestServer { request in
            var answer = Answer.file(content, for: request)
            answer.trickles = true
            return answer
        }
        let place = try place()
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
    }

    func testProgressCountsBytes() throws {
        let content = Self.content(100_000)
        let server = try TestServer { request in
            let answer = Answer.file(content, for: request, tag: "\"a\"")
            return request.number == 0 ? answer.cut(after: 40_000) : answer
        }
        let progress = RecordedTransfers()
        try fetch(remote(server, content), to: try place(), progress: progress)
        XCTAssertEqual(progress.stages, ["file: \(content.count)"])
        XCTAssertEqual(progress.counts, progress.counts.sorted())
        XCTAssertEqual(progress.counts.last, content.count)
    }

    // MARK: - Servers that cannot, or whose file changes

    func testAServerWithoutRanges() throws {
        let content = Self.content(100_000)
        let server = try TestServer { request in
            let answer = Answer(200, headers: ["ETag": "\"a\""], body: content)
            return request.number < 3 ? answer.cut(after: 30_000) : answer
        }
        let place = try place()
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(server.requests.count, 4)
        XCTAssertEqual(server.requests[1].headers["range"], "bytes=30000-")
    }

    func testAFileThatChanges() throws {
        let old = Self.content(100_000, seed: 2)
        let new = Self.content(90_000, seed: 3)
        // Both kinds of servers: one that heeds If-Range, and one that sends the rest of whatever it has.
        for heeds in [true, false] {
            let server = try TestServer { request in
                if request.number == 0 {
                    return Answer.file(old, for: request, tag: "\"a\"").cut(after: 50_000)
                }
                guard !heeds, request.headers["range"] != nil else {
                    return .file(new, for: request, tag: "\"b\"")
                }
                return Answer(
                    206, headers: ["ETag": "\"b\"", "Content-Range": "bytes 50000-89999/90000"],
                    body: Data(new[50_000...]))
            }
            let place = try place()
            try fetch(
                RemoteFile(address: server.address + "/file", checksum: .sha256(SHA256.hash(new))), to: place)
            XCTAssertEqual(try Data(contentsOf: place.target), new, "\(heeds)")
            XCTAssertEqual(server.requests.count, heeds ? 2 : 3)
        }
    }

    func testAWrongPart() throws {
        let content = Self.content(100_000)
        let server = try TestServer { request in
            let whole = Answer.file(content, for: request, tag: "\"a\"")
            if request.number == 0 { return whole.cut(after: 50_000) }
            guard request.headers["range"] != nil else { return whole }
            return Answer(
                206, headers: ["Content-Range": "bytes 0-99999/100000"], body: content)
        }
        let place = try place()
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
    }

    func testAWholePart() throws {
        let content = Self.content(1000)
        let server = try TestServer { .file(content, for: $0, tag: "\"a\"") }
        let place = try place()
        try content.write(to: place.part)
        let identity = #"{"url": "\#(server.address)/file", "etag": "\"a\"", "size": null}"#
        try Data(identity.utf8).write(to: URL(fileURLWithPath: place.part.path + ".json"))
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(server.requests.map { $0.headers["range"] }, ["bytes=1000-"])
    }

    func testAPartOfUnknownOrigin() throws {
        let content = Self.content(1000)
        let server = try TestServer { .file(content, for: $0) }
        let place = try place()
        try Data("rubbish".utf8).write(to: place.part)
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertNil(server.requests[0].headers["range"])
    }

    func testADamagedPartIsFetchedAnew() throws {
        let content = Self.content(1000)
        let server = try TestServer { .file(content, for: $0, tag: "\"a\"") }
        let place = try place()
        try Self.content(400, seed: 9).write(to: place.part)
        let identity = #"{"url": "\#(server.address)/file", "etag": "\"a\"", "size": 1000}"#
        try Data(identity.utf8).write(to: URL(fileURLWithPath: place.part.path + ".json"))
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(server.requests.map { $0.headers["range"] }, ["bytes=400-", nil])
    }

    // MARK: - What goes wrong

    func testAWrongChecksumLeavesNothing() throws {
        let content = Self.content(1000)
        let server = try TestServer { .file(content, for: $0) }
        for checksum in [RemoteFile.Checksum.sha256("00ff"), .git("00ff")] {
            let place = try place()
            let url = server.address + "/file"
            let found: String
            switch checksum {
            case .sha256: found = SHA256.hash(content)
            case .git: found = Self.gitHash(content)
            }
            let failure = error {
                try fetch(RemoteFile(address: url, size: 1000, checksum: checksum), to: place)
            }
            XCTAssertEqual(
                failure as? DownloadError, .wrongChecksum(url: url, expected: "00ff", found: found))
            XCTAssertEqual(try place.names, [])
        }
        XCTAssertEqual(server.requests.count, 2)
    }

    private static func gitHash(_ content: Data) -> String {
        content.withUnsafeBytes { SHA1.gitName(of: $0) }
    }

    func testGitsName() throws {
        let content = Self.content(5000)
        let server = try TestServer { .file(content, for: $0) }
        let place = try place()
        try fetch(
            RemoteFile(address: server.address, size: 5000, checksum: .git(Self.gitHash(content))), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
    }

    func testAWrongSizeIsNoticedBeforeTheBody() throws {
        let server = try TestServer { .file(Self.content(1000), for: $0) }
        let place = try place()
        let url = server.address + "/file"
        XCTAssertEqual(
            error { try fetch(RemoteFile(address: url, size: 999), to: place) } as? DownloadError,
            .wrongSize(url: url, expected: 999, found: 1000))
        XCTAssertEqual(try place.names, [])
    }

    func testHalfAFileWithoutALength() throws {
        let content = Self.content(10_000)
        let server = try TestServer { request in
            var answer = Answer.file(content, for: request, tag: "\"a\"")
            answer.hidesLength = true
            return request.number == 0 ? answer.cut(after: 5000) : answer
        }
        let place = try place()
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(server.requests.map { $0.headers["range"] }, [nil, "bytes=5000-"])
    }

    func testHalfAFileThatTheServerTakesForTheWhole() throws {
        let content = Self.content(10_000)
        let server = try TestServer { request in
            var answer = Answer.file(content.prefix(5000), for: request)
            answer.hidesLength = true
            return answer
        }
        let place = try place()
        XCTAssertEqual(
            error { try fetch(remote(server, content), to: place) } as? DownloadError,
            .wrongSize(url: server.address + "/file", expected: 10_000, found: 5000))
        XCTAssertEqual(server.requests.map { $0.headers["range"] }, [nil, "bytes=5000-"])
        XCTAssertEqual(try place.names, [])
    }

    func testCodesThatEndIt() throws {
        let cases: [(Int, Credentials, (String) -> DownloadError)] = [
            (401, Credentials(), { .refused(url: $0, code: 401, login: .none) }),
            (401, Credentials(isExpected: true), { .refused(url: $0, code: 401, login: .missing) }),
            (
                403, Credentials(token: "t", isExpected: true),
                { .refused(url: $0, code: 403, login: .shown) }
            ),
            (404, Credentials(), { .notFound(url: $0) }), (410, Credentials(), { .notFound(url: $0) }),
            (400, Credentials(), { .status(url: $0, code: 400) }),
            (501, Credentials(), { .status(url: $0, code: 501) }),
            (204, Credentials(), { .status(url: $0, code: 204) }),
        ]
        for (code, credentials, expected) in cases {
            let server = try TestServer { _ in Answer(code, body: Data("sorry".utf8)) }
            let url = server.address + "/file"
            let place = try place()
            let failure = error {
                try fetch(RemoteFile(address: url), to: place, credentials: credentials)
            }
            XCTAssertEqual(failure as? DownloadError, expected(url), "\(code)")
            XCTAssertEqual(server.requests.count, 1, "\(code)")
            XCTAssertFalse(FileManager.default.fileExists(atPath: place.target.path))
        }
    }

    func testCodesThatMayPass() throws {
        let content = Self.content(1000)
        for code in [408, 429, 500, 502, 503, 504] {
            let server = try TestServer { request in
                request.number < 4 ? Answer(code) : .file(content, for: request)
            }
            let place = try place()
            try fetch(remote(server, content), to: place)
            XCTAssertEqual(try Data(contentsOf: place.target), content, "\(code)")
            XCTAssertEqual(server.requests.count, 5, "\(code)")
        }
    }

    func testPatienceEnds() throws {
        let cases: [(Int, (String) -> DownloadError)] = [
            (500, { .status(url: $0, code: 500) }), (429, { .busy(url: $0, seconds: nil) }),
        ]
        for (code, expected) in cases {
            let server = try TestServer { _ in Answer(code) }
            let url = server.address + "/file"
            XCTAssertEqual(
                error { try fetch(RemoteFile(address: url), to: try place()) } as? DownloadError,
                expected(url))
            XCTAssertEqual(server.requests.count, 5)
        }
        // 1 + 2 + 4 + 8 seconds, twice.
        XCTAssertEqual(pauses.seconds.withLock { $0 }, 30, accuracy: 1)
    }

    func testRetryAfter() throws {
        let content = Self.content(1000)
        let cases: [(headers: [String: String], pause: Double)] = [
            (["Retry-After": "0"], 0), (["Retry-After": "7"], 7),
            (
                [
                    "Date": "Mon, 03 Apr 2023 02:01:00 GMT", "Retry-After": "Mon, 03 Apr 2023 02:01:20 GMT",
                ], 20
            ),
            (["Retry-After": "nonsense"], 1),
        ]
        for (headers, pause) in cases {
            let server = try TestServer { request in
                request.number == 0 ? Answer(429, headers: headers) : .file(content, for: request)
            }
            pauses.seconds.withLock { $0 = 0 }
            try fetch(remote(server, content), to: try place())
            XCTAssertEqual(pauses.seconds.withLock { $0 }, pause, accuracy: 0.1, "\(headers)")
        }
        let server = try TestServer { _ in Answer(429, headers: ["Retry-After": "3600"]) }
        XCTAssertEqual(
            error { try fetch(RemoteFile(address: server.address), to: try place()) } as? DownloadError,
            .busy(url: server.address, seconds: 3600))
        XCTAssertEqual(server.requests.count, 1)
    }

    func testTooLargeForTheDisk() throws {
        let server = try TestServer { _ in
            Answer(200, headers: ["Content-Length": "1000000000000000000"]).cut(after: 0)
        }
        let place = try place()
        let failure = error { try fetch(RemoteFile(address: server.address), to: place) }
        guard case DownloadError.noRoom(place.part.path, 1_000_000_000_000_000_000, _)? = failure else {
            return XCTFail("\(String(describing: failure))")
        }
    }

    func testNobodyListens() throws {
        let server = try TestServer { _ in Answer(200) }
        let socket = try ClosedPort()
        _ = server
        let failure = error { try fetch(RemoteFile(address: socket.address), to: try place()) }
        guard case DownloadError.transfer(_, let reason, 0, nil)? = failure else {
            return XCTFail("\(String(describing: failure))")
        }
        XCTAssertTrue(reason.contains("127.0.0.1"), reason)
    }

    func testUnusableAddresses() throws {
        for address in ["file:///etc/passwd", "ftp://x/y", "x", "http://x/a b", "http://x/\n-o /tmp/x"] {
            XCTAssertEqual(
                error { try fetch(RemoteFile(address: address), to: try place()) } as? DownloadError,
                .unusableAddress(address))
        }
    }

    func testWithoutCurl() throws {
        XCTAssertThrowsError(
            try Downloader(environment: ["PATH": "/nowhere"], progress: SilentProgress())
        ) { XCTAssertEqual($0 as? DownloadError, .curlMissing) }
    }

    func testTwoAtOnce() throws {
        let place = try place()
        let inner = Mutex<(any Error)?>(nil)
        let content = Self.content(1000)
        let target = place.target
        let part = place.part
        let server = try TestServer { request in
            let file = RemoteFile(address: "http://127.0.0.1:1/file")
            do {
                try Downloader(environment: [:], progress: SilentProgress()).fetch(
                    file, to: target, part: part,
                    meter: TransferMeter(SilentProgress(), stage: "", bytes: 0))
            } catch {
                inner.withLock { $0 = error }
            }
            return .file(content, for: request)
        }
        try fetch(remote(server, content), to: place)
        XCTAssertEqual(
            inner.withLock { $0 as? DownloadError }, .inUse(path: part.path))
        XCTAssertEqual(try Data(contentsOf: target), content)
    }

    // MARK: - Redirects and tokens

    func testATokenStaysWithItsServer() throws {
        let content = Self.content(1000)
        let other = try TestServer { .file(content, for: $0) }
        let port = other.port
        let server = try TestServer { request in
            switch request.path {
            case "/file": Answer(302, headers: ["Location": "/moved?x=1"])
            case "/moved?x=1": Answer(307, headers: ["Location": "//127.0.0.1:\(port)/b"])
            default: Answer(404)
            }
        }
        let place = try place()
        try fetch(
            remote(server, content), to: place,
            credentials: Credentials(token: "secret\"\\", isExpected: true))
        XCTAssertEqual(try Data(contentsOf: place.target), content)
        XCTAssertEqual(
            server.requests.map { $0.headers["authorization"] }, ["Bearer secret\"\\", "Bearer secret\"\\"])
        XCTAssertEqual(other.requests.map { $0.headers["authorization"] }, [nil])
    }

    /// Nothing is written into a pipe in the place of a part, nor is one waited for.
    func testAPipeInThePlaceOfAPart() throws {
        let place = try place()
        XCTAssertEqual(mkfifo(place.part.path, 0o600), 0)
        let server = try TestServer { _ in Answer(200, body: Data("x".utf8)) }
        XCTAssertEqual(
            error { try fetch(RemoteFile(address: server.address), to: place) } as? LanguageModelError,
            .unwritable(path: place.part.path, reason: "it is not a regular file"))
        XCTAssertEqual(server.requests.count, 0)
    }

    func testRedirectsWithoutEnd() throws {
        let server = try TestServer { Answer(302, headers: ["Location": $0.path + "x"]) }
        let url = server.address + "/file"
        XCTAssertEqual(
            error { try fetch(RemoteFile(address: url), to: try place()) } as? DownloadError,
            .tooManyRedirects(url: url))
    }

    func testARedirectToAnotherProtocol() throws {
        let server = try TestServer { _ in Answer(302, headers: ["Location": "file:///etc/passwd"]) }
        XCTAssertEqual(
            error { try fetch(RemoteFile(address: server.address), to: try place()) } as? DownloadError,
            .unusableAddress("file:///etc/passwd"))
    }

    // MARK: - Stopping

    func testASignalKeepsThePart() throws {
        let content = Self.content(100_000)
        let server = try TestServer { Answer.file(content, for: $0, tag: "\"a\"").cut(after: 60_000) }
        let place = try place()
        let failure = error {
            try fetch(remote(server, content), to: place, progress: RecordedTransfers(stopsAt: 60_000))
        }
        XCTAssertEqual(failure as? RemediError, .interrupted(signal: 15))
        XCTAssertEqual(try Data(contentsOf: place.part), content.prefix(60_000))
        XCTAssertEqual(try place.names, ["file.part", "file.part.json"])
    }
}

/// A port at which nobody listens, for as long as it lives.
private final class ClosedPort {
    private let descriptor: Int32
    let address: String

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        XCTAssertTrue(isBound)
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))/file"
    }

    deinit { close(descriptor) }
}

/// Keeps what a transfer told.
private final class RecordedTransfers: ProgressReporter {
    private let state = Mutex<(stages: [String], counts: [Int])>(([], []))
    private let limit: Int?

    /// - Parameter limit: asks to stop when so many bytes are there.
    init(stopsAt limit: Int? = nil) { self.limit = limit }

    func report(_ event: ProgressEvent) {
        state.withLock { state in
            switch event {
            case .startedTransfer(let stage, let bytes): state.stages.append("\(stage): \(bytes)")
            case .advanced(let done, _): state.counts.append(done)
            default: break
            }
        }
    }

    var stages: [String] { state.withLock { $0.stages } }
    var counts: [Int] { state.withLock { $0.counts } }
    var stopRequested: Int32? { limit.flatMap { counts.last ?? 0 >= $0 ? 15 : nil } }
}
