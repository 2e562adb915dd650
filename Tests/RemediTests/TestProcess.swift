import Foundation
import XCTest

/// The built program, or another, as a process, started and awaited by the system's own calls.
final class TestProcess {
    struct Ended {
        var code: Int32
        /// The signal that ended it, 0 if it ended by itself.
        var signal: Int32
        var output: String
        var diagnostics: String
    }

    private let child: pid_t
    private let outputs: FileHandle?
    let diagnostics: FileHandle

    /// Starts the program in `folder`; without `output` its standard output is kept.
    init(
        _ words: [String], of program: URL = TestFiles.program, output: Int32? = nil,
        in folder: URL = TestFiles.package
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let (diagnosticsRead, diagnosticsWrite) = try Self.pipe()
        defer { close(diagnosticsWrite) }
        posix_spawn_file_actions_adddup2(&actions, diagnosticsWrite, STDERR_FILENO)
        var ownWrite: Int32?
        defer { if let ownWrite { close(ownWrite) } }
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
            outputs = nil
        } else {
            let (read, write) = try Self.pipe()
            posix_spawn_file_actions_adddup2(&actions, write, STDOUT_FILENO)
            ownWrite = write
            outputs = FileHandle(fileDescriptor: read, closeOnDealloc: true)
        }
        diagnostics = FileHandle(fileDescriptor: diagnosticsRead, closeOnDealloc: true)
        let line = ["env", "-C", folder.path, program.path] + words
        var arguments: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        arguments.append(nil)
        var child = pid_t()
        let code = posix_spawn(&child, "/usr/bin/env", &actions, nil, arguments, environ)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
        self.child = child
    }

    /// A pipe whose ends no other child inherits.
    static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    func send(_ signal: Int32) { kill(child, signal) }

    /// Reads what it still writes and waits for its end.
    func ended() throws -> Ended {
        let output = try outputs?.readToEnd() ?? Data()
        let errors = try diagnostics.readToEnd() ?? Data()
        var state: Int32 = 0
        while waitpid(child, &state, 0) < 0 {
            guard errno == EINTR else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        }
        return Ended(
            code: state >> 8 & 0xFF, signal: state & 0x7F, output: String(decoding: output, as: UTF8.self),
            diagnostics: String(decoding: errors, as: UTF8.self))
    }
}
