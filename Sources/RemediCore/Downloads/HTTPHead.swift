import Foundation

/// The first part of an answer: its code and headers.
package struct HTTPHead: Sendable, Equatable {
    package let status: Int
    /// By lower-case name; of a repeated header the last.
    package let headers: [String: String]

    package subscript(name: String) -> String? { headers[name] }

    /// What the headers say of the body's length; of a part, of the whole.
    var contentLength: Int? { self["content-length"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }

    /// `bytes 10-19/100`: where a part starts, and the size of the whole if it is known.
    var contentRange: (start: Int?, total: Int?)? {
        guard let text = self["content-range"], text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return (parts[0].split(separator: "-").first.flatMap { Int($0) }, Int(parts[1]))
    }

    /// Seconds until the server wants to be asked again: a number, or a date compared with the answer's own.
    var retryAfter: Int? {
        guard let text = self["retry-after"] else { return nil }
        if let seconds = Int(text) { return max(0, seconds) }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let then = format.date(from: text), let now = self["date"].flatMap(format.date) else {
            return nil
        }
        return max(0, Int(then.timeIntervalSince(now).rounded(.up)))
    }
}

/// Takes the heads in front of a body off a stream of bytes.
struct HTTPHeadReader {
    /// The last head, once its blank line was seen.
    private(set) var head: HTTPHead?
    private var pending = Data()

    private static let limit = 1 << 18

    /// The bytes of the body behind a head that `piece` completes; nil as long as the head is not complete.
    ///
    /// Informational answers (1xx) are passed over.
    /// - Throws: `HTTPHeadReader.Failure` for what is not HTTP.
    mutating func take(_ piece: UnsafeRawBufferPointer) throws -> Data? {
        pending.append(contentsOf: piece)
        while let end = Self.end(of: pending) {
            let head = try Self.parse(pending[..<end])
            pending = Data(pending[end...])
            if head.status / 100 != 1 {
                self.head = head
                return pending
            }
        }
        if pending.count > Self.limit { throw Failure() }
        return nil
    }

    struct Failure: Error {}

    /// Behind the blank line.
    private static func end(of data: Data) -> Int? {
        for blank in ["\r\n\r\n", "\n\n"] {
            if let range = data.range(of: Data(blank.utf8)) { return range.upperBound }
        }
        return nil
    }

    private static func parse(_ bytes: Data) throws -> HTTPHead {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            throw Failure()
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
        return HTTPHead(status: status, headers: headers)
    }
}
