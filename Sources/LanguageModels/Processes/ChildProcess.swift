import Foundation
import Synchronization

/// A program that is run and waited for.
///
/// It is started and waited for by the system's own calls: Foundation's `Process` waits on a run loop, which
/// was seen to wait forever for a child that had ended.
package struct ChildProcess: Sendable {
    /// The program, found by PATH unless it is a path, and its arguments.
    package var words: [String]
    package var folder: URL
    /// nil: this process's own.
    package var environment: [String: String]?

    package struct Outcome: Sendable {
        package var status: Int32
        /// Standard output and standard error together; empty if they were passed through.
        package var output: String
    }

    package init(words: [String], folder: URL, environment: [String: String]? = nil) {
        self.words = words
        self.folder = folder
        self.environment = environment
    }

    /// Runs the program; with `passesThrough` it writes to this process's own outputs.
    ///
    /// A program that a signal ends has the status that shells give it, 128 + the signal.
    /// - Parameter started: called with the program's number before it is waited for.
    /// - Throws: `POSIXError` if the program cannot be started.
    package func run(passesThrough: Bool, started: (pid_t) -> Void = { _ in }) throws -> Outcome {
        guard !passesThrough else {
            let child = try Self.starting.withLock { _ in try spawn([]) }
            started(child)
            return Outcome(status: try RunningProcess.wait(for: child), output: "")
        }
        let (child, reading) = try Self.starting.withLock { _ in
            let (read, write) = try Self.pipe()
            defer { close(write) }
            let reading = FileHandle(fileDescriptor: read, closeOnDealloc: true)
            return (try spawn([(write, STDOUT_FILENO), (write, STDERR_FILENO)]), reading)
        }
        started(child)
        let output = try reading.readToEnd() ?? Data()
        return Outcome(
            status: try RunningProcess.wait(for: child), output: String(decoding: output, as: UTF8.self))
    }

    /// Starts the program with `input`, at most `inputLimit` bytes, on its standard input; its outputs are
    /// read from the result.
    ///
    /// - Throws: `POSIXError` if the program cannot be started.
    package func start(input: Data) throws -> RunningProcess {
        precondition(input.count <= Self.inputLimit, "a pipe holds the input")
        return try Self.starting.withLock { _ in
            let (inputRead, inputWrite) = try Self.pipe()
            defer { close(inputRead) }
            // Written before anybody reads: what fits into the pipe neither waits nor meets a closed end.
            _ = fcntl(inputWrite, F_SETFL, O_NONBLOCK)
            let written = input.withUnsafeBytes { write(inputWrite, $0.baseAddress, $0.count) }
            close(inputWrite)
            try Self.check(written == input.count ? 0 : EAGAIN)
            let (outputRead, outputWrite) = try Self.pipe()
            defer { close(outputWrite) }
            let (errorRead, errorWrite) = try Self.pipe()
            defer { close(errorWrite) }
            do {
                let child = try spawn([
                    (inputRead, STDIN_FILENO), (outputWrite, STDOUT_FILENO), (errorWrite, STDERR_FILENO),
                ])
                return RunningProcess(child: child, output: outputRead, errors: errorRead)
            } catch {
                close(outputRead)
                close(errorRead)
                throw error
            }
        }
    }

    /// A pipe holds so much.
    package static let inputLimit = 1 << 15

    /// Held while pipes are made and handed over: a child that another thread starts in between would inherit
    /// an end, and keep it open.
    private static let starting = Mutex(())

    /// A pipe that children do not inherit by themselves.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        try check(Foundation.pipe(&ends) == 0 ? 0 : errno)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Starts the program in `folder` with our descriptors in the places given, and with no signal blocked.
    private func spawn(_ descriptors: [(own: Int32, childs: Int32)]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        try Self.check(posix_spawn_file_actions_init(&actions))
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (own, childs) in descriptors {
            try Self.check(posix_spawn_file_actions_adddup2(&actions, own, childs))
        }
        var attributes = posix_spawnattr_t()
        try Self.check(posix_spawnattr_init(&attributes))
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        try Self.check(posix_spawnattr_setsigmask(&attributes, &none))
        // A program that writes into a closed pipe is to end, whatever this one does then.
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        try Self.check(posix_spawnattr_setsigdefault(&attributes, &pipe))
        try Self.check(
            posix_spawnattr_setflags(
                &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)))
        let arguments = Self.strings([Self.starter, "-C", folder.path] + words)
        defer { arguments.forEach { free($0) } }
        var child = pid_t()
        guard let environment else {
            try Self.check(posix_spawn(&child, Self.starter, &actions, &attributes, arguments, environ))
            return child
        }
        let variables = Self.strings(environment.map { "\($0.key)=\($0.value)" })
        defer { variables.forEach { free($0) } }
        try Self.check(posix_spawn(&child, Self.starter, &actions, &attributes, arguments, variables))
        return child
    }

    /// Changes the folder and finds the program.
    private static let starter = "/usr/bin/env"

    /// A list of C strings with nil at its end.
    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    static func check(_ code: Int32) throws {
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
    }
}
