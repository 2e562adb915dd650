import Foundation
import Synchronization

/// A small HTTP server on loopback that answers as a test wants, cut connections and lies included.
///
/// One connection, one request, one answer; every connection has a thread.
public final class TestServer: Sendable {
    /// What somebody asked for.
    public struct Request: Sendable {
        public let method: String
        /// With the query.
        public let path: String
        /// By lower-case name.
        public let headers: [String: String]
        /// How many requests came before.
        public let number: Int
    }

    private let descriptor: Int32
    private let answer: @Sendable (Request) -> Answer
    private let received = Mutex<[Request]>([])
    public let port: Int

    /// Starts to answer at a port that the system chooses.
    public init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        self.answer = answer
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else {
                    if errno == EINTR { continue }
                    break
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                guard let self else {
                    close(connection)
                    break
                }
                Thread { self.serve(connection) }.start()
            }
            close(descriptor)
        }
        thread.start()
    }

    deinit { stop() }

    /// Answers nothing any more.
    public func stop() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The server's address by number, without a slash at its end.
    public var address: String { "http://127.0.0.1:\(port)" }

    /// The same by name: another host, as far as a client can know.
    public var otherAddress: String { "http://localhost:\(port)" }

    /// All requests so far.
    public var requests: [Request] { received.withLock { $0 } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var head = Data()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while head.range(of: Data("\r\n\r\n".utf8)) == nil {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            head.append(contentsOf: buffer[..<count])
        }
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let request = received.withLock { received in
            received.append(
                Request(method: words[0], path: words[1], headers: headers, number: received.count))
            return received[received.count - 1]
        }
        answer(request).send(to: connection)
    }
}
