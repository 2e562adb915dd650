import Foundation
import LanguageModels

/// Fetches a checkpoint from a hub.
package struct ModelDownload: Sendable {
    package let name: ModelName
    /// A branch, tag or commit.
    package let revision: String
    /// A plain folder for the files; nil: the cache that Hugging Face's tools share.
    package let folder: URL?
    private let hub: Hub
    private let workplace: Workplace

    /// So many files at a time.
    private static let connections = 4

    /// The outcome.
    package struct Outcome: Sendable, Equatable {
        /// The model's folder, or the GGUF file that was asked for.
        package let folder: URL
        /// Whether it was there already.
        package let wasThere: Bool
    }

    /// - Parameters:
    ///   - revision: nil: the name's own, or `main`, or the branch of half precision where that is preferred
    ///     and there is one.
    /// - Throws: `DownloadError.notAnId`, `.unusableToken`.
    package init(
        _ name: ModelName, revision: String?, prefersHalf: Bool, folder: URL?, in workplace: Workplace
    ) throws {
        let revision = revision ?? name.revision
        guard !name.ids.isEmpty, name.ids.allSatisfy(Self.isId), revision.map(Hub.isInside) ?? true else {
            throw DownloadError.notAnId(name: name.text)
        }
        self.name = name
        self.revision = revision ?? (prefersHalf ? name.halfRevision : nil) ?? CachedRepository.main
        self.folder = folder
        self.workplace = workplace
        hub = try Hub(workplace)
    }

    /// One or two names of letters, digits and `-._`.
    private static func isId(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && part != ".."
                    && part.utf8.allSatisfy {
                        Character(UnicodeScalar($0)).isLetter || Character(UnicodeScalar($0)).isNumber
                            || "-._".utf8.contains($0)
                    } && part.utf8.allSatisfy { $0 < 128 }
            }
    }

    /// - Throws: `DownloadError`, `LanguageModelError.unwritable`, `RemediError.interrupted`.
    package func run(with downloader: Downloader) throws -> Outcome {
        guard !hub.isOffline else { throw DownloadError.offline(name: name.text) }
        let (id, listing) = try find(with: downloader)
        let chosen =
            name.file.map { CheckpointSelection.files(of: listing.files, for: $0) }
            ?? CheckpointSelection.files(of: listing.files)
        guard let files = chosen else {
            throw DownloadError.noWeights(name: id, found: listing.files.map(\.path))
        }
        guard let folder else {
            let cache = HubCache(workplace, id: id)
            let outcome = cache.snapshot(listing.commit)
            let wasThere = cache.isComplete(listing, files)
            if !wasThere {
                let missing = files.filter { !cache.has($0) }
                try fetch(missing, of: id, listing.commit, with: downloader) { cache.blob($0) }
            }
            try cache.publish(listing, files, revision: revision)
            return Outcome(folder: place(outcome), wasThere: wasThere)
        }
        func target(_ file: Hub.File) -> URL { folder.appendingPathComponent(file.path) }
        let missing = try files.filter { file in
            try SystemCall.status(target(file).path) == nil || !Self.isRight(target(file), file)
        }
        // The configuration comes last: without it a folder is no checkpoint.
        for isLast in [false, true] {
            let turn = missing.filter { ($0.path == "config.json") == isLast }
            try fetch(turn, of: id, listing.commit, with: downloader, target)
        }
        return Outcome(folder: place(folder), wasThere: missing.isEmpty)
    }

    /// The model in a folder: the GGUF file that was asked for, or all of it.
    private func place(_ folder: URL) -> URL {
        name.file.map { folder.appendingPathComponent($0) } ?? folder
    }

    /// The first of the model's ids that the hub knows.
    private func find(with downloader: Downloader) throws -> (id: String, listing: Hub.Listing) {
        var failure: (any Error)?
        for id in name.ids {
            do {
                return (id, try hub.listing(of: id, revision: revision, with: downloader))
            } catch let error as DownloadError {
                guard case .notFound = error else { throw error }
                failure = failure ?? error
            }
        }
        throw failure ?? DownloadError.notAnId(name: name.text)
    }

    /// Fetches files, some at a time, the largest first.
    private func fetch(
        _ files: [Hub.File], of id: String, _ commit: String, with downloader: Downloader,
        _ place: (Hub.File) -> URL
    ) throws {
        // Two files of one content are one blob in the cache.
        var targets: Set<URL> = []
        let files = files.filter { targets.insert(place($0)).inserted }
        guard !files.isEmpty else { return }
        let jobs = files.sorted { $0.size ?? 0 > $1.size ?? 0 }.map { file in
            (remote: hub.remote(file, of: id, commit: commit), target: place(file))
        }
        let meter = TransferMeter(
            downloader.progress, stage: id, bytes: try size(of: files, id), files: files.count)
        defer { meter.finish() }
        let credentials = hub.credentials
        try Workers.run(jobs.count, threads: Self.connections, stop: { downloader.cancel() }) { index in
            let (remote, target) = jobs[index]
            try downloader.fetch(
                remote, to: target, part: target.appendingPathExtension("incomplete"), keepsUnknown: true,
                credentials: credentials, meter: meter)
            meter.addFile()
        }
    }

    /// Bytes of all the files of known size.
    private func size(of files: [Hub.File], _ id: String) throws -> Int {
        try files.reduce(0) { sum, file in
            let (sum, isTooLarge) = sum.addingReportingOverflow(file.size ?? 0)
            guard !isTooLarge else {
                throw DownloadError.malformed(
                    url: hub.endpoint, reason: "the files of \(id) have no possible size")
            }
            return sum
        }
    }

    private static func isRight(_ url: URL, _ file: Hub.File) throws -> Bool {
        if let size = file.size, try MappedFile(url).byteCount != size { return false }
        return try (file.isLarge ? SHA256.hash(file: url) : SHA1.gitName(ofFile: url)) == file.blob
    }
}
