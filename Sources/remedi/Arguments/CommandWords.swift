import Foundation

/// The words of a command line as the system gives them: bytes.
package struct CommandWords: Sendable {
    private let words: [[UInt8]]

    package init(_ words: [[UInt8]]) { self.words = words }

    /// Those behind the program's name.
    static func ofProcess() -> CommandWords {
        CommandWords(
            (1..<max(1, Int(CommandLine.argc))).map { index in
                guard let start = CommandLine.unsafeArgv[index] else { return [] }
                return UnsafeRawBufferPointer(start: start, count: strlen(start)).map(\.self)
            })
    }

    /// - Throws: `UsageFailure` where one is not text: as something else it would name other files.
    package func texts() throws(UsageFailure) -> [String] {
        var texts: [String] = []
        for word in words {
            guard let text = String(validating: word, as: UTF8.self) else {
                throw UsageFailure(
                    path: [],
                    error: .notUTF8(place: texts.count + 1, shown: String(decoding: word, as: UTF8.self)))
            }
            texts.append(text)
        }
        return texts
    }
}
