import Foundation
import LanguageModels

extension ResultsFolder {
    /// Removes the folder with everything in it, provided that it lies in the results folder, not through a
    /// link, and holds nothing but files that runs write.
    /// - Parameter needed: files and folders that the run reads; neither they nor parts of them are removed.
    /// - Throws: `PlaceError.notAResultsFolder`, naming the first file that is something else.
    package func clear(workingFolder: URL, keeping needed: [URL] = []) throws {
        guard Workplace.isFolder(url) else { return }
        let real = url.resolvingSymlinksInPath().path
        guard real == results.resolvingSymlinksInPath().appendingPathComponent(experiment).path else {
            throw PlaceError.notAResultsFolder(path: url.path, foreign: "a symbolic link")
        }
        if Self.holds(real, workingFolder) {
            throw PlaceError.notAResultsFolder(path: url.path, foreign: "the working folder")
        }
        for folder in needed where Self.holds(real, folder) || Self.holds(folder.path, url) {
            throw PlaceError.notAResultsFolder(
                path: url.path, foreign: "\(folder.path), which this run reads")
        }
        if let foreign = try foreignFile() {
            throw PlaceError.notAResultsFolder(path: url.path, foreign: foreign)
        }
        let locks = try locks()
        defer { withExtendedLifetime(locks) {} }
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            throw PlaceError.unwritable(path: url.path, reason: error.localizedDescription)
        }
    }

    private static func holds(_ folder: String, _ inner: URL) -> Bool {
        let folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        return (inner.resolvingSymlinksInPath().path + "/").hasPrefix(folder + "/")
    }

    /// Holds every folder that a run once locked.
    ///
    /// - Throws: `LanguageModelError.locked` if a run is at work.
    private func locks() throws -> [FolderLock] {
        try names().filter { ($0 as NSString).lastPathComponent == FolderLock.fileName }.map {
            try FolderLock(folder: url.appendingPathComponent($0).deletingLastPathComponent())
        }
    }

    /// Everything below the folder.
    private func names() throws -> [String] {
        do {
            return try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
        } catch {
            throw PlaceError.unreadable(path: url.path, reason: error.localizedDescription)
        }
    }

    /// The first file below the folder that no run writes.
    private func foreignFile() throws -> String? {
        try names().first { name in
            let item = url.appendingPathComponent(name)
            let type =
                try? FileManager.default.attributesOfItem(atPath: item.path)[.type] as? FileAttributeType
            return type != .typeDirectory && !(type == .typeRegular && Self.isResult(item))
        }
    }

    /// Files that runs write, besides the options and those of benchmarks.
    static let ownNames: Set<String> = [
        FolderLock.fileName, "experiment.json", "manifest.json", "metrics.jsonl", "checkpoint.safetensors",
        "weights.safetensors", "weights.pth", "normalizer.safetensors", "dump.safetensors", "dump.pth",
    ]

    /// Whether a run writes files of this name, or it holds a run's options under a name of the user's.
    private static func isResult(_ file: URL) -> Bool {
        let name = file.lastPathComponent
        let isTemporary = name.hasPrefix(".") && name.hasSuffix(".tmp")
        if isTemporary || ownNames.contains(name) || BatchJob.isFile(name) { return true }
        if name.hasSuffix(CaseJournal.suffix) || name.hasSuffix(StateFile.suffix) { return true }
        guard file.pathExtension == "json" else { return false }
        let stem = file.deletingPathExtension().lastPathComponent
        return Measures.writes(stem) || name == StoredSweep.fileName || stem.hasPrefix("args-")
            || holdsArguments(file)
    }

    private static func holdsArguments(_ file: URL) -> Bool {
        guard let data = try? RegularFile.data(file), let object = try? JSONValue(parsing: data) else {
            return false
        }
        return object["experiment_name"] != nil && object["args_file_name"] != nil
    }

    /// Refuses a name for the options' file that leads out of the folder or is that of a result.
    ///
    /// - Throws: `PlaceError.unusableFileName`.
    package static func checkArgumentsFileName(_ name: String) throws {
        let isPlain = !name.contains("/") && !name.contains("\0") && name != "." && name != ".."
        guard isPlain, name.hasSuffix(".json"), !ownNames.contains(name) else {
            throw PlaceError.unusableFileName(name: name)
        }
    }
}
