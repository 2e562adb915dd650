/// A name, file or folder that leads nowhere or cannot be used.  Cases carry facts; the binary words them.
package enum PlaceError: Error, Equatable, Sendable {
    /// A file or folder that cannot be read; `reason` is the system's message.
    case unreadable(path: String, reason: String)
    /// A file or folder that cannot be written or removed; `reason` is the system's message.
    case unwritable(path: String, reason: String)
    /// A name that would leave the results folder, or is none.
    case unusableFolderName(name: String)
    /// A name for a file of options that is no plain `*.json`, or that another file has.
    case unusableFileName(name: String)
    /// A folder that holds something else than results and is therefore not removed.
    case notAResultsFolder(path: String, foreign: String)
    /// A file or folder that a user named; `nearest` is one that may have been meant.
    case pathNotFound(path: String, nearest: String?)
    case modelNotFound(name: String, searched: [String], nearest: String?)
    /// The cache has a model, but not at this revision; `found` names those that it has.
    case revisionNotFound(name: String, revision: String, found: [String])
    /// A revision of a model that is a folder.
    case folderWithRevision(path: String, revision: String)
    case dataFileNotFound(dataset: DatasetName, searched: [String])
}
