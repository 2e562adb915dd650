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
            var scanner = JSONScanner(bytes: bytes)
            try scanner.skipMark()
            let isArray = try scanner.skip("[")
            var number = 0
            while try next(&scanner, isArray: isArray, isFirst: number == 0) {
                let start = scanner.position
                let record: JSONValue
                do {
                    record = try scanner.value()
                } catch let error as JSONError {
                    throw malformed("record \(number), byte \(error.byte): \(error.reason)")
                }
                let text = String(decoding: bytes[start..<scanner.position], as: UTF8.self)
                try body(record, number, text)
                number += 1
            }
        }
    }

    /// Goes to the next record; false at the end of the data.
    private func next(_ scanner: inout JSONScanner, isArray: Bool, isFirst: Bool) throws -> Bool {
        guard isArray else { return try !scanner.atEnd() }
        if try scanner.skip("]") {
            guard try scanner.atEnd() else {
                throw malformed("byte \(scanner.position): text after the array")
            }
            return false
        }
        guard try isFirst || scanner.skip(",") else {
            throw malformed(
                try scanner.atEnd()
                    ? "the array is not closed: the file is cut off"
                    : "byte \(scanner.position): expected ',' or ']'")
        }
        _ = try scanner.atEnd()
        return true
    }

    private func malformed(_ reason: String) -> RemediError {
        .malformedData(path: file.path, reason: reason)
    }
}
