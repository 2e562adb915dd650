import Foundation
import LanguageModels

/// The checkpoints that are here: in the models folder and in the cache of Hugging Face's tools.
package enum ModelInventory {
    /// One checkpoint, as far as it can be read.
    package struct Entry: Sendable {
        /// As `--model` takes it.
        package let name: String
        package let folder: URL
        /// Its branches and tags, for what is stored in the cache.
        package var references: [String] = []
        /// Its commit, for what is stored in the cache.
        package var commit: String?
        package let summary: ModelSummary?
        /// `model_type`, also of models that cannot be read.
        package let family: String?
        /// Why it cannot be used; nil if it can.
        package fileprivate(set) var problem: (any Error)?
        /// Bytes of the files.
        package let byteCount: Int
    }

    /// The model that the program has inside, unpacked.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package static func demo(in workplace: Workplace) throws -> Entry {
        entry(DemoFolder.name, try workplace.demo().model)
    }

    /// Those of the models folder first, then those of the cache, each sorted by name.
    package static func entries(in workplace: Workplace) -> [Entry] {
        inFolder(workplace.models) + inCache(workplace.hubCache)
    }

    private static func inFolder(_ models: URL) -> [Entry] {
        names(in: models).flatMap { name -> [Entry] in
            let folder = models.appendingPathComponent(name)
            if isCheckpoint(folder) { return [entry(name, folder)] }
            return names(in: folder).compactMap { inner in
                let nested = folder.appendingPathComponent(inner)
                return isCheckpoint(nested) ? entry("\(name)/\(inner)", nested) : nil
            }
        }
    }

    private static func inCache(_ cache: URL) -> [Entry] {
        names(in: cache).flatMap { name -> [Entry] in
            let repository = CachedRepository(folder: cache.appendingPathComponent(name))
            guard let id = repository.id else { return [] }
            let found = repository.snapshots.flatMap { entries($0, of: id) }
            if !found.isEmpty { return found }
            let blobs = repository.folder.appendingPathComponent("blobs")
            guard names(in: blobs).contains(where: { $0.hasSuffix(".incomplete") }) else { return [] }
            return [
                Entry(
                    name: id, folder: repository.folder, summary: nil, family: nil,
                    problem: UnfinishedDownload(), byteCount: byteCount(of: blobs))
            ]
        }
    }

    /// One commit of a cached repository, named so that `--model` takes it; of one with GGUF files, each of them.
    private static func entries(_ snapshot: CachedRepository.Snapshot, of id: String) -> [Entry] {
        let isMain = snapshot.references.contains(CachedRepository.main)
        let name = isMain ? id : "\(id)@\(snapshot.revision)"
        let files = names(in: snapshot.folder).filter(GGUFPart.isFirst).map { file in
            var entry = entry("\(name):\(file)", snapshot.folder.appendingPathComponent(file))
            entry.references = snapshot.references
            entry.commit = snapshot.commit
            return entry
        }
        return isCheckpoint(snapshot.folder) || files.isEmpty ? [entry(snapshot, name)] + files : files
    }

    private static func entry(_ snapshot: CachedRepository.Snapshot, _ name: String) -> Entry {
        var entry = entry(name, snapshot.folder)
        entry.references = snapshot.references
        entry.commit = snapshot.commit
        let tokenizers = ["tokenizer.json", "vocab.json"].map(snapshot.folder.appendingPathComponent)
        if entry.problem == nil, !tokenizers.contains(where: { SystemCall.status($0.path) != nil }) {
            entry.problem = LanguageModelError.fileMissing(path: tokenizers[0].path)
        }
        return entry
    }

    /// A download that was cut off.
    package struct UnfinishedDownload: Error {
        package init() {}
    }

    private static func entry(_ name: String, _ folder: URL) -> Entry {
        var summary: ModelSummary?
        var problem: (any Error)?
        var family: String?
        do {
            family = ModelFamilies.modelType(of: try Checkpoint.configurationReader(of: folder))
            summary = try ModelSummary(Checkpoint.open(folder))
        } catch {
            problem = error
        }
        return Entry(
            name: name, folder: folder, summary: summary, family: family, problem: problem,
            byteCount: byteCount(of: folder))
    }

    /// Whether it is a folder with a configuration or a GGUF file, of several parts the first.
    private static func isCheckpoint(_ place: URL) -> Bool {
        if SystemCall.status(place.appendingPathComponent("config.json").path) != nil { return true }
        let isFile = SystemCall.status(place.path).map(SystemCall.isRegular) ?? false
        return isFile && GGUFPart.isFirst(place.lastPathComponent)
    }

    /// The entries of a folder, sorted; none if there is no such folder.
    private static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    /// Of a folder's files, or of a GGUF file with its other parts.
    private static func byteCount(of place: URL) -> Int {
        let isFile = SystemCall.status(place.path).map(SystemCall.isRegular) ?? false
        let folder = isFile ? place.deletingLastPathComponent() : place
        let names = names(in: folder).filter { name in
            !isFile || GGUFPart.areOfOneModel(name, place.lastPathComponent)
        }
        return names.reduce(0) { sum, name in
            let status = SystemCall.status(folder.appendingPathComponent(name).path)
            return sum + (status.map { SystemCall.isRegular($0) ? Int($0.st_size) : 0 } ?? 0)
        }
    }
}
