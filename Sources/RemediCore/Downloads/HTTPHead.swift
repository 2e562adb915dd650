import Foundation

/// The first part of an answer: its code and headers.
package struct HTTPHead: Sendable, Equatable {
    package let status: Int
    /// By lower-case name; of a repeated header the last. Lengths never contradict each other.
    package let headers: [String: String]

    package subscript(name: String) -> String? { headers[name] }

    /// The length of the body by the headers; of a part, of the whole.
    var contentLength: Int? { self["content-length"].flatMap(Self.number) }

    /// `bytes 10-19/100` or `bytes */100`: where a part starts, and the size of the whole if it is known; nil for
    /// what contradicts itself.
    var contentRange: (start: Int?, total: Int?)? {
        guard let text = self["content-range"], text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let total = Self.number(parts[1])
        guard total != nil || parts[1] == "*" else { return nil }
        if parts[0] == "*" { return (nil, total) }
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first <= last,
            total.map({ last < $0 }) ?? true
        else { return nil }
        return (first, total)
    }

    /// A whole number in ASCII digits without a sign; nil for one that does not fit.
    private static func number(_ text: some StringProtocol) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    /// Seconds until the server wants to be asked again: a number, or a date compared with the answer's own.
    var retryAfter: Int? {
        guard let text = self["retry-after"] else { return nil }
        if let seconds = Self.number(text) { return seconds }
        guard let then = HTTPDate(text), let now = self["date"].flatMap(HTTPDate.init) else { return nil }
        return max(0, then.seconds - now.seconds)
    }
}

/// Takes the heads in front of a body off a stream of bytes.
struct HTTPHeadReader {
    /// The last head, once its blank line was seen.
    private(set) var head: HTTPHead?
    private var pending = Data()
    private var passedOver = 0

    /// Bytes of one head, and of all that come before a body.
    private static let limit = 1 << 18
    private static let limitOfAll = 1 << 20

    /// The bytes of the body after a head that `piece` completes; nil as long as the head is not complete.
    ///
    /// Informational answers (1xx) are passed over.
    /// - Throws: `HTTPHeadReader.Failure` for what is not HTTP.
    mutating func take(_ piece: UnsafeRawBufferPointer) throws -> Data? {
        pending.append(contentsOf: piece)
        while let end = Self.end(of: pending) {
            let head = try Self.parse(pending[..<end])
            passedOver += end
            pending = Data(pending[end...])
            if head.status / 100 != 1 {
                self.head = head
                return pending
            }
        }
        if pending.count > Self.limit || passedOver > Self.limitOfAll {
            throw Failure(reason: "its headers have no end")
        }
        return nil
    }

    struct Failure: Error {
        var reason = "the answer is not HTTP"
    }

    /// After the blank line.
    private static func end(of data: Data) -> Int? {
        ["\r\n\r\n", "\n\n"].compactMap { data.range(of: Data($0.utf8))?.upperBound }.min()
    }

    private static func parse(_ bytes: Data) throws -> HTTPHead {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1].utf8.count == 3,
            let status = Int(words[1]), (100...999).contains(status)
        else { throw Failure() }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            let name = line[..<colon].lowercased()
            if name == "content-length", let other = headers[name], other != value {
                throw Failure(reason: "the answer has two lengths, \(other) and \(value)")
            }
            headers[name] = value
        }
        return HTTPHead(status: status, headers: headers)
    }
}
