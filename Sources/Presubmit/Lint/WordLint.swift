import Foundation

/// Words and paths that have no place in finished code.
struct WordLint {
    /// Folders of this machine, with a slash at their ends: the user's, and the one that holds the package.
    private let places: [String]

    init(package: URL, environment: [String: String]) {
        let folders: [String?] = [environment["HOME"], package.deletingLastPathComponent().path]
        places = Set(folders.compactMap { $0 }.map { $0.hasSuffix("/") ? $0 : $0 + "/" })
            .subtracting(["/", "/tmp/"]).sorted()
    }

    private static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    private static let emptyNames = ["Utils", "Utilities", "Helpers", "Helper", "Common", "Misc"]

    func findings(in file: SourceText) -> [String] {
        var findings: [String] = []
        for part in file.path.split(separator: "/") {
            let stem = String(part.split(separator: ".")[0])
            if Self.emptyNames.contains(where: { stem == $0 || stem.hasSuffix("+" + $0) }) {
                findings.append("\(file.path): '\(stem)' says nothing of what is inside")
            }
        }
        let words = Self.unfinished.filter { file.text.mentions($0) }
        let places = places.filter { file.text.mentions($0) }
        let hasHomes = ["/ho" + "me/", "/Users/"].contains { file.text.mentions($0) }
        for (index, line) in file.lines.enumerated() {
            for word in words where Self.containsWord(word, line) {
                findings.append("\(file.path):\(index + 1): \(word)")
            }
            if hasHomes, line.firstMatch(of: Self.homePath) != nil {
                findings.append("\(file.path):\(index + 1): a path below somebody's home")
            }
            for place in places where Self.startsPath(place, line) {
                findings.append("\(file.path):\(index + 1): a path of one machine: \(place)")
            }
        }
        if Self.isCore(file.path) { findings += Self.prints(in: file) }
        return findings
    }

    private static func isCore(_ path: String) -> Bool {
        path.hasPrefix("Sources/") && !path.hasPrefix("Sources/remedi/") && path.hasSuffix(".swift")
    }

    /// Not after a name, as in a web address.
    private static var homePath: Regex<(Substring)> { #/(?:^|[^\w.\/)])\/(?:home|Users)\/\w/# }

    /// The core writes nothing by itself.
    private static func prints(in file: SourceText) -> [String] {
        file.codeLines.enumerated().compactMap { index, line in
            guard line.mentions("rint(") || line.mentions("exit(") || line.mentions("abort(") else {
                return nil
            }
            return line.firstMatch(of: #/(?:^|[^\w.])(?:print|debugPrint|exit|abort)\(/#) == nil
                ? nil : "\(file.path):\(index + 1): the core neither prints nor exits"
        }
    }

    private static func containsWord(_ word: String, _ line: Substring) -> Bool {
        line.ranges(of: word).contains { range in
            let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
            let after = range.upperBound < line.endIndex ? line[range.upperBound] : " "
            return !before.isLetter && !before.isNumber && !after.isLetter && !after.isNumber
        }
    }

    /// Whether the line has an absolute path below `place`: not after a name, as in a web address.
    private static func startsPath(_ place: String, _ line: Substring) -> Bool {
        line.ranges(of: place).contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && before != "." && before != "/" && before != ")"
        }
    }
}
