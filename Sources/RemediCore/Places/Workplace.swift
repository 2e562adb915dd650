import Foundation
import LanguageModels

/// Where data sets, models, results and configurations lie: what the environment and the working folder say.
package struct Workplace: Sendable {
    package let environment: [String: String]
    package let workingFolder: URL
    /// The running program, by which the package's own Configs are found; nil in tests.
    package let executable: URL?

    package init(environment: [String: String], workingFolder: URL, executable: URL? = nil) {
        self.environment = environment
        self.workingFolder = workingFolder
        self.executable = executable
    }

    package var data: URL { folder("DATA", default: "data") }
    package var models: URL { folder("MODELS", default: "models") }

    /// `REMEDI_<NAME>_DIR`, else the reference's `CM_<NAME>_DIR`, else a folder in the working folder.
    private func folder(_ name: String, default fallback: String) -> URL {
        resolve(named(name) ?? fallback)
    }

    func named(_ name: String) -> String? { value("REMEDI_\(name)_DIR") ?? value("CM_\(name)_DIR") }

    /// Where named experiments are looked for, in order: `REMEDI_CONFIGS`, `Configs` in the working folder,
    /// `Configs` of the package that holds the program, `share/remedi/Configs` beside the program's folder where
    /// it is installed.
    package var configurations: [URL] {
        var folders = value("REMEDI_CONFIGS").map { [resolve($0)] } ?? []
        let own = workingFolder.appendingPathComponent("Configs")
        if !folders.contains(where: { $0.path == own.path }) { folders.append(own) }
        var place = executable?.deletingLastPathComponent()
        while let folder = place, folder.path != "/" {
            let candidate = folder.appendingPathComponent("Configs")
            let manifest = folder.appendingPathComponent("Package.swift").path
            if Self.isFolder(candidate), FileManager.default.fileExists(atPath: manifest) {
                if !folders.contains(where: { $0.path == candidate.path }) { folders.append(candidate) }
                break
            }
            place = folder.deletingLastPathComponent()
        }
        let installed = executable?.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("share/remedi/Configs")
        if let installed, Self.isFolder(installed) { folders.append(installed) }
        return folders
    }

    /// The folder in which Hugging Face's tools keep what they downloaded.
    package var hubCache: URL {
        if let cache = value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE") { return resolve(cache) }
        return hubHome.appendingPathComponent("hub")
    }

    /// The folder of Hugging Face's tools.
    package var hubHome: URL {
        if let home = value("HF_HOME") { return resolve(home) }
        return userCache.appendingPathComponent("huggingface")
    }

    /// Where the program keeps what it can make again but not beside the data.
    package var cache: URL { userCache.appendingPathComponent("remedi") }

    /// Where it is remembered what was found in weights that were read once.
    package var fingerprints: FingerprintMemory {
        FingerprintMemory(folder: cache.appendingPathComponent("fingerprints"))
    }

    private var userCache: URL {
        resolve(value("XDG_CACHE_HOME") ?? (value("HOME") ?? "~") + "/.cache")
    }

    /// A path as the user wrote it; `~` stands for the home folder.
    package func resolve(_ path: String) -> URL {
        var path = path
        if path == "~" || path.hasPrefix("~/"), let home = value("HOME") { path = home + path.dropFirst() }
        if !path.hasPrefix("/") { path = workingFolder.path + "/" + path }
        return URL(fileURLWithPath: path).standardizedFileURL
    }

    static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// A variable of the environment; empty ones are none.
    package func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
