import Foundation

extension SafeTensors {
    /// The hash that a file would have if its header said `new` for every `old`.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package static func hash(file: URL, replacing old: String, with new: String) throws -> String {
        let mapped = try MappedFile(file)
        let bytes = mapped.bytes
        let length = bytes.count < 8 ? 0 : Int(exactly: bytes.loadUnaligned(as: UInt64.self).littleEndian)
        guard let length, length > 0, length <= bytes.count - 8,
            let header = String(bytes: bytes[8..<8 + length], encoding: .utf8), header.contains(old)
        else { return try SHA256.hash(file: file) }
        var text = Data(header.replacing(old, with: new).utf8)
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        var hash = SHA256()
        hash.update(lengthPrefixed(text))
        hash.update(UnsafeRawBufferPointer(rebasing: bytes[(8 + length)...]))
        return hash.finish()
    }
}
