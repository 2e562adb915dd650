import Foundation

/// A program that runs and whose outputs are read piece by piece.
package final class RunningProcess {
    package enum Piece: Sendable, Equatable {
        /// So many bytes of standard output were put into the buffer.
        case bytes(Int)
        /// Nothing came in time.
        case nothing
        /// Both outputs are closed.
        case end
    }

    /// The program's standard error, its first 64 KiB.
    package private(set) var diagnostics = Data()
    private let child: pid_t
    private var output: Int32?
    private var errors: Int32?
    private var isAwaited = false

    init(child: pid_t, output: Int32, errors: Int32) {
        self.child = child
        self.output = output
        self.errors = errors
    }

    deinit {
        [output, errors].forEach { if let descriptor = $0 { close(descriptor) } }
        if !isAwaited {
            kill(child, SIGKILL)
            _ = try? Self.wait(for: child)
        }
    }

    /// Reads what the program writes next, waiting at most `milliseconds` for it.
    ///
    /// - Throws: `POSIXError`.
    package func read(into buffer: UnsafeMutableRawBufferPointer, milliseconds: Int32) throws -> Piece {
        guard output != nil || errors != nil else { return .end }
        var polled = [pollfd(fd: output ?? -1, events: Int16(POLLIN), revents: 0)]
        polled.append(pollfd(fd: errors ?? -1, events: Int16(POLLIN), revents: 0))
        guard poll(&polled, 2, milliseconds) >= 0 else {
            try ChildProcess.check(errno == EINTR ? 0 : errno)
            return .nothing
        }
        if polled[1].revents != 0, let descriptor = errors { try readErrors(descriptor) }
        guard polled[0].revents != 0, let descriptor = output else { return .nothing }
        let count = Foundation.read(descriptor, buffer.baseAddress!, buffer.count)
        if count < 0 { try ChildProcess.check(errno == EINTR ? 0 : errno) }
        if count == 0 {
            close(descriptor)
            output = nil
        }
        return count > 0 ? .bytes(count) : .nothing
    }

    private func readErrors(_ descriptor: Int32) throws {
        var piece = [UInt8](repeating: 0, count: 4096)
        let count = Foundation.read(descriptor, &piece, piece.count)
        if count < 0 { try ChildProcess.check(errno == EINTR ? 0 : errno) }
        if count > 0, diagnostics.count < 65536 { diagnostics.append(contentsOf: piece[..<count]) }
        if count == 0 {
            close(descriptor)
            errors = nil
        }
    }

    /// Asks the program to end.
    package func terminate() { if !isAwaited { kill(child, SIGTERM) } }

    /// Waits for the program's end; its status as shells give it.
    ///
    /// - Throws: `POSIXError`.
    package func wait() throws -> Int32 {
        precondition(!isAwaited, "a program ends once")
        isAwaited = true
        return try Self.wait(for: child)
    }

    static func wait(for child: pid_t) throws -> Int32 {
        var state: Int32 = 0
        while waitpid(child, &state, 0) < 0 {
            guard errno == EINTR else { try ChildProcess.check(errno); break }
        }
        let signal = state & 0x7F
        return signal == 0 ? state >> 8 & 0xFF : 128 + signal
    }
}
