import Foundation

/// A model as the user names it: a folder, a Hugging Face id or one of the short names.
package struct ModelName: Sendable, Equatable {
    /// What the user wrote.
    package let text: String
    /// The short name that experiments and results folders use: `gptj`, or the last part of an id or path.
    package let key: String
    /// The ids under which Hugging Face has it; empty for a path.
    package let ids: [String]

    /// Short names and the ids they stand for.
    package static let shortNames: [(name: String, ids: [String])] = [
        ("gptj", ["EleutherAI/gpt-j-6B", "EleutherAI/gpt-j-6b"]),
        ("neox", ["EleutherAI/gpt-neox-20b"]),
        ("gpt2", ["openai-community/gpt2", "gpt2"]),
        ("gpt2-medium", ["openai-community/gpt2-medium", "gpt2-medium"]),
        ("gpt2-large", ["openai-community/gpt2-large", "gpt2-large"]),
        ("gpt2-xl", ["openai-community/gpt2-xl", "gpt2-xl"]),
        ("smollm2", ["HuggingFaceTB/SmolLM2-135M-Instruct"]),
        (DemoFolder.name, []),
    ]

    package init(_ text: String) {
        self.text = text
        let known = Self.shortNames.first { $0.name == text || $0.ids.contains(text) }
        if let known {
            key = known.name
            ids = known.ids
        } else if text.hasPrefix("pythia-") {
            key = text
            ids = ["EleutherAI/\(text)"]
        } else {
            let parts = text.split(separator: "/").filter { $0 != "." && $0 != ".." }
            key = parts.last.map(String.init) ?? text
            let isPath = text.hasPrefix("/") || text.hasPrefix(".") || text.hasPrefix("~") || parts.count > 2
            ids = isPath || parts.isEmpty ? [] : [text]
        }
    }

    /// What the key of a control model, which has random weights, ends with.
    package static let controlSuffix = "_random"

    /// The control model of this shape: `<models>/<key>_random`.
    package var control: ModelName { ModelName(key + Self.controlSuffix) }

    /// The key of the model whose shape a control model has; the key itself of any other model.
    package var keyWithoutControl: String {
        key.hasSuffix(Self.controlSuffix) ? String(key.dropLast(Self.controlSuffix.count)) : key
    }

    /// Whether it is the model that the program carries inside itself.
    package var isDemo: Bool { text == DemoFolder.name }

    /// Whether it is that model or its control model, which know nothing of the real world.
    package var isOfDemo: Bool { isDemo || text == DemoFolder.name + Self.controlSuffix }

    /// Which of the short names it is, spelled so or as one of the ids that the name stands for; nil for any
    /// other model, whatever its folder or id is called.
    package var shortName: String? {
        Self.shortNames.first { $0.name == text || $0.ids.contains(text) }?.name
    }

    /// Whether it is one of the models that the reference loads in half precision, or the control model of one.
    package var isHalfByDefault: Bool {
        let halves = ["gptj", "neox"]
        return shortName.map(halves.contains) ?? halves.contains { text == $0 + Self.controlSuffix }
    }

    /// The branch that holds it in half precision, where it has one.
    package var halfRevision: String? { shortName == "gptj" ? "float16" : nil }

    /// The folder of an id in Hugging Face's cache.
    static func cacheName(of id: String) -> String {
        "models--" + id.replacingOccurrences(of: "/", with: "--")
    }

    /// Finds the checkpoint's folder: as a path, in the models folder, in Hugging Face's cache.
    /// - Parameter prefersHalf: takes a `float16` revision before `main` where the cache has both.
    /// - Throws: `ExperimentError.modelNotFound` with the places that were searched;
    ///   `LanguageModelError.unwritable` if the program's own cannot be unpacked.
    package func locate(in workplace: Workplace, prefersHalf: Bool = false) throws -> URL {
        if isDemo { return try workplace.demo().model }
        var searched: [String] = []
        var folders = [workplace.resolve(text)]
        for name in [text, key] + ids where !text.hasPrefix("/") && !text.hasPrefix("~") {
            let folder = workplace.models.appendingPathComponent(name).standardizedFileURL
            if !folders.contains(folder) { folders.append(folder) }
        }
        for folder in folders {
            if Workplace.isFolder(folder) { return folder }
            searched.append(folder.path)
        }
        for id in ids {
            let cached = workplace.hubCache.appendingPathComponent(Self.cacheName(of: id))
            if let snapshot = Self.snapshot(in: cached, prefersHalf: prefersHalf) { return snapshot }
            searched.append(cached.path)
        }
        throw ExperimentError.modelNotFound(
            name: text, searched: searched, nearest: nearest(in: workplace))
    }

    /// A short name, a model in the models folder or a folder that may have been meant.
    private func nearest(in workplace: Workplace) -> String? {
        let names = Self.shortNames.map(\.name)
        if names.contains(text) { return nil }
        return Spelling.nearest(to: text, among: names)
            ?? workplace.nearest(to: text, orIn: [workplace.models])
    }

    /// The snapshot that a branch of the cached repository names.
    private static func snapshot(in repository: URL, prefersHalf: Bool) -> URL? {
        let references = repository.appendingPathComponent("refs")
        let snapshots = repository.appendingPathComponent("snapshots")
        let found = (try? FileManager.default.contentsOfDirectory(atPath: references.path)) ?? []
        let order = (prefersHalf ? ["float16", "main"] : ["main", "float16"]) + found.sorted()
        for name in order {
            let file = references.appendingPathComponent(name)
            guard let commit = try? String(contentsOf: file, encoding: .utf8) else { continue }
            let hash = commit.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !hash.isEmpty, !hash.contains("/"), !hash.hasPrefix(".") else { continue }
            let snapshot = snapshots.appendingPathComponent(hash)
            if Workplace.isFolder(snapshot) { return snapshot }
        }
        return nil
    }
}
