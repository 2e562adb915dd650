import Foundation
import LanguageModels
import RemediCore
import Synchronization
import TestServer
import XCTest

/// Servers that lie about lengths, ranges, tags and sizes: every download ends, with a sentence or the right
/// bytes, and leaves nothing large on the disk.
final class HostileServerTests: XCTestCase {
    private static let content = Data((0..<30_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })

    private func downloader() throws -> Downloader {
        try Downloader(environment: ["PATH": "/usr/bin:/bin"], progress: SilentProgress()) { _ in }
    }

    /// What a download from a server comes to: its error, the file, and the sizes of what else is there.
    private struct Ending {
        var error: DownloadError?
        var file: Data?
        var rest: [String: Int] = [:]
        var requests = 0
    }

    private func ending(
        knowsSize: Bool = true, knowsSum: Bool = true, part: (bytes: Data, identity: String)? = nil,
        _ answer: @escaping @Sendable (TestServer.Request) -> Answer
    ) throws -> Ending {
        let folder = try temporaryFolder()
        let target = folder.appendingPathComponent("file")
        let place = folder.appendingPathComponent("file.part")
        let server = try TestServer(answer)
        let file = RemoteFile(
            address: server.address + "/file", size: knowsSize ? Self.content.count : nil,
            checksum: knowsSum ? .sha256(SHA256.hash(Self.content)) : nil)
        if let part {
            try part.bytes.write(to: place)
            try Data(part.identity.replacing("URL", with: file.address).utf8).write(
                to: folder.appendingPathComponent("file.part.json"))
        }
        var ending = Ending()
        do {
            try downloader().fetch(
                file, to: target, part: place, keepsUnknown: true,
                meter: TransferMeter(SilentProgress(), stage: "file", bytes: 0))
        } catch let error as DownloadError {
            ending.error = error
        }
        ending.file = try? Data(contentsOf: target)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name != "file" {
            ending.rest[name] = try Data(contentsOf: folder.appendingPathComponent(name)).count
        }
        ending.requests = server.requests.count
        return ending
    }

    /// The beginning at first, and then what `rest` makes of a request for the rest.
    private static func cut(
        _ headers: [String: String] = [:], _ rest: @escaping @Sendable (TestServer.Request) -> Answer
    ) -> @Sendable (TestServer.Request) -> Answer {
        { request in
            if request.headers["range"] != nil { return rest(request) }
            return Answer(200, headers: headers, body: content).cut(after: 1000)
        }
    }

    func testBodiesWithoutEnd() throws {
        let piece = Data(repeating: UInt8(ascii: "x"), count: 1 << 16)
        let chunk = Data("10000\r\n".utf8) + piece + Data("\r\n".utf8)
        let bodies: [(String, [String: String], Data)] = [
            ("unannounced", [:], piece), ("chunked", ["Transfer-Encoding": "chunked"], chunk),
        ]
        for (name, headers, piece) in bodies {
            let ending = try ending { _ in
                var answer = Answer(
                    200, headers: headers, body: Data((0..<64).map { _ in piece }.joined()))
                answer.hidesLength = true
                return answer
            }
            guard case .tooLong(_, 30_000)? = ending.error else {
                XCTFail("\(name): \(String(describing: ending.error))")
                continue
            }
            XCTAssertEqual(ending.rest, [:], name)
            XCTAssertEqual(ending.requests, 1, name)
        }
    }

