import Foundation

/// The room that a file system has left.
package enum DiskRoom {
    /// Refuses to begin what will not fit where `url` is, or will be.
    ///
    /// - Throws: `LanguageModelError.noRoom`.
    package static func check(_ byteCount: Int, for url: URL) throws {
        let free = SystemCall.availableBytes(at: url)
        guard byteCount > free else { return }
        throw LanguageModelError.noRoom(path: url.path, byteCount: byteCount, free: free)
    }
}
