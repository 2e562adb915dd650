import Foundation

/// A program that is run and waited for.
///
/// It is started and waited for by the system's own calls: Foundation's `Process` waits on a run loop, which
/// was seen to wait forever for a child that had ended.
struct ChildProcess {
    var words: [String]
    var folder: URL

    struct Outcome: Sendable {
        var status: Int32
        /// Standard output and standard error together; empty if they were passed through.
        var output: String
    }

    /// Runs the program; with `passesThrough` it writes to this process's own outputs.
    ///
    /// A program that a signal ends has the status that shells give it, 128 + the signal.
    /// - Throws: `POSIXError` if the program cannot be started.
    func run(passesThrough: Bool) throws -> Outcome {
        guard !passesThrough else {
            return Outcome(status: try wait(for: try start(output: nil)), output: "")
        }
        var ends: [Int32] = [-1, -1]
        try Self.check(pipe(&ends) == 0 ? 0 : errno)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        defer { try? reading.close() }
        let child: pid_t
        do {
            defer { close(ends[1]) }
            child = try start(output: ends[1])
        }
        let output = try reading.readToEnd() ?? Data()
        return Outcome(status: try wait(for: child), output: String(decoding: output, as: UTF8.self))
    }

    /// Starts the program, in `folder`, found by PATH; its outputs go to the descriptor `output` if there is one.
    private func start(output: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        try Self.check(posix_spawn_file_actions_init(&actions))
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let output {
            for target in [STDOUT_FILENO, STDERR_FILENO] {
                try Self.check(posix_spawn_file_actions_adddup2(&actions, output, target))
            }
        }
        var arguments: [UnsafeMutablePointer<CChar>?] =
            (["env", "-C", folder.path] + words).map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        arguments.append(nil)
        var child = pid_t()
        try Self.check(posix_spawn(&child, "/usr/bin/env", &actions, nil, arguments, environ))
        return child
    }

    private func wait(for child: pid_t) throws -> Int32 {
        var state: Int32 = 0
        while waitpid(child, &state, 0) < 0 {
            guard errno == EINTR else { try Self.check(errno); break }
        }
        let signal = state & 0x7F
        return signal == 0 ? state >> 8 & 0xFF : 128 + signal
    }

    private static func check(_ code: Int32) throws {
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
    }
}
