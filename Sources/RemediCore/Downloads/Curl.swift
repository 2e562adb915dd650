import Foundation
import LanguageModels

/// The system's `curl`, which knows TLS, proxies and certificates.
///
/// Everything that it must know goes to its standard input, so that no token stands in a list of processes.
/// It writes the answer to a pipe of ours: it ends when we do, and every byte passes through our hands.
/// It follows no redirect and tries nothing twice; `Downloader` does.
package struct Curl: Sendable {
    struct Request: Sendable {
        var url: String
        /// `Name: value` each.
        var headers: [String] = []
    }

    /// How a request ended.
    enum Ending: Equatable {
        case complete
        /// The reader of the head wanted no body.
        case declined
        /// curl's own code and words.
        case failed(code: Int32, reason: String)
    }

    private let program: String
    private let environment: [String: String]

    /// - Parameter environment: where PATH, the proxies and the certificates are named.
    /// - Throws: `DownloadError.curlMissing`.
    package init(environment: [String: String]) throws {
        guard let found = ChildProcess.find("curl", environment: environment) else {
            throw DownloadError.curlMissing
        }
        program = found
        self.environment = environment
    }

    /// Sends one request.
    ///
    /// - Parameters:
    ///   - watch: called several times a second; what it throws ends the transfer.
    ///   - head: says whether the body is wanted.
    ///   - body: takes the body piece by piece.
    /// - Throws: `DownloadError.unusableAddress`, `.malformed`; what the closures throw.
    func send(
        _ request: Request, watch: () throws -> Void, head: (HTTPHead) throws -> Bool,
        body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Ending {
        let configuration = try Self.configuration(request)
        let child = ChildProcess(
            words: [program, "--disable", "--config", "-"], folder: URL(fileURLWithPath: "/"),
            environment: environment)
        let process: RunningProcess
        do {
            process = try child.start(input: configuration)
        } catch is POSIXError {
            throw DownloadError.curlMissing
        }
        var reader = HTTPHeadReader()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        reading: while true {
            try watch()
            switch try process.read(into: buffer, milliseconds: 200) {
            case .nothing: continue
            case .end: break reading
            case .bytes(let count):
                let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                if reader.head != nil {
                    try body(piece)
                } else if let first = try Self.take(piece, &reader, of: request), let found = reader.head {
                    guard try head(found) else {
                        process.terminate()
                        _ = try process.wait()
                        return .declined
                    }
                    if !first.isEmpty { try first.withUnsafeBytes(body) }
                }
            }
        }
        let status = try process.wait()
        if reader.head == nil, Self.tooLargeCodes.contains(status) {
            throw DownloadError.malformed(
                url: request.url, reason: "the answer begins with a line of more than 100 kB")
        }
        return Self.ending(status: status, process.diagnostics, reader.head)
    }

    /// How curl ends at a line of a head that it does not take: up to 8.5 as if it lacked memory
    /// (CURLE_OUT_OF_MEMORY), then with CURLE_TOO_LARGE.
    private static let tooLargeCodes: [Int32] = [27, 100]

    private static func take(
        _ piece: UnsafeRawBufferPointer, _ reader: inout HTTPHeadReader, of request: Request
    ) throws -> Data? {
        do {
            return try reader.take(piece)
        } catch let failure as HTTPHeadReader.Failure {
            throw DownloadError.malformed(url: request.url, reason: failure.reason)
        }
    }

    private static func ending(status: Int32, _ diagnostics: Data, _ head: HTTPHead?) -> Ending {
        if status == 0, head != nil { return .complete }
        let text = String(decoding: diagnostics, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline)
        // `curl: (18) transfer closed with 5 bytes remaining to read`; advice may follow in further lines.
        let first = lines.first { $0.hasPrefix("curl: (") }
        let reason = first.flatMap { $0.split(separator: ") ", maxSplits: 1).last } ?? lines.last
        let words = reason.map(String.init) ?? "curl ended with code \(status)"
        return .failed(code: status, reason: status == 0 ? "the server sent nothing" : words)
    }

    /// curl's settings in the form of its configuration files.
    private static func configuration(_ request: Request) throws -> Data {
        guard ["http://", "https://"].contains(where: request.url.hasPrefix),
            isPlain(request.url), !request.url.contains(" ")
        else { throw DownloadError.unusableAddress(request.url) }
        var lines = [
            "url = \(quoted(request.url))", "include", "silent", "show-error", "no-buffer", "globoff",
            "suppress-connect-headers", "connect-timeout = 30", "speed-limit = 1", "speed-time = 60",
            "user-agent = \"remedi/\(RemediVersion.current)\"",
        ]
        for header in request.headers {
            guard isPlain(header) else {
                throw DownloadError.malformed(
                    url: request.url, reason: "a header for it has control characters")
            }
            lines.append("header = \(quoted(header))")
        }
        let data = Data(lines.map { $0 + "\n" }.joined().utf8)
        guard data.count <= ChildProcess.inputLimit else { throw DownloadError.unusableAddress(request.url) }
        return data
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Whether a text has no control characters.
    static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
