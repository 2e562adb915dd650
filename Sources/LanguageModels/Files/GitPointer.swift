import Foundation

/// A file that Git LFS left in place of the real one.
package enum GitPointer {
    private static let mark = Array("version https://git-lfs".utf8)

    private static func error(_ path: String) -> LanguageModelError {
        .malformed(path: path, reason: "a Git LFS pointer, not the file itself: run `git lfs pull`")
    }

    /// - Throws: `LanguageModelError.malformed` if `file` is one.
    package static func refuse(_ file: MappedFile) throws {
        if file.bytes.starts(with: mark) { throw error(file.path) }
    }

    /// - Throws: `LanguageModelError.malformed` if `file` is one; `.unreadable`.
    package static func refuse(_ file: RandomAccessFile) throws {
        var front = [UInt8](repeating: 0, count: mark.count)
        let count = try front.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
        if count == mark.count, front == mark { throw error(file.path) }
    }

    /// - Throws: `LanguageModelError.malformed` if `data`, read from `path`, is one.
    static func refuse(_ data: Data, path: String) throws {
        if data.starts(with: mark) { throw error(path) }
    }
}