    func testARestWithoutEnd() throws {
        let ending = try ending(
            part: (Self.content.prefix(1000), #"{"url": "URL", "etag": "\"a\""}"#)
        ) { request in
            guard request.headers["range"] != nil else { return .file(Self.content, for: request) }
            var answer = Answer(
                206, headers: ["Content-Range": "bytes 1000-29999/30000"], body: Data(count: 1 << 20))
            answer.hidesLength = true
            return answer
        }
        XCTAssertNil(ending.error)
        XCTAssertEqual(ending.file, Self.content)
        XCTAssertEqual(ending.rest, [:])
    }

    func testTagsThatNoRequestCanRepeat() throws {
        for tag in ["\"a\u{1}\tb\"", "\"\u{7F}\"", "\"" + String(repeating: "a", count: 90_000) + "\""] {
            let ending = try ending(
                Self.cut(["ETag": tag]) { .file(Self.content, for: $0, tag: "\"x\"") })
            XCTAssertNil(ending.error, tag.prefix(9).debugDescription)
            XCTAssertEqual(ending.file, Self.content, tag.prefix(9).debugDescription)
        }
    }

    func testRangesThatContradictThemselves() throws {
        for range in [
            "bytes 1000-1001/-9223372036854775808", "bytes -5-29999/30000", "bytes 1000-999/30000",
            "bytes 1000-30000/30000", "bytes 1000-99999999999999999999/30000", "bytes +1000-29999/30000",
            "bytes 1000/30000", "bytes 1000-29999", "bytes 1000-29999/30000/30000", "bytes */-1",
            "items 1-2/3",
            "bytes 0-999/30000", "bytes 1000-29999/99999999999999999999",
        ] {
            for knowsSize in [true, false] {
                let ending = try ending(
                    knowsSize: knowsSize,
                    Self.cut { _ in Answer(206, headers: ["Content-Range": range], body: Data("zz".utf8)) })
                let isAnswered =
                    switch ending.error {
                    case .malformed, .transfer: true
                    default: false
                    }
                XCTAssertTrue(isAnswered, "\(range): \(String(describing: ending.error))")
                XCTAssertLessThanOrEqual(ending.requests, 12, range)
                XCTAssertNil(ending.file, range)
            }
        }
    }

    func testTriesThatBringTheSameBytes() throws {
        let ending = try ending(
            Self.cut(["ETag": "\"a\\\" url = \\\"file:///etc/passwd\""]) { _ in
                Answer(
                    206, headers: ["ETag": "\"x\"", "Content-Range": "bytes 1000-29999/30000"],
                    body: Data(Self.content[1000...]))
            })
        switch ending.error {
        case .malformed, .transfer: break
        default: XCTFail("\(String(describing: ending.error))")
        }
        XCTAssertLessThanOrEqual(ending.requests, 12)
    }

    func testLengthsThatAreNone() throws {
        for length in ["-1", "99999999999999999999999", "+30000", "30000, 1", "0x7530", "nonsense"] {
            let ending = try ending { request in
                Answer(200, headers: ["Content-Length": length], body: Self.content)
            }
            XCTAssertTrue(ending.file == Self.content || ending.error != nil, length)
            if let file = ending.file { XCTAssertEqual(file, Self.content, length) }
        }
        let ending = try ending { _ in
            Answer(200, headers: ["content-length": "17"], body: Self.content)
        }
        XCTAssertNotNil(ending.error)
        XCTAssertNil(ending.file)
    }

    func testDamagedIdentities() throws {
        for identity in [
            "", "{", "[]", "{}", #"{"url": 7}"#, #"{"url": "URL", "size": -9223372036854775808}"#,
            #"{"url": "URL", "size": 9223372036854775807}"#, #"{"url": "URL", "size": 1e300}"#,
            #"{"url": "URL", "etag": "a\r\nX-Evil: 1"}"#, #"{"url": "URL", "last_modified": "\u0000"}"#,
            #"{"url": "URL", "etag": "\u001b[2J", "size": 30000}"#, #"{"url": "URL", "size": 10}"#,
            "{\"url\": \"URL\", \"etag\": \"" + String(repeating: "a", count: 60_000) + "\"}",
            String(repeating: "[", count: 1 << 17),
        ] {
            let ending = try ending(part: (Self.content.prefix(1000), identity)) {
                .file(Self.content, for: $0, tag: "\"a\"")
            }
            XCTAssertNil(ending.error, "\(identity.prefix(60))")
            XCTAssertEqual(ending.file, Self.content, "\(identity.prefix(60))")
        }
    }

    func testRandomIdentities() throws {
        var stream = RandomStream(seed: 22, purpose: "identities")
        let form = Data(#"{"url": "URL", "etag": "\"a\"", "last_modified": "x", "size": 30000}"#.utf8)
        for index in 0..<40 {
            let identity = String(decoding: stream.mutated(form), as: UTF8.self)
            let ending = try ending(part: (Self.content.prefix(1000), identity)) {
                .file(Self.content, for: $0, tag: "\"a\"")
            }
            XCTAssertEqual(ending.file, Self.content, "\(index): \(identity)")
        }
    }

    // MARK: - Heads and addresses

    func testHeadersWithoutEnd() throws {
        let long = try ending { _ in
            Answer(200, headers: ["X-A": String(repeating: "b", count: 1 << 20)], body: Self.content)
        }
        XCTAssertNotNil(long.error)
        let far = try ending { _ in
            Answer(302, headers: ["Location": "http://127.0.0.1:1/" + String(repeating: "a", count: 60_000)])
        }
        guard case .malformed(_, "it leads to an address of 60019 characters")? = far.error else {
            return XCTFail("\(String(describing: far.error))")
        }
    }

    /// curl itself takes no line of more than 100 kB, and speaks of memory.
    func testLinesOfAHeadThatCurlRefuses() throws {
        for (status, name) in [(302, "Location"), (200, "ETag"), (200, "X-A")] {
            let value = "http://127.0.0.1:1/" + String(repeating: "a", count: 200_000)
            let ending = try ending { _ in Answer(status, headers: [name: value], body: Self.content) }
            guard case .malformed(_, "the answer begins with a line of more than 100 kB")? = ending.error
            else { return XCTFail("\(name): \(String(describing: ending.error))") }
            XCTAssertNil(ending.file, name)
        }
    }

    func testCodesThatAreNone() throws {
        for status in [-200, 0, 99, 1000, Int.max] {
            let ending = try ending { _ in Answer(status, body: Self.content) }
            XCTAssertNotNil(ending.error, "\(status)")
            XCTAssertNil(ending.file, "\(status)")
        }
    }

    func testPortsThatAreNone() throws {
        for port in ["99999999999999999999", "-1", "65536", "x"] {
            let ending = try ending { _ in Answer(302, headers: ["Location": "http://127.0.0.1:\(port)/"]) }
            XCTAssertNotNil(ending.error, port)
        }
    }

    func testCurlsReasonIsItsFirstLine() throws {
        let folder = try temporaryFolder()
        let program = folder.appendingPathComponent("curl")
        let script = """
            #!/bin/sh
            cat > /dev/null
            echo "curl: (60) SSL certificate problem: self-signed certificate" >&2
            echo "More details here: https://curl.se/docs/sslcerts.html" >&2
            echo >&2
            echo "how to fix it, please visit the web page mentioned above." >&2
            exit 60
            """
        try Data(script.utf8).write(to: program)
        XCTAssertEqual(chmod(program.path, 0o755), 0)
        let downloader = try Downloader(
            environment: ["PATH": "\(folder.path):/usr/bin:/bin"], progress: SilentProgress()
        ) { _ in }
        XCTAssertThrowsError(try downloader.contents(of: "https://127.0.0.1/x")) {
            XCTAssertEqual(
                $0 as? DownloadError,
                .transfer(
                    url: "https://127.0.0.1/x", reason: "SSL certificate problem: self-signed certificate",
                    received: 0, size: nil))
        }
    }

    // MARK: - Listings

    private func listing(_ files: [String: JSONValue], more: [JSONValue] = [], sha: String = "c0ffee")
        throws -> DownloadError?
    {
        let siblings = files.sorted { $0.key < $1.key }.map { name, size -> JSONValue in
            ["rfilename": .string(name), "size": size, "blobId": .string(SHA256.hash(Data(name.utf8)))]
        }
        let answer: JSONValue = ["sha": .string(sha), "siblings": .array(siblings + more)]
        let body = Data(answer.text().utf8)
        let server = try TestServer { request in
            request.path.hasPrefix("/api") ? Answer(200, body: body) : Answer(404)
        }
        let folder = try temporaryFolder()
        let workplace = Workplace(
            environment: ["HF_ENDPOINT": server.address, "HF_HOME": folder.path, "PATH": "/usr/bin:/bin"],
            workingFolder: folder)
        do {
            _ = try ModelDownload(
                ModelName("a/b"), revision: nil, prefersHalf: false, folder: nil, in: workplace
            ).run(with: try downloader())
            return nil
        } catch let error as DownloadError {
            return error
        }
    }

    func testSizesThatAreNone() throws {
        let large: JSONValue = .integer(1 << 62)
        let sizes: [[String: JSONValue]] = [
            ["config.json": large, "tokenizer.json": large, "model.safetensors": large],
            ["config.json": .integer(-1), "model.safetensors": 5],
            ["config.json": 5, "model.safetensors": .integer(.min)],
        ]
        for files in sizes {
            guard case .malformed? = try listing(files) else {
                XCTFail("\(files)")
                continue
            }
        }
    }

    func testAFileThatIsListedTwice() throws {
        let twice: JSONValue = [
            "rfilename": "config.json", "size": 3, "blobId": .string(String(repeating: "b", count: 40)),
        ]
        guard
            case .malformed(_, "it lists 'config.json' twice")? = try listing(
                ["config.json": 5, "model.safetensors": 5], more: [twice])
        else { return XCTFail("no such error") }
    }
}
