import Foundation
import LanguageModels

/// A model as the user names it: a folder, a Hugging Face id or one of the short names; of the latter two also
/// a revision, as in `EleutherAI/pythia-70m@step1000`.
package struct ModelName: Sendable, Equatable {
    /// The name as the user wrote it.
    package let text: String
    /// The short name that experiments know: `gptj`, or the last part of an id or path.
    package let key: String
    /// The branch, tag or commit that the user asked for; nil: `main`, or what `locate` prefers.
    package let revision: String?
    /// The GGUF file in a repository of Hugging Face's, as in `owner/model:FILE.gguf`.
    package let file: String?
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
        let (whole, file) = Self.file(in: text)
        let (name, revision) = Self.parts(of: whole)
        self.revision = revision
        self.file = file
        let known = Self.shortNames.first { $0.name == name || $0.ids.contains(name) }
        if let known {
            key = known.name
            ids = known.ids
        } else if name.hasPrefix("pythia-") {
            key = name
            ids = ["EleutherAI/\(name)"]
        } else {
            let parts = name.split(separator: "/").filter { $0 != "." && $0 != ".." }
            let last = file ?? parts.last.map(String.init) ?? name
            key = last.hasSuffix(Self.fileSuffix) ? String(last.dropLast(Self.fileSuffix.count)) : last
            ids = Self.isPath(name) || parts.isEmpty ? [] : [name]
        }
    }

    private static let fileSuffix = ".gguf"

    /// A repository's name and the GGUF file in it that is meant; paths have no such files.
    private static func file(in text: String) -> (name: String, file: String?) {
        guard text.hasSuffix(fileSuffix), !isPath(text), let mark = text.lastIndex(of: ":") else {
            return (text, nil)
        }
        return (String(text[..<mark]), String(text[text.index(after: mark)...]))
    }

    /// A name and what follows its first `@`; paths have no revisions.
    private static func parts(of text: String) -> (name: String, revision: String?) {
        guard let mark = text.firstIndex(of: "@") else { return (text, nil) }
        let name = String(text[..<mark])
        let revision = String(text[text.index(after: mark)...])
        return name.isEmpty || revision.isEmpty || isPath(name) ? (text, nil) : (name, revision)
    }

    private static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") || text.hasPrefix(".") || text.hasPrefix("~")
            || text.split(separator: "/").count { $0 != "." && $0 != ".." } > 2
    }

    /// The name without its revision.
    package var textWithoutRevision: String { Self.parts(of: Self.file(in: text).name).name }

    /// The key with the revision, as folders of results and of imported models are called.
    package var folderName: String {
        key + (revision.map { "@" + $0.replacing("/", with: "-") } ?? "")
    }

    /// The ending of the key of a control model, which has random weights.
    package static let controlSuffix = "_random"

    /// The control model of this shape: `<models>/<key>_random`.
    /// All revisions share it.
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
        let name = textWithoutRevision
        return Self.shortNames.first { $0.name == name || $0.ids.contains(name) }?.name
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
    ///
    /// A revision is looked for in the cache only.
    /// - Parameter prefersHalf: of a model that has a branch in half precision, takes it before `main`.
    /// - Throws: `PlaceError.modelNotFound` with the places that were searched; `.revisionNotFound` where
    ///   the cache has other revisions only; `.folderWithRevision`; `LanguageModelError.unwritable` if the
    ///   program's own cannot be unpacked.
    package func locate(in workplace: Workplace, prefersHalf: Bool = false) throws -> URL {
        if isDemo { return try workplace.demo().model }
        var searched: [String] = []
        var folders = [workplace.resolve(text)]
        for name in revision == nil ? [text, key] + ids : [text]
        where !text.hasPrefix("/") && !text.hasPrefix("~") {
            let folder = workplace.models.appendingPathComponent(name).standardizedFileURL
            if !folders.contains(folder) { folders.append(folder) }
        }
        for folder in folders {
            if Workplace.isFolder(folder) || GGUFFile.isOne(folder) { return folder }
            searched.append(folder.path)
        }
        var others: (id: String, snapshots: [CachedRepository.Snapshot])?
        for id in ids {
            let cached = CachedRepository(id: id, in: workplace)
            for wanted in revisions(prefersHalf: prefersHalf) {
                guard let snapshot = cached.snapshot(of: wanted) else { continue }
                guard let file else { return snapshot.folder }
                let place = snapshot.folder.appendingPathComponent(file)
                if GGUFFile.isOne(place) { return place }
            }
            searched.append(cached.folder.path)
            let found = cached.snapshots
            if others == nil, !found.isEmpty { others = (id, found) }
        }
        if let others {
            throw PlaceError.revisionNotFound(
                name: textWithoutRevision, revision: revision ?? CachedRepository.main,
                found: others.snapshots.map { "\(others.id)@\($0.revision)" })
        }
        if let mark = text.lastIndex(of: "@"), Workplace.isFolder(workplace.resolve(String(text[..<mark]))) {
            throw PlaceError.folderWithRevision(
                path: String(text[..<mark]), revision: String(text[text.index(after: mark)...]))
        }
        throw PlaceError.modelNotFound(
            name: text, searched: searched, nearest: nearest(in: workplace))
    }

    /// A short name, a model in the models folder or a folder that may have been meant.
    private func nearest(in workplace: Workplace) -> String? {
        let names = Self.shortNames.map(\.name)
        if names.contains(text) { return nil }
        return Spelling.nearest(to: text, among: names)
            ?? workplace.nearest(to: text, orIn: [workplace.models])
    }

    /// The revisions that the name can stand for, in order of preference.
    private func revisions(prefersHalf: Bool) -> [String] {
        if let revision { return [revision] }
        guard let halfRevision else { return [CachedRepository.main] }
        return prefersHalf ? [halfRevision, CachedRepository.main] : [CachedRepository.main, halfRevision]
    }
}

extension String {
    /// The revision in a model's name; one that is set is added to it.
    package var modelRevision: String? {
        get { ModelName(self).revision }
        set {
            guard let newValue, newValue != modelRevision else { return }
            let file = ModelName(self).file.map { ":" + $0 } ?? ""
            self = dropLast(file.count) + "@" + newValue + file
        }
    }
}

extension Optional<String> {
    /// The same of a name that may be missing.
    package var modelRevision: String? {
        get { self?.modelRevision }
        set { self?.modelRevision = newValue }
    }
}
