import Foundation

/// A source file, and the same with comments and string literals blanked out.
struct SourceText {
    /// Relative to the package, with slashes.
    let path: String
    let text: String
    /// `text` with the contents of comments and literals blanked out; lines keep their numbers.
    let code: String
    let lines: [Substring]
    let codeLines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        // Documents have no code, and quotation marks that nothing closes.
        if path.hasSuffix(".md") || path.hasSuffix(".txt") {
            code = ""
        } else {
            var blanker = Blanker(text)
            code = blanker.run()
        }
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        codeLines = code.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var isDocument: Bool { path.hasSuffix(".md") || path.hasSuffix(".txt") }

    var lineCount: Int { text.hasSuffix("\n") ? lines.count - 1 : lines.count }

    /// The folder below Sources that holds the file.
    var folder: String {
        let parts = path.split(separator: "/").dropFirst().dropLast()
        return parts.joined(separator: "/")
    }
}

extension StringProtocol {
    /// Whether the text contains `word`, which is not empty.  Bytes are compared: every line of every file is
    /// asked.
    func mentions(_ word: String) -> Bool {
        let word = Array(word.utf8)
        return utf8.withContiguousStorageIfAvailable { bytes in
            var place = 0
            while place + word.count <= bytes.count {
                let start = bytes.baseAddress! + place
                guard let found = memchr(start, Int32(word[0]), bytes.count - place - word.count + 1) else {
                    return false
                }
                if memcmp(found, word, word.count) == 0 { return true }
                place += UnsafeRawPointer(found) - UnsafeRawPointer(start) + 1
            }
            return false
        } ?? contains(String(decoding: word, as: UTF8.self))
    }
}

/// Walks over Swift or C and keeps code alone.
private struct Blanker {
    private let input: [UInt8]
    private var output: [UInt8] = []
    private var index = 0

    init(_ text: String) { input = Array(text.utf8) }

    mutating func run() -> String {
        output.reserveCapacity(input.count)
        copyCode(until: nil)
        return String(decoding: output, as: UTF8.self)
    }

    private func starts(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard index + count <= input.count, input[index] == word.utf8Start[0] else { return false }
        return (0..<count).allSatisfy { input[index + $0] == word.utf8Start[$0] }
    }

    /// Copies code up to the end, or to the parenthesis that closes an interpolation.
    private mutating func copyCode(until end: UInt8?) {
        var depth = 0
        while index < input.count {
            let byte = input[index]
            if starts("//") {
                blank { $0.input[$0.index] == UInt8(ascii: "\n") }
            } else if starts("/*") {
                blankBlockComment()
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") && opensRawString() {
                blankString()
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if depth == 0, end == byte { return }
                    depth -= 1
                }
                output.append(byte)
                index += 1
            }
        }
    }

    /// Replaces bytes by spaces until `isEnd`; line breaks stay.
    private mutating func blank(until isEnd: (Blanker) -> Bool) {
        while index < input.count, !isEnd(self) { blankOne() }
    }

    private mutating func blankOne() {
        output.append(input[index] == UInt8(ascii: "\n") ? input[index] : UInt8(ascii: " "))
        index += 1
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
            } else if starts("*/") {
                depth -= 1
            } else {
                blankOne()
                continue
            }
            blankOne()
            blankOne()
        } while depth > 0 && index < input.count
    }

    private func opensRawString() -> Bool {
        var place = index
        while place < input.count, input[place] == UInt8(ascii: "#") { place += 1 }
        return place < input.count && input[place] == UInt8(ascii: "\"")
    }

    private mutating func blankString() {
        var hashes = 0
        while input[index] == UInt8(ascii: "#") {
            hashes += 1
            blankOne()
        }
        let quotes = starts("\"\"\"") ? 3 : 1
        for _ in 0..<quotes { blankOne() }
        while index < input.count {
            if closes(quotes, hashes) {
                for _ in 0..<(quotes + hashes) { blankOne() }
                return
            }
            if input[index] == UInt8(ascii: "\\"), hashes == 0, index + 1 < input.count {
                blankOne()
                let isInterpolation = input[index] == UInt8(ascii: "(")
                blankOne()
                if isInterpolation { copyCode(until: UInt8(ascii: ")")) }
            } else if quotes == 1, input[index] == UInt8(ascii: "\n") {
                return
            } else {
                blankOne()
            }
        }
    }

    private func closes(_ quotes: Int, _ hashes: Int) -> Bool {
        guard index + quotes + hashes <= input.count else { return false }
        return (0..<quotes).allSatisfy { input[index + $0] == UInt8(ascii: "\"") }
            && (0..<hashes).allSatisfy { input[index + quotes + $0] == UInt8(ascii: "#") }
    }
}
