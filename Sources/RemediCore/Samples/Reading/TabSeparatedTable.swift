import Foundation
import LanguageModels

/// A text file of rows with tabs between their fields, the first row naming the columns, encoded as
/// `TableText` says; lines end in any way; a field may stand in double quotes.
struct TabSeparatedTable {
    let file: URL

    /// Calls `body` with the fields of `columns` of every row that is not blank, and the row's line, from 1.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError` if the file cannot be read; what `body`
    ///   throws.
    func forEachRow(of columns: [String], _ body: (_ fields: [String], _ line: Int) throws -> Void) throws {
        let mapped = try MappedFile(file)
        var text = try withExtendedLifetime(mapped) { try TableText.read(mapped) }
        try text.withUTF8 { bytes in
            var places: [Int] = []
            var isHeader = true
            var line = 0
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
                line += 1
                let all = fields(of: bytes[start..<end])
                if all.allSatisfy({ $0.trimmingSpace().isEmpty }) {
                    // Spreadsheets write rows that look empty as tabs alone.
                } else if isHeader {
                    places = try self.places(of: columns, in: all, line: bytes[start..<end])
                    isHeader = false
                } else {
                    guard let last = places.max(), last < all.count else {
                        throw malformed("line \(line) has \(all.count) fields and lacks some of the columns")
                    }
                    try body(places.map { all[$0] }, line)
                }
                let isPair = end + 1 < bytes.count && bytes[end] == 0x0D && bytes[end + 1] == 0x0A
                start = end + (isPair ? 2 : 1)
            }
            if isHeader { throw malformed("the file is empty") }
        }
    }

    func malformed(_ reason: String) -> RemediError { .malformedData(path: file.path, reason: reason) }

    private func places(
        of columns: [String], in header: [String], line: Slice<UnsafeBufferPointer<UInt8>>
    ) throws -> [Int] {
        let names = header.map { $0.trimmingSpace() }
        let missing = columns.filter { !names.contains($0) }
        if missing.count == columns.count,
            let found = TableText.otherSeparator(
                in: String(decoding: line, as: UTF8.self), naming: columns[0])
        {
            throw malformed(TableText.expectedTabs(found))
        }
        guard missing.isEmpty else {
            throw malformed("the first line names no column \(missing.joined(separator: ", "))")
        }
        return columns.compactMap(names.firstIndex)
    }

    /// The fields of a line.  One that begins with a quote ends at the next single quote before a tab or the
    /// line's end; without such a quote it is taken as it stands.
    private func fields(of line: Slice<UnsafeBufferPointer<UInt8>>) -> [String] {
        var fields: [String] = []
        var start = line.startIndex
        while true {
            if let (field, end) = quoted(line[start...]) {
                fields.append(field)
                start = end
            } else {
                let end = line[start...].firstIndex(of: 0x09) ?? line.endIndex
                fields.append(String(decoding: line[start..<end], as: UTF8.self))
                start = end
            }
            if start == line.endIndex { return fields }
            start += 1
        }
    }

    /// The field in quotes that `rest` begins with, and where it ends.
    private func quoted(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> (field: String, end: Int)? {
        let quote = UInt8(ascii: "\"")
        guard rest.first == quote else { return nil }
        var content: [UInt8] = []
        var place = rest.startIndex + 1
        while place < rest.endIndex {
            let next = place + 1
            if rest[place] != quote {
                content.append(rest[place])
            } else if next == rest.endIndex || rest[next] == 0x09 {
                return (String(decoding: content, as: UTF8.self), next)
            } else if rest[next] == quote {
                content.append(quote)
                place = next
            } else {
                return nil
            }
            place += 1
        }
        return nil
    }
}
