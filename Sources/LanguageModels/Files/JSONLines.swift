import Foundation

/// A log of JSON values, one a line, that is only ever appended to.
package enum JSONLines {
    /// Appends one line; see below.
    package static func append(_ value: JSONValue, to url: URL) throws { try append([value], to: url) }

    /// Appends lines in a single write; makes the file and its folders if need be.
    ///
    /// A last line that was torn by a crash is cut off first.  What could not be written whole is
    /// taken back.
    ///
    /// - Parameter flushes: waits until all lines are on the disk.  Lines that are not flushed outlive the
    ///   process, but not the machine.
    /// - Throws: `LanguageModelError.unwritable`.
    package static func append(_ values: [JSONValue], to url: URL, flushes: Bool = true) throws {
        try append(values.map { $0.text() + "\n" }.joined(), to: url, flushes: flushes)
    }

    /// The same of lines as they are.
    static func append(_ lines: String, to url: URL, flushes: Bool) throws {
        let path = url.path
        try AtomicFile.makeFolder(url.deletingLastPathComponent())
        let isNew = SystemCall.status(path) == nil
        let descriptor = SystemCall.open(path, O_RDWR | O_CREAT | O_APPEND)
        guard descriptor >= 0 else {
            throw LanguageModelError.unwritable(path: path, reason: SystemCall.failure)
        }
        defer { _ = close(descriptor) }
        var lines = lines
        let length = wholeLength(descriptor)
        let written = lines.withUTF8 { text in
            (length < 0 || ftruncate(descriptor, off_t(length)) == 0)
                && SystemCall.writeAll(descriptor, UnsafeRawBufferPointer(text))
                && (!flushes || SystemCall.retrying { Int(fsync(descriptor)) } == 0 || errno == EINVAL)
        }
        guard written else {
            let reason = SystemCall.failure
            if length >= 0 { _ = ftruncate(descriptor, off_t(length)) }
            throw LanguageModelError.unwritable(path: path, reason: reason)
        }
        if isNew { SystemCall.synchronise(folder: url.deletingLastPathComponent().path) }
    }

    /// The values of all whole lines.  A last line without its newline that is not a document is one that
    /// a crash tore, and is dropped; empty lines are skipped.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package static func read(_ url: URL) throws -> [JSONValue] {
        let file = try MappedFile(url)
        let bytes = file.bytes
        var values: [JSONValue] = []
        var start = 0
        var number = 0
        while start < bytes.count {
            number += 1
            let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<(newline ?? bytes.count)])
            start = (newline ?? bytes.count) + 1
            do {
                var scanner = JSONScanner(bytes: line)
                if try !scanner.atEnd() { values.append(try JSONValue(parsing: line)) }
            } catch let error as JSONError {
                if newline == nil { break }
                throw LanguageModelError.malformed(
                    path: file.path, reason: "line \(number), byte \(error.byte): \(error.reason)")
            }
        }
        return values
    }

    /// How long the file is without a torn last line; -1 for what is not a regular file.
    private static func wholeLength(_ descriptor: Int32) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0, SystemCall.isRegular(status) else { return -1 }
        var end = Int(status.st_size)
        var chunk = [UInt8](repeating: 0, count: 4096)
        while end > 0 {
            let start = max(0, end - chunk.count)
            let count = chunk.withUnsafeMutableBytes { buffer in
                SystemCall.retrying { pread(descriptor, buffer.baseAddress!, end - start, off_t(start)) }
            }
            guard count == end - start else { return -1 }
            if let newline = chunk[..<count].lastIndex(of: UInt8(ascii: "\n")) { return start + newline + 1 }
            end = start
        }
        return 0
    }
}
