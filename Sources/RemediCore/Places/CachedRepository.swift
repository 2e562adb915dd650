import Foundation
import LanguageModels

/// One repository in the cache that Hugging Face's tools share.
package struct CachedRepository: Sendable {
    package let folder: URL

    /// The files of one commit, or some of them.
    package struct Snapshot: Sendable, Equatable {
        package let commit: String
        /// The branches and tags that stand for it here, sorted; none for one that was fetched by its hash.
        package let references: [String]
        package let folder: URL

        /// The start of the hash, long enough to name it.
        package var shortCommit: String { String(commit.prefix(12)) }

        /// Its name after `@`.
        package var revision: String { references.first ?? shortCommit }
    }

    package init(folder: URL) { self.folder = folder }

    init(id: String, in workplace: Workplace) {
        folder = workplace.hubCache.appendingPathComponent(ModelName.cacheName(of: id))
    }

    /// The id under which Hugging Face has it; nil for a folder of another name.
    package var id: String? {
        let parts = folder.lastPathComponent.components(separatedBy: "--")
        return parts.count >= 2 && parts[0] == "models" ? parts.dropFirst().joined(separator: "/") : nil
    }

    /// Every commit of which there are files: `main` first, then by name.
    package var snapshots: [Snapshot] {
        let places = folder.appendingPathComponent("snapshots")
        var names: [String: [String]] = [:]
        for (reference, commit) in references { names[commit, default: []].append(reference) }
        let commits = ((try? FileManager.default.contentsOfDirectory(atPath: places.path)) ?? []).sorted()
        let all = commits.compactMap { commit -> Snapshot? in
            let place = places.appendingPathComponent(commit)
            guard Workplace.isFolder(place) else { return nil }
            let names = names[commit] ?? []
            let ordered = names.filter { $0 == Self.main } + names.filter { $0 != Self.main }.sorted()
            return Snapshot(commit: commit, references: ordered, folder: place)
        }
        func rank(_ snapshot: Snapshot) -> (Int, String) {
            switch snapshot.references.first {
            case Self.main?: (0, "")
            case let name?: (1, name)
            case nil: (2, snapshot.commit)
            }
        }
        return all.sorted { rank($0) < rank($1) }
    }

    package static let main = "main"

    /// The files of a branch, a tag, or a commit by its hash or by the start of it that no other shares.
    package func snapshot(of revision: String) -> Snapshot? {
        let all = snapshots
        if let named = all.first(where: { $0.references.contains(revision) || $0.commit == revision }) {
            return named
        }
        guard revision.utf8.count >= Self.shortestHash else { return nil }
        let fitting = all.filter { $0.commit.hasPrefix(revision.lowercased()) }
        return fitting.count == 1 ? fitting[0] : nil
    }

    private static let shortestHash = 7

    /// Branches and tags with their commits: files, some of them in folders (`refs/pr/1`).
    private var references: [(name: String, commit: String)] {
        let root = folder.appendingPathComponent("refs")
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
        return names.compactMap { name in
            let file = root.appendingPathComponent(name)
            guard let status = SystemCall.status(file.path), SystemCall.isRegular(status),
                status.st_size <= Self.longestReference,
                let text = try? RegularFile.text(file)
            else { return nil }
            return (name, text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private static let longestReference = 1024

    /// The command that fetches what is missing of the snapshot that a file would belong to; nil for a path
    /// elsewhere.
    package static func completion(ofMissing path: String) -> String? {
        let snapshot = URL(fileURLWithPath: path).deletingLastPathComponent()
        let snapshots = snapshot.deletingLastPathComponent()
        guard snapshots.lastPathComponent == "snapshots" else { return nil }
        let repository = CachedRepository(folder: snapshots.deletingLastPathComponent())
        guard let id = repository.id else { return nil }
        let found = repository.snapshots.first { $0.commit == snapshot.lastPathComponent }
        guard let found else { return nil }
        let isDefault = found.references.contains(Self.main) && ModelName(id).halfRevision == nil
        let revision = found.references.first ?? found.commit
        return "remedi model download \(id)" + (isDefault ? "" : " --revision \(revision)")
    }
}
