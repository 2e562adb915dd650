import Foundation

/// Folders that use each other in a circle.
///
/// Read from the text: a folder uses another if it names a type, or calls a free function, that the other
/// alone declares.
enum CircleLint {
    static func findings(in files: [SourceText]) -> [String] {
        let arrows = arrows(in: files.filter { $0.path.hasSuffix(".swift") && $0.path.hasPrefix("Sources/") })
        return circles(in: arrows).map { circle in
            "folders use each other in a circle: " + circle.joined(separator: ", ")
        }
    }

    /// Which folders each folder uses.
    static func arrows(in files: [SourceText]) -> [String: Set<String>] {
        var owners: [Substring: Set<String>] = [:]
        for file in files {
            for match in file.code.matches(of: declaration) {
                owners[match.1, default: []].insert(file.folder)
            }
        }
        // Where a type of the same name lies inside another, a name alone does not say which is meant.
        for file in files {
            for match in file.code.matches(of: nestedDeclaration) where owners[match.1] != nil {
                owners[match.1]?.insert(file.folder)
            }
        }
        var arrows: [String: Set<String>] = [:]
        for file in files {
            for use in uses(in: file.code) {
                guard let owner = owners[use], owner.count == 1, let folder = owner.first else { continue }
                if folder != file.folder { arrows[file.folder, default: []].insert(folder) }
            }
        }
        return arrows
    }

    /// The types that a text names and the free functions that it calls.
    private static func uses(in code: String) -> Set<Substring> {
        var found: Set<Substring> = []
        let bytes = code.utf8
        var index = bytes.startIndex
        var last = UInt8(ascii: " ")
        while index < bytes.endIndex {
            guard isWord(bytes[index]) else {
                last = bytes[index]
                index = bytes.index(after: index)
                continue
            }
            let end = bytes[index...].firstIndex { !isWord($0) } ?? bytes.endIndex
            let name = code[index..<end]
            let isCall = end < bytes.endIndex && bytes[end] == UInt8(ascii: "(") && last != UInt8(ascii: ".")
            if name.first?.isUppercase == true || isCall { found.insert(name) }
            index = end
            last = UInt8(ascii: "a")
        }
        return found
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static var declaration: Regex<(Substring, Substring)> {
        #/(?m)^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|final|indirect|nonisolated)\s+)*(?:struct|class|enum|protocol|actor|typealias|func)\s+(\w+)/#
    }

    private static var nestedDeclaration: Regex<(Substring, Substring)> {
        #/(?m)^ +(?:(?:public|package|private|fileprivate|final|indirect)\s+)*(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)/#
    }

    /// The sets of folders of which each reaches every other, sorted.
    static func circles(in arrows: [String: Set<String>]) -> [[String]] {
        var reached: [String: Set<String>] = [:]
        for start in arrows.keys {
            var seen: Set<String> = []
            var open = [start]
            while let folder = open.popLast() {
                for next in arrows[folder] ?? [] where seen.insert(next).inserted { open.append(next) }
            }
            reached[start] = seen
        }
        var circles: Set<[String]> = []
        for (folder, others) in reached where others.contains(folder) {
            circles.insert(others.filter { reached[$0]?.contains(folder) == true }.sorted())
        }
        return circles.sorted { $0[0] < $1[0] }
    }
}
