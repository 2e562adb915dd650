import Foundation

/// Whole files only: what is written appears under its name complete, or not at all.
package enum AtomicFile {
    /// Writes beside `url`, flushes to disk and renames.  Folders on the way are made.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package static func write(_ data: Data, to url: URL) throws { fatalError("replaced by the files work") }

    package static func write(_ text: String, to url: URL) throws { try write(Data(text.utf8), to: url) }
}

/// Keeps two runs out of one folder; released when it is dropped or the process ends.
package final class FolderLock: Sendable {
    /// - Throws: `LanguageModelError.locked` naming the process that holds it.
    package init(folder: URL) throws { fatalError("replaced by the files work") }
}
