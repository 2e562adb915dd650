import Foundation
import LanguageModels

/// Reads the top-level records of a JSON data file one at a time: the elements of one array, JSON Lines, or
/// objects that follow each other without separators.  Only one record is held parsed.
struct RecordReader {
    let file: URL

    /// Calls `body` with every record, its number from 0 and its text.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError.fileMissing`, `.unreadable`; what `body` throws.
    func forEachRecord(_ body: (_ record: JSONValue, _ number: Int, _ text: String) throws -> Void) throws {
        let data = try RegularFile.data(file)
        try data.withUnsafeBytes { bytes in
            if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
                throw malformed("text in UTF-16: UTF-8 is expected")
            }
            var cursor = Cursor(bytes: bytes)
            let isArray = cursor.skipSpaceAndMark() && cursor.skip("[")
            var number = 0
            while let start = try next(&cursor, isArray: isArray, isFirst: number == 0) {
                var parser = JSONParser(bytes: bytes, position: start)
                let record: JSONValue
                do {
                    record = try parser.value()
                } catch let error as JSONError {
                    throw malformed("record \(number), byte \(error.byte): \(error.reason)")
                }
                cursor.position = parser.position
                let text = String(decoding: bytes[start..<parser.position], as: UTF8.self)
                try body(record, number, text)
                number += 1
            }
        }
    }

    /// Where the next record starts; nil at the end of the data.
    private func next(_ cursor: inout Cursor, isArray: Bool, isFirst: Bool) throws -> Int? {
        cursor.skipSpace()
        guard isArray else { return cursor.isAtEnd ? nil : cursor.position }
        if cursor.skip("]") {
            cursor.skipSpace()
            guard cursor.isAtEnd else { throw malformed("byte \(cursor.position): text after the array") }
            return nil
        }
        guard isFirst || cursor.skip(",") else {
            throw malformed(
                cursor.isAtEnd
                    ? "the array is not closed: the file is cut off"
                    : "byte \(cursor.position): expected ',' or ']'")
        }
        cursor.skipSpace()
        return cursor.position
    }

    private func malformed(_ reason: String) -> RemediError {
        .malformedData(path: file.path, reason: reason)
    }

    /// A place in the bytes.
    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        var isAtEnd: Bool { position >= bytes.count }

        mutating func skipSpace() {
            while !isAtEnd, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        }

        /// Skips a byte-order mark and white space; whether anything is left.
        mutating func skipSpaceAndMark() -> Bool {
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
            skipSpace()
            return !isAtEnd
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard !isAtEnd, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }
    }
}
