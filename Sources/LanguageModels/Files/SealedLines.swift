import Foundation

/// A log of JSON values, one a line, that is only ever appended to.  Each line carries a checksum of itself and
/// of all lines before it: `["0123456789abcdef", VALUE]`.
///
/// A line that does not match its checksum, and all that follows, count as never written.
package struct SealedLines: Sendable {
    package let file: URL
    /// The values of the lines that match.
    package private(set) var values: [JSONValue] = []
    /// Whether a line does not match its checksum.  One that a crash tore, at the end, is no damage.
    package private(set) var isDamaged = false
    /// Over all lines so far.
    private var seal = Checksum()
    /// How long the lines that match are together; nil if the file ends there.
    private var intactLength: Int?

    private static let opening = "[\""
    private static let middle = "\", "
    private static let digits = 16

    /// Reads `file`; without one there are no values.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    package init(_ file: URL) throws {
        self.file = file
        guard SystemCall.status(file.path) != nil else { return }
        let mapped = try MappedFile(file)
        let bytes = mapped.bytes
        var start = 0
        while start < bytes.count {
            guard let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { break }
            guard take(UnsafeRawBufferPointer(rebasing: bytes[start..<newline])) else {
                isDamaged = true
                break
            }
            start = newline + 1
        }
        if start < bytes.count { intactLength = start }
    }

    /// Takes a line if it matches its checksum.
    private mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        let start = Self.opening.utf8.count + Self.digits + Self.middle.utf8.count
        guard line.count > start, line.starts(with: Self.opening.utf8), line.last == UInt8(ascii: "]"),
            line[(start - Self.middle.utf8.count)...].starts(with: Self.middle.utf8)
        else { return false }
        let content = UnsafeRawBufferPointer(rebasing: line[start..<line.count - 1])
        var next = seal
        next.add(content)
        let digits = line[Self.opening.utf8.count..<start - Self.middle.utf8.count]
        guard digits.elementsEqual(next.text.utf8), let value = try? JSONValue(parsing: content) else {
            return false
        }
        seal = next
        values.append(value)
        return true
    }

    /// Appends a line, after cutting off what does not match.
    ///
    /// - Parameter flushes: see `JSONLines.append`.
    /// - Throws: `LanguageModelError.unwritable`.
    package mutating func append(_ value: JSONValue, flushes: Bool = true) throws {
        if let intactLength {
            guard truncate(file.path, off_t(intactLength)) == 0 else {
                throw LanguageModelError.unwritable(path: file.path, reason: SystemCall.failure)
            }
            self.intactLength = nil
        }
        let content = value.text()
        var next = seal
        next.add(content)
        try JSONLines.append(
            "\(Self.opening)\(next.text)\(Self.middle)\(content)]\n", to: file, flushes: flushes)
        seal = next
    }
}
