import Foundation

/// What the server sends.
public struct Answer: Sendable {
    public var status: Int
    public var headers: [String: String]
    public var body: Data
    /// Sends so many bytes of the body only.
    public var cutAfter: Int?
    /// Ends a cut connection by a reset instead of a regular close.
    public var resets = false
    /// Keeps a cut connection open, without a further byte, until the other side gives up.
    public var holds = false
    /// Leaves out the body's length: it ends with the connection.
    public var hidesLength = false
    /// Sends the head byte by byte.
    public var trickles = false

    public init(_ status: Int, headers: [String: String] = [:], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A file as a good server gives it: whole, or the rest that was asked for if it is still the same file.
    public static func file(
        _ content: Data, for request: TestServer.Request, tag: String? = nil, date: String? = nil
    ) -> Answer {
        var headers: [String: String] = ["Accept-Ranges": "bytes"]
        headers["ETag"] = tag
        headers["Last-Modified"] = date
        guard let range = request.headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-"),
            let start = Int(range.dropFirst(6).dropLast()),
            request.headers["if-range"].map({ $0 == tag || $0 == date }) ?? true
        else { return Answer(200, headers: headers, body: content) }
        guard start < content.count else {
            headers["Content-Range"] = "bytes */\(content.count)"
            return Answer(416, headers: headers)
        }
        headers["Content-Range"] = "bytes \(start)-\(content.count - 1)/\(content.count)"
        return Answer(206, headers: headers, body: Data(content[start...]))
    }

    /// The same, cut off after so many bytes of the body.
    public func cut(after count: Int, byReset: Bool = false) -> Answer {
        var answer = self
        answer.cutAfter = count
        answer.resets = byReset
        return answer
    }

    func send(to connection: Int32) {
        var lines = ["HTTP/1.1 \(status) Whatever", "Connection: close"]
        if !hidesLength, headers["Content-Length"] == nil { lines.append("Content-Length: \(body.count)") }
        lines += headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let head = Data(lines.map { $0 + "\r\n" }.joined().utf8) + Data("\r\n".utf8)
        let pieces: [Data] = trickles ? head.map { Data([$0]) } : [head]
        for piece in pieces {
            Self.send(piece, to: connection)
        }
        Self.send(body.prefix(cutAfter ?? body.count), to: connection)
        if holds {
            Self.awaitEnd(of: connection)
        } else if resets {
            var linger = Foundation.linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(8))
        } else {
            shutdown(connection, Int32(SHUT_WR))
            // Until the other side has read it all: closing earlier may lose the end.
            Self.awaitEnd(of: connection)
        }
    }

    private static func awaitEnd(of connection: Int32) {
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    private static func send(_ data: Data, to connection: Int32) {
        data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var rest = bytes
            while let start = rest.baseAddress, !rest.isEmpty {
                let sent = Foundation.send(connection, start, rest.count, Int32(MSG_NOSIGNAL))
                guard sent > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[sent...])
            }
        }
    }
}
