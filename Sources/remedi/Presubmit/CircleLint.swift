import Foundation

/// Folders that use each other in a circle.
///
/// Read from the text: a folder uses another if it names a type or free function that the other alone
/// declares.
package enum CircleLint {
    package static func findings(in files: [SourceText]) -> [String] {
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
        var arrows: [String: Set<String>] = [:]
        for file in files {
            for match in file.code.matches(of: #/\b[A-Za-z_]\w+\b/#) {
                guard let owner = owners[match.0], owner.count == 1, let folder = owner.first else {
                    continue
                }
                if folder != file.folder { arrows[file.folder, default: []].insert(folder) }
            }
        }
        return arrows
    }

    private static var declaration: Regex<(Substring, Substring)> {
        #/(?m)^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|final|indirect|nonisolated)\s+)*(?:struct|class|enum|protocol|actor|typealias|func)\s+(\w+)/#
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
