import Foundation

/// The words of a command line as the system gives them: bytes.
package struct CommandWords: Sendable {
    private let words: [[UInt8]]
    /// Paths that the system gives besides.
    private let places: [(name: String, path: [UInt8])]

    package init(_ words: [[UInt8]], places: [(name: String, path: [UInt8])] = []) {
        self.words = words
        self.places = places
    }

    /// Those after the program's name.
    static func ofProcess() -> CommandWords {
        CommandWords(
            (1..<max(1, Int(CommandLine.argc))).map { index in
                guard let start = CommandLine.unsafeArgv[index] else { return [] }
                return UnsafeRawBufferPointer(start: start, count: strlen(start)).map(\.self)
            }, places: [workingFolder()].compactMap { $0 } + variables())
    }

    private static func workingFolder() -> (name: String, path: [UInt8])? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return ("the working folder", Array(UnsafeRawBufferPointer(start: path, count: strlen(path))))
    }

    /// Those of the environment that name files.
    private static func variables() -> [(name: String, path: [UInt8])] {
        var variables: [(name: String, path: [UInt8])] = []
        var next = environ
        while let entry = next.pointee {
            let bytes = UnsafeRawBufferPointer(start: entry, count: strlen(entry))
            let parts = bytes.split(separator: UInt8(ascii: "="), maxSplits: 1)
            let name = String(decoding: parts.first ?? bytes[0..<0], as: UTF8.self)
            let namesFiles =
                ["HOME", "TMPDIR"].contains(name)
                || ["REMEDI_", "CM_", "HF_", "XDG_"].contains(where: name.hasPrefix)
            if namesFiles, parts.count == 2 { variables.append((name, Array(parts[1]))) }
            next += 1
        }
        return variables
    }

    /// - Throws: `UsageFailure` where one, or a path besides, is not text: as something else it would name other
    ///   files.
    package func texts() throws(UsageFailure) -> [String] {
        for (name, path) in places where String(validating: path, as: UTF8.self) == nil {
            throw UsageFailure(
                path: [],
                error: .placeNotUTF8(name: name, shown: String(decoding: path, as: UTF8.self)))
        }
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
