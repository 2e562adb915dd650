import CKernels
import Foundation

/// POSIX calls as the file code needs them: repeated when a signal interrupts them, failures in words.
package enum SystemCall {
    /// The system's words for the last failure.
    package static var failure: String { String(cString: strerror(errno)) }

    /// Repeats `call` for as long as a signal interrupts it.
    package static func retrying(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) -> Int32 {
        Int32(retrying { Int(Foundation.open(path, flags | O_CLOEXEC, mode)) })
    }

    /// Opens a regular file to be read; it has to be closed.  A pipe is not waited for.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    static func openRegular(_ path: String) throws -> (descriptor: Int32, status: stat) {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw LanguageModelError.fileMissing(path: path) }
            throw LanguageModelError.unreadable(path: path, reason: failure)
        }
        var status = stat()
        let reason: String
        if fstat(descriptor, &status) != 0 {
            reason = failure
        } else if isRegular(status) {
            return (descriptor, status)
        } else {
            reason = isFolder(status) ? "it is a folder" : "it is not a regular file"
        }
        _ = close(descriptor)
        throw LanguageModelError.unreadable(path: path, reason: reason)
    }

    /// From now on, memory that is not there any more ends the process with `code`, after `sentence`.
    package static func endAtBusError(saying sentence: String, code: Int32) {
        guard let words = strdup(sentence) else { return }
        ck_end_at_bus_error(words, code)
    }

    /// Writes all of `bytes`; false leaves the reason in `errno`.
    package static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let written = retrying { write(descriptor, rest.baseAddress!, min(rest.count, 1 << 30)) }
            if written < 0 { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        return true
    }

    /// The same at a place of the file, whatever was written before.
    package static func writeAll(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int
    ) -> Bool {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = retrying {
                pwrite(descriptor, rest.baseAddress!, min(rest.count, 1 << 30), off_t(offset + done))
            }
            if written < 0 { return false }
            done += written
        }
        return true
    }

    /// Flushes a folder's entries, so that a rename survives a power cut.  Some file systems cannot; they
    /// need no flush.
    package static func synchronise(folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return }
        _ = retrying { Int(fsync(descriptor)) }
        _ = close(descriptor)
    }

    /// The status of the file at `path` (links are followed), nil if there is none.
    package static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    package static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }
    package static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

    /// Bytes that the disk of `url` still has room for; of the nearest folder above it while it is not there.
    package static func availableBytes(at url: URL) -> Int {
        var place = url.standardizedFileURL
        while status(place.path) == nil, place.path.count > 1 { place.deleteLastPathComponent() }
        var disk = statvfs()
        guard statvfs(place.path, &disk) == 0 else { return .max }
        return Int(clamping: UInt64(disk.f_bavail) &* UInt64(disk.f_frsize))
    }

    /// A descriptor's content up to `limit` bytes.
    package static func contents(_ descriptor: Int32, limit: Int) -> Data {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = buffer.withUnsafeMutableBytes { bytes in
            retrying { pread(descriptor, bytes.baseAddress!, limit, 0) }
        }
        return Data(buffer.prefix(max(0, count)))
    }
}
