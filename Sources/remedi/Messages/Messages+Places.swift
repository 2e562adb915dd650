import LanguageModels
import RemediCore

extension Messages {
    static func words(_ error: PlaceError) -> String {
        switch error {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .unusableFolderName(let name): "'\(name)' cannot be the name of a results folder"
        case .unusableFileName(let name):
            "'\(name)' cannot be the name of the file for the options: take one such as mine.json"
        case .notAResultsFolder(let path, let foreign):
            "\(path) is not removed, because it is or holds something else than results: \(foreign)"
        case .pathNotFound(let path, let nearest): "there is no \(path)" + suggestion(nearest)
        case .modelNotFound(let name, _, let nearest?): "there is no model '\(name)'" + suggestion(nearest)
        case .modelNotFound(let name, let searched, nil):
            "there is no model '\(name)'; looked for \(searched.joined(separator: ", "))"
                + (ModelName(name).ids.isEmpty ? "" : "; 'remedi model download \(name)' fetches it")
        case .revisionNotFound(let name, let revision, let found):
            "the cache has no revision '\(revision)' of \(name), only \(found.joined(separator: ", ")), which must"
                + " be named so; 'remedi model download \(name)\(revision == "main" ? "" : "@" + revision)' fetches it"
        case .folderWithRevision(let path, let revision):
            "\(path) is a folder, of which there is no revision '\(revision)'"
        case .dataFileNotFound(let dataset, let searched):
            "there is no file for \(dataset.rawValue); looked for \(searched.joined(separator: ", "))"
                + " (name one with --dataset-file); 'remedi data download \(dataset.rawValue)' "
                + (dataset.form.file.advice == nil ? "fetches the data set" : "says how to come by it")
        }
    }
}
