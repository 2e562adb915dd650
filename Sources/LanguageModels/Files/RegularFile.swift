import Foundation

/// The content of regular files.  A named pipe in the place of one is refused: opening it would wait for
/// someone who writes.
package enum RegularFile {
    /// All bytes.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package static func data(_ url: URL) throws -> Data {
        let file = try RandomAccessFile(url)
        guard file.byteCount > 0 else { return Data() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: file.byteCount, alignment: 16)
        do {
            let count = try file.read(at: 0, into: buffer)
            return Data(
                bytesNoCopy: buffer.baseAddress!, count: count,
                deallocator: .custom { address, _ in address.deallocate() })
        } catch {
            buffer.deallocate()
            throw error
        }
    }

    /// The text of a file in UTF-8; nil if it is something else.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package static func text(_ url: URL) throws -> String? {
        String(validating: try data(url), as: UTF8.self)
    }
}
