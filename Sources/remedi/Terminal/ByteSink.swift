import Foundation
import Synchronization

/// Where text goes: a file descriptor, or memory in tests.
package protocol ByteSink: Sendable {
    /// Writes everything.
    ///
    /// - Throws: `OutputError`.
    func write(_ text: String) throws
}

/// Why results could not be written.
package enum OutputError: Error, Equatable, Sendable {
    /// Nobody reads the pipe any more.
    case closed
    case failed(reason: String)
}

/// An open file descriptor.
package struct DescriptorSink: ByteSink {
    private let descriptor: Int32

    package init(_ descriptor: Int32) { self.descriptor = descriptor }

    package func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let written = Foundation.write(descriptor, start, rest.count)
                if written >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if errno == EPIPE {
                    throw OutputError.closed
                } else if errno == EBADF {
                    throw OutputError.failed(reason: "it is closed")
                } else if errno != EINTR {
                    throw OutputError.failed(reason: String(cString: strerror(errno)))
                }
            }
        }
    }

    /// Whether somebody looks at it.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// The terminal's columns.
    package var width: Int {
        var size = winsize()
        let found = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return found ? Int(size.ws_col) : 80
    }
}

/// Keeps what is written.
package final class MemorySink: ByteSink {
    private let content = Mutex("")

    package init() {}

    package var text: String { content.withLock { $0 } }

    package func write(_ text: String) throws { content.withLock { $0 += text } }
}
