import Foundation

/// Whole files only: what is written appears under its name complete, or not at all.
package enum AtomicFile {
    /// Writes beside `url`, flushes to disk and renames.  Folders on the way are made.
    ///
    /// A symbolic link stays, and what it leads to is replaced.  A device or pipe (`/dev/stdout`) is written
    /// in place.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package static func write(_ data: Data, to url: URL) throws {
        try write(to: url) { sink in try data.withUnsafeBytes { try sink.append($0) } }
    }

    package static func write(_ text: String, to url: URL) throws { try write(Data(text.utf8), to: url) }

    /// Writes what `body` appends piece by piece; nothing appears if it throws.
    ///
    /// - Throws: `LanguageModelError.unwritable`, and what `body` throws.
    package static func write(to url: URL, _ body: (borrowing AtomicFileSink) throws -> Void) throws {
        let named = url.path
        let path = SystemCall.status(named) == nil ? named : url.resolvingSymlinksInPath().path
        if let status = SystemCall.status(path), !SystemCall.isRegular(status) {
            return try writeInPlace(path, body)
        }
        let folder = (path as NSString).deletingLastPathComponent
        try makeFolder(folder.isEmpty ? "." : folder, for: named)
        removeLeftovers(in: folder.isEmpty ? "." : folder) { $0 == shortName(of: path) }
        let temporary = temporaryPath(beside: path)
        let descriptor = SystemCall.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
        guard descriptor >= 0 else { throw unwritable(named) }
        // Tells others that somebody still writes it; see `removeLeftovers`.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        var isOpen = true
        do {
            try body(AtomicFileSink(descriptor: descriptor, path: named))
            guard SystemCall.retrying({ Int(fsync(descriptor)) }) == 0 else { throw unwritable(named) }
            isOpen = false
            guard close(descriptor) == 0 else { throw unwritable(named) }
            guard rename(temporary, path) == 0 else { throw unwritable(named) }
        } catch {
            if isOpen { _ = close(descriptor) }
            _ = unlink(temporary)
            throw error
        }
        SystemCall.synchronise(folder: folder.isEmpty ? "." : folder)
    }

    /// Makes `folder` and all above it.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package static func makeFolder(_ folder: URL) throws { try makeFolder(folder.path, for: folder.path) }

    /// Where the temporary file of `path` lies: hidden, in the same folder, another for every writer.
    private static func temporaryPath(beside path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        let tag = String(UInt32.random(in: .min ... .max), radix: 36)
        return (folder as NSString).appendingPathComponent(
            ".\(shortName(of: path)).\(getpid())-\(tag)\(temporarySuffix)")
    }

    private static let temporarySuffix = ".tmp"

    /// The file's name, cut so that a temporary one does not grow past the system's limit.
    private static func shortName(of path: String) -> String {
        String(decoding: (path as NSString).lastPathComponent.utf8.prefix(200), as: UTF8.self)
    }

    /// Removes the temporary files that killed processes left in `folder`: those whose process is gone, and that
    /// nobody holds, as a process on another machine would.
    ///
    /// - Parameter isWanted: whether a file of this name, cut to 200 bytes, is one whose leftovers may go.
    package static func removeLeftovers(in folder: String, of isWanted: (String) -> Bool) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(".") && name.hasSuffix(temporarySuffix) {
            let stem = name.dropFirst().dropLast(temporarySuffix.count)
            guard let dot = stem.lastIndex(of: "."), isWanted(String(stem[..<dot])) else { continue }
            let owner = stem[stem.index(after: dot)...].split(separator: "-")
            guard owner.count == 2, let process = pid_t(owner[0]), process > 0, kill(process, 0) != 0,
                errno == ESRCH
            else { continue }
            let path = (folder as NSString).appendingPathComponent(name)
            let descriptor = SystemCall.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { _ = unlink(path) }
            _ = close(descriptor)
        }
    }

    private static func makeFolder(_ path: String, for target: String) throws {
        if let status = SystemCall.status(path) {
            guard SystemCall.isFolder(status) else {
                throw LanguageModelError.unwritable(path: target, reason: String(cString: strerror(ENOTDIR)))
            }
            return
        }
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty, parent != path { try makeFolder(parent, for: target) }
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw unwritable(target) }
    }

    private static func writeInPlace(
        _ path: String, _ body: (borrowing AtomicFileSink) throws -> Void
    ) throws {
        // A pipe that nobody reads is not waited for.
        let descriptor = SystemCall.open(path, O_WRONLY | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENXIO {
                throw LanguageModelError.unwritable(path: path, reason: "nobody reads from this pipe")
            }
            throw unwritable(path)
        }
        defer { _ = close(descriptor) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        try body(AtomicFileSink(descriptor: descriptor, path: path))
    }

    private static func unwritable(_ path: String) -> LanguageModelError {
        .unwritable(path: path, reason: SystemCall.failure)
    }
}

/// Takes the bytes of a file that `AtomicFile` is writing.
package struct AtomicFileSink: ~Copyable {
    fileprivate let descriptor: Int32
    let path: String

    /// - Throws: `LanguageModelError.unwritable`.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard SystemCall.writeAll(descriptor, bytes) else {
            throw LanguageModelError.unwritable(path: path, reason: SystemCall.failure)
        }
    }

    /// - Throws: `LanguageModelError.unwritable`.
    package func append(_ data: Data) throws { try data.withUnsafeBytes { try append($0) } }

    /// Writes somewhere; what is appended still follows what was appended before.  A pipe has no places.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        guard SystemCall.writeAll(descriptor, bytes, at: offset) else {
            throw LanguageModelError.unwritable(path: path, reason: SystemCall.failure)
        }
    }

    /// Another handle for the same file, for an object that a writer's body is given; it must not outlive
    /// that body.
    func shared() -> AtomicFileSink { AtomicFileSink(descriptor: descriptor, path: path) }
}
