import Foundation
import LanguageModels

/// One repository in the cache that Hugging Face's tools share: contents in `blobs` under their checksums,
/// commits in `snapshots` as links to them, and in `refs` the commits that branches stand for.
struct HubCache {
    private let repository: URL

    init(_ workplace: Workplace, id: String) {
        repository = workplace.hubCache.appendingPathComponent(ModelName.cacheName(of: id))
    }

    func blob(_ file: Hub.File) -> URL { repository.appendingPathComponent("blobs/" + file.blob) }

    func snapshot(_ commit: String) -> URL { repository.appendingPathComponent("snapshots/" + commit) }

    /// Whether the content is there already.
    func has(_ file: Hub.File) -> Bool {
        guard let status = SystemCall.status(blob(file).path), SystemCall.isRegular(status) else {
            return false
        }
        return file.size.map { $0 == Int(status.st_size) } ?? true
    }

    /// Whether the commit's folder leads to every file.
    func isComplete(_ listing: Hub.Listing, _ files: [Hub.File]) -> Bool {
        let folder = snapshot(listing.commit)
        return files.allSatisfy { file in
            has(file) && SystemCall.status(folder.appendingPathComponent(file.path).path) != nil
        }
    }

    /// Puts links to the contents, which must all be there, into the commit's folder and lets the branch
    /// stand for it.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    func publish(_ listing: Hub.Listing, _ files: [Hub.File], revision: String) throws {
        for file in files {
            let link = snapshot(listing.commit).appendingPathComponent(file.path)
            try AtomicFile.makeFolder(link.deletingLastPathComponent())
            let depth = file.path.split(separator: "/").count + 1
            let target = String(repeating: "../", count: depth) + "blobs/" + file.blob
            _ = unlink(link.path)
            guard symlink(target, link.path) == 0 else {
                throw LanguageModelError.unwritable(path: link.path, reason: SystemCall.failure)
            }
        }
        if revision != listing.commit {
            try AtomicFile.write(
                listing.commit, to: repository.appendingPathComponent("refs/" + revision))
        }
    }
}
