import Foundation

extension Workplace {
    /// The files of the demonstration, unpacked in the program's cache or in a temporary folder.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package func demo() throws -> DemoFolder {
        // Without a home the cache would lie in the working folder.
        let hasCache = value("XDG_CACHE_HOME") ?? value("HOME") != nil
        return try DemoFolder(cache: hasCache ? cache : nil, temporary: temporaryFolders)
    }
}
