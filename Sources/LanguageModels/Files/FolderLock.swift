import Foundation

/// Keeps two runs out of one folder; released when it is dropped or the process ends.
///
/// The lock is the system's (`flock`) on the file `.lock` in the folder, which names its owner: no lock is
/// ever left by a process that died.
package final class FolderLock: Sendable {
    package static let fileName = ".lock"

    private let descriptor: Int32
    private let path: String

    /// Makes the folder if need be and locks it.
    ///
    /// - Throws: `LanguageModelError.locked` naming the process that holds it, `.unwritable`.
    package convenience init(folder: URL) throws {
        try self.init(folder: folder) { throw LanguageModelError.locked(path: folder.path, owner: $0) }
    }

    /// The same, but waits for as long as another process holds the lock.
    ///
    /// - Parameter waiting: called with the process that holds it, several times a second; may throw to stop.
    /// - Throws: `LanguageModelError.unwritable`; what `waiting` throws.
    package init(folder: URL, waiting: (_ owner: String) throws -> Void) throws {
        try AtomicFile.makeFolder(folder)
        path = folder.appendingPathComponent(Self.fileName).path
        while true {
            let descriptor = SystemCall.open(path, O_RDWR | O_CREAT)
            guard descriptor >= 0 else {
                throw LanguageModelError.unwritable(path: path, reason: SystemCall.failure)
            }
            guard SystemCall.retrying({ Int(flock(descriptor, LOCK_EX | LOCK_NB)) }) == 0 else {
                let reason = errno
                let owner = String(decoding: SystemCall.contents(descriptor, limit: 4096), as: UTF8.self)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
                _ = close(descriptor)
                guard reason == EWOULDBLOCK else {
                    throw LanguageModelError.unwritable(
                        path: path, reason: String(cString: strerror(reason)))
                }
                try waiting(owner.isEmpty ? "an unnamed process" : owner)
                usleep(50_000)
                continue
            }
            // An owner that finished in between removed the file it had locked: then ours is a ghost.
            if Self.isSameFile(descriptor, path) {
                self.descriptor = descriptor
                break
            }
            _ = close(descriptor)
        }
        let owner = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)\n"
        let written =
            ftruncate(descriptor, 0) == 0
            && Array(owner.utf8).withUnsafeBytes { SystemCall.writeAll(descriptor, $0) }
        guard written else {
            let reason = SystemCall.failure
            _ = unlink(path)
            _ = close(descriptor)
            throw LanguageModelError.unwritable(path: path, reason: reason)
        }
    }

    /// Who holds the lock of `folder`; nil if nobody does.
    package static func owner(of folder: URL) -> String? {
        let descriptor = SystemCall.open(folder.appendingPathComponent(fileName).path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        guard SystemCall.retrying({ Int(flock(descriptor, LOCK_SH | LOCK_NB)) }) != 0, errno == EWOULDBLOCK
        else { return nil }
        let owner = String(decoding: SystemCall.contents(descriptor, limit: 4096), as: UTF8.self)
        return owner.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit {
        _ = unlink(path)
        _ = close(descriptor)
    }

    private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
        var opened = stat()
        guard fstat(descriptor, &opened) == 0, let named = SystemCall.status(path) else { return false }
        return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }
}
