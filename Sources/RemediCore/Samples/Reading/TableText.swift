import Foundation
import LanguageModels

/// The text of a table that a spreadsheet or another program wrote: UTF-8, UTF-16, or else Latin-1.
enum TableText {
    private static let quote: Character = "\""

    /// The text without a byte-order mark.
    ///
    /// - Throws: `RemediError.malformedData` for a spreadsheet's own file, for UTF-16 that is damaged, and for
    ///   what is not UTF-8 unless it can be Latin-1.
    static func read(_ file: MappedFile, allowsLatin1: Bool = true) throws -> String {
        func malformed(_ reason: String) -> RemediError { .malformedData(path: file.path, reason: reason) }
        let bytes = file.bytes
        if bytes.starts(with: "PK\u{3}\u{4}".utf8) || bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw malformed("a spreadsheet's own file: save the sheet as text with tabs between the columns")
        }
        if let (start, isBig) = units(of: bytes) {
            guard bytes.count % 2 == 0 else { throw malformed("UTF-16 text that ends within a character") }
            let units = stride(from: start, to: bytes.count, by: 2).lazy.map { place in
                let unit = bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)
                return isBig ? UInt16(bigEndian: unit) : UInt16(littleEndian: unit)
            }
            guard let text = String(validating: Array(units), as: UTF16.self) else {
                throw malformed("UTF-16 text with half a character")
            }
            return text
        }
        let body = UnsafeRawBufferPointer(
            rebasing: bytes[(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)...])
        if let text = String(validating: body.bindMemory(to: UInt8.self), as: UTF8.self) { return text }
        guard allowsLatin1 else { throw malformed("the file is not UTF-8 text") }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: body.lazy.map { Unicode.Scalar($0) })
        return String(scalars)
    }

    /// Where UTF-16 begins, and whether its bytes are the high ones first; nil for other text.  Without a mark it is known
    /// by a table's first letters, of which one byte is 0.
    private static func units(of bytes: UnsafeRawBufferPointer) -> (start: Int, isBig: Bool)? {
        if bytes.starts(with: [0xFF, 0xFE]) { return (2, false) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (2, true) }
        guard bytes.count >= 4, (bytes[0] == 0) != (bytes[1] == 0),
            bytes[0] == bytes[2] || bytes[1] == bytes[3]
        else { return nil }
        return (0, bytes[0] == 0)
    }

    /// What else stands between the columns of a first line without tabs that names `column`; nil if it is not told.
    static func otherSeparator(in header: String, naming column: String) -> String? {
        guard !header.utf8.contains(0x09) else { return nil }
        for (mark, name) in [(",", "commas"), (";", "semicolons"), ("|", "bars")] {
            let fields = header.split(separator: Character(mark), omittingEmptySubsequences: false)
            let names = fields.map { String($0.filter { $0 != quote }).trimmingSpace() }
            if names.count > 1, names.contains(column) { return name }
        }
        return nil
    }

    /// The sentence on a first line that has such separators.
    static func expectedTabs(_ found: String) -> String {
        "the first line has \(found) between its columns, where tabs are expected: save the sheet as text with tabs"
    }
}
