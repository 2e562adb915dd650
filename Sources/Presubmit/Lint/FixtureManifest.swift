import Foundation
import LanguageModels

/// `MANIFEST.json` of a folder of fixtures: what made each file, with which versions, and its SHA-256.
struct FixtureManifest: Codable, Equatable {
    /// Files of one origin.
    struct Group: Codable, Equatable {
        /// A script of the package, or a few words.
        var madeBy: String
        /// The versions of the programs that it used.
        var versions: String?
        /// SHA-256 by path, relative to the manifest's folder.
        var files: [String: String]?
        /// Folders without hashes, whose files a test compares word for word with what the program prints.
        var folders: [String]?

        enum CodingKeys: String, CodingKey {
            case madeBy = "made_by"
            case versions, files, folders
        }

        func holds(_ path: String) -> Bool {
            files?[path] != nil || folders?.contains { path.hasPrefix($0 + "/") } == true
        }
    }

    static let fileName = "MANIFEST.json"

    var groups: [Group]

    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`; `DecodingError`.
    init(_ url: URL) throws {
        self = try JSONDecoder().decode(FixtureManifest.self, from: Data(contentsOf: url))
    }

    init(groups: [Group]) { self.groups = groups }

    /// Differences between the manifest and the files, one line each.
    ///
    /// - Parameters:
    ///   - hashes: SHA-256 by path, relative to the manifest's folder, of every file but the manifest.
    ///   - hasScript: whether the package has a script of this path.
    func findings(hashes: [String: String], hasScript: (String) -> Bool) -> [String] {
        var findings: [String] = []
        for group in groups {
            if group.madeBy.hasPrefix("Scripts/"), !hasScript(group.madeBy) {
                findings.append("there is no \(group.madeBy)")
            }
            for (path, hash) in (group.files ?? [:]).sorted(by: { $0.key < $1.key }) {
                guard let found = hashes[path] else {
                    findings.append("\(path) is listed but missing")
                    continue
                }
                if found != hash { findings.append("\(path) has changed: its SHA-256 is \(found)") }
            }
        }
        for path in hashes.keys.sorted() {
            let owners = groups.filter { $0.holds(path) }
            if owners.isEmpty || owners.contains(where: \.madeBy.isEmpty) {
                findings.append("\(path) is not listed with what made it")
            }
            if owners.count > 1 { findings.append("\(path) is listed twice") }
        }
        return findings
    }

    /// The same with the hashes of the files as they are; those that no group holds are put into a group that
    /// somebody has to complete.
    func updated(hashes: [String: String]) -> FixtureManifest {
        var groups = groups.map { group in
            var group = group
            group.files = group.files.map { files in
                files.keys.reduce(into: [:]) { result, path in result[path] = hashes[path] }
            }
            return group
        }
        let unknown = hashes.filter { path, _ in !groups.contains { $0.holds(path) } }
        if !unknown.isEmpty { groups.append(Group(madeBy: "", files: unknown)) }
        return FixtureManifest(groups: groups)
    }

    var data: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self) + Data("\n".utf8)
        }
    }
}
