import Foundation
import LanguageModels

/// The first bytes of a file that is being downloaded, and beside it, in `….json`, whose they are.
///
/// Locked against other processes while it is open.
final class PartFile {
    let path: String
    private(set) var byteCount = 0
    private(set) var identity: RemoteIdentity
    /// Whether bytes of an earlier run are in it.
    private(set) var isInherited = false
    private let descriptor: Int32
    private var hash = SHA256()

    private var identityFile: URL { URL(fileURLWithPath: path + ".json") }

    /// Opens what is there of the file at `address`, or starts an empty one.
    ///
    /// - Parameter keepsUnknown: goes on with bytes of which nobody knows where they come from, too.
    /// - Throws: `DownloadError.inUse`, `LanguageModelError.unwritable`.
    init(_ url: URL, address: String, keepsUnknown: Bool) throws {
        path = url.path
        identity = RemoteIdentity(address: address, tag: nil, lastModified: nil, size: nil)
        try AtomicFile.makeFolder(url.deletingLastPathComponent())
        descriptor = SystemCall.open(path, O_RDWR | O_CREAT | O_NONBLOCK)
        guard descriptor >= 0 else { throw unwritable() }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unwritable() }
        guard SystemCall.isRegular(status) else {
            throw LanguageModelError.unwritable(path: path, reason: "it is not a regular file")
        }
        // A file that was finished since it was opened has another name by now.
        guard SystemCall.retrying({ Int(flock(descriptor, LOCK_EX | LOCK_NB)) }) == 0, isInPlace else {
            throw DownloadError.inUse(path: path)
        }
        if let known = try? Self.storedIdentity(identityFile), known.address == address {
            identity = known
            try absorb()
        } else if keepsUnknown {
            try absorb()
        } else {
            try clear()
        }
    }

    deinit { _ = close(descriptor) }

    private var isInPlace: Bool {
        var opened = stat()
        guard fstat(descriptor, &opened) == 0, let named = SystemCall.status(path) else { return false }
        return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }

    /// - Returns: nil for anything that is not the small file that `begin` writes.
    private static func storedIdentity(_ file: URL) throws -> RemoteIdentity? {
        guard let status = SystemCall.status(file.path), SystemCall.isRegular(status),
            status.st_size < 1 << 16
        else { return nil }
        return RemoteIdentity(try JSONValue(parsing: RegularFile.data(file)))
    }

    /// Hashes what is there.
    private func absorb() throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                SystemCall.retrying { pread(descriptor, bytes.baseAddress!, bytes.count, off_t(byteCount)) }
            }
            guard count >= 0 else { throw unwritable() }
            if count == 0 { break }
            buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            byteCount += count
        }
        if let size = identity.size, byteCount > size { try clear() }
        isInherited = byteCount > 0
        guard lseek(descriptor, off_t(byteCount), SEEK_SET) >= 0 else { throw unwritable() }
    }

    /// Forgets everything that is there.
    func clear() throws {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw unwritable() }
        byteCount = 0
        isInherited = false
        hash = SHA256()
        _ = unlink(identityFile.path)
        identity = RemoteIdentity(address: identity.address, tag: nil, lastModified: nil, size: nil)
    }

    /// Starts anew with the file that a server now has.
    func begin(_ identity: RemoteIdentity) throws {
        try clear()
        self.identity = identity
        try AtomicFile.write(identity.json.text() + "\n", to: identityFile)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard SystemCall.writeAll(descriptor, bytes) else { throw unwritable() }
        hash.update(bytes)
        byteCount += bytes.count
    }

    /// SHA-256 of what is there.
    var checksum: String {
        var hash = hash
        return hash.finish()
    }

    /// Git's name for what is there.
    func gitName() throws -> String {
        try SHA1.gitName(ofFile: URL(fileURLWithPath: path))
    }

    /// Makes it the file at `target`.
    func finish(to target: URL) throws {
        guard SystemCall.retrying({ Int(fsync(descriptor)) }) == 0, rename(path, target.path) == 0 else {
            throw LanguageModelError.unwritable(path: target.path, reason: SystemCall.failure)
        }
        _ = unlink(identityFile.path)
        SystemCall.synchronise(folder: target.deletingLastPathComponent().path)
    }

    /// Removes it.
    func discard() {
        _ = unlink(path)
        _ = unlink(identityFile.path)
    }

    /// Bytes that its disk still has room for.
    var available: Int {
        var status = statvfs()
        guard fstatvfs(descriptor, &status) == 0 else { return .max }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    private func unwritable() -> LanguageModelError {
        .unwritable(path: path, reason: SystemCall.failure)
    }
}

/// The tags by which a file on a server is known to be still the same.
struct RemoteIdentity: Equatable {
    var address: String
    var tag: String?
    var lastModified: String?
    var size: Int?

    /// The condition of a range request: a strong tag, else the date.
    var validator: String? { tag.flatMap { $0.hasPrefix("W/") ? nil : $0 } ?? lastModified }

    /// Tags and dates that no header can hold are left out.
    init(address: String, tag: String?, lastModified: String?, size: Int?) {
        self.address = address
        self.tag = tag.flatMap(Self.usable)
        self.lastModified = lastModified.flatMap(Self.usable)
        self.size = size
    }

    /// - Returns: nil for what `json` does not write.
    init?(_ value: JSONValue) {
        guard let address = value["url"]?.string, value["size"]?.integer ?? 0 >= 0 else { return nil }
        self.init(
            address: address, tag: value["etag"]?.string, lastModified: value["last_modified"]?.string,
            size: value["size"]?.integer)
    }

    private static func usable(_ text: String) -> String? {
        text.utf8.count <= longestHeader && Curl.isPlain(text) ? text : nil
    }

    private static let longestHeader = 1024

    var json: JSONValue {
        [
            "url": .string(address), "etag": tag.map { .string($0) } ?? nil,
            "last_modified": lastModified.map { .string($0) } ?? nil,
            "size": size.map { .integer($0) } ?? nil,
        ]
    }

    /// Whether an answer with the rest of a file can be of the file that this one is.
    func fits(_ other: RemoteIdentity) -> Bool {
        func agree<Value: Equatable>(_ a: Value?, _ b: Value?) -> Bool { a == nil || b == nil || a == b }
        return agree(tag, other.tag) && agree(lastModified, other.lastModified) && agree(size, other.size)
    }
}
