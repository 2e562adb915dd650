import Foundation
import LanguageModels

extension StoredRun {
    /// The contents of a folder that could be results.
    struct Contents {
        /// The experiment's folder, which holds the manifest.
        var root: URL
        var files: [(url: URL, place: ResultPlace)] = []
        var editors: [(folder: URL, type: String, layer: Int)] = []
    }

    private static let baselines = Baselines.all.map(\.name)
    private static let settings = ["contextual", "decontextual"]

    static func scan(_ folder: URL) throws -> Contents {
        if let condition = condition(of: folder) {
            var contents = Contents(root: condition.root)
            try add(condition.place, in: folder, to: &contents)
            return contents
        }
        var contents = Contents(root: folder)
        try addConditions(of: folder, setting: nil, to: &contents)
        for setting in settings {
            let inner = folder.appendingPathComponent(setting)
            guard Self.isFolder(inner) else { continue }
            try addConditions(of: inner, setting: setting, to: &contents)
        }
        return contents
    }

    /// Whether a folder is that of one editor or baseline inside an experiment's, and which.
    private static func condition(of folder: URL) -> (place: ResultPlace, root: URL)? {
        let parent = folder.deletingLastPathComponent()
        var place: ResultPlace
        var root: URL
        let name = folder.lastPathComponent
        if baselines.contains(name) {
            place = ResultPlace(benchmark: "", condition: name, layer: nil)
            root = parent
        } else if let layer = ResultPlace.layer(name), EditorType(rawValue: parent.lastPathComponent) != nil {
            place = ResultPlace(benchmark: "", condition: parent.lastPathComponent, layer: layer)
            root = parent.deletingLastPathComponent()
        } else {
            return nil
        }
        if settings.contains(root.lastPathComponent) {
            place.setting = root.lastPathComponent
            root = root.deletingLastPathComponent()
        }
        return (place, root)
    }

    /// Baselines and editors below `folder`, and files that stand there themselves.
    private static func addConditions(of folder: URL, setting: String?, to contents: inout Contents) throws {
        func place(_ condition: String, _ layer: Int? = nil) -> ResultPlace {
            var place = ResultPlace(benchmark: "", condition: condition, layer: layer)
            place.setting = setting
            return place
        }
        try add(place(Baseline.unedited.name), in: folder, to: &contents)
        for name in baselines {
            let inner = folder.appendingPathComponent(name)
            if Self.isFolder(inner) { try add(place(name), in: inner, to: &contents) }
        }
        for type in EditorType.allCases {
            let inner = folder.appendingPathComponent(type.rawValue)
            guard Self.isFolder(inner) else { continue }
            for entry in try entries(of: inner) where Self.isFolder(entry) {
                guard let layer = ResultPlace.layer(entry.lastPathComponent) else { continue }
                contents.editors.append((entry, type.rawValue, layer))
                try add(place(type.rawValue, layer), in: entry, to: &contents)
            }
        }
    }

    /// The result files in `folder`.
    private static func add(_ place: ResultPlace, in folder: URL, to contents: inout Contents) throws {
        for entry in try entries(of: folder) where entry.pathExtension == "json" {
            let name = entry.deletingPathExtension().lastPathComponent
            let others = ["manifest", "experiment", "config"] + Measures.all.flatMap(\.sideFiles)
            if others.contains(name) || name.hasPrefix("args-") || name.hasSuffix("_metrics") { continue }
            var place = place
            place.name(from: name)
            if isResult(entry, place) { contents.files.append((entry, place)) }
        }
    }

    /// Files of other names than the benchmarks' are results only if they look like one; those that are named
    /// like one are read, and found faulty if they are.
    private static func isResult(_ file: URL, _ place: ResultPlace) -> Bool {
        if place.isKnown { return true }
        guard let json = try? StoredResult.read(file) else { return false }
        return json["samples"]?.array != nil && json["metrics"]?.object != nil
    }
}
