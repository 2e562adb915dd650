import Foundation

extension Workplace {
    /// The folder for results: the one that the environment names, else `results` in the working folder.  Where
    /// there is none and the working folder takes none, `remedi/results` among what programs keep for the user,
    /// or in a temporary folder; the same place every time.
    package var results: URL { namedResults ?? resultsElsewhere ?? usualResults }

    private var namedResults: URL? { named("RESULTS").map(resolve) }

    private var usualResults: URL { resolve("results") }

    /// Where results go because the working folder takes none; nil if nothing has to go elsewhere, or can.
    package var resultsElsewhere: URL? {
        if namedResults != nil || FileManager.default.fileExists(atPath: usualResults.path) { return nil }
        if Self.takesFiles(workingFolder) { return nil }
        let kept = (value("XDG_STATE_HOME") ?? value("HOME").map { $0 + "/.local/state" }).map(resolve)
        let temporary = temporaryFolders.map { $0.appendingPathComponent("remedi-\(getuid())") }
        return ([kept].compactMap { $0?.appendingPathComponent("remedi") } + temporary)
            .first(where: Self.takesFiles)?.appendingPathComponent("results")
    }

    /// The same with all results in `folder`.
    package func withResults(in folder: URL) -> Workplace {
        Workplace(
            environment: environment.merging(["REMEDI_RESULTS_DIR": folder.path]) { $1 },
            workingFolder: workingFolder, executable: executable)
    }

    /// Folders for what need not be kept, the one that the environment names first.
    var temporaryFolders: [URL] {
        ([value("TMPDIR")].compactMap { $0 } + ["/tmp", "/var/tmp", "/dev/shm"]).map(resolve)
    }

    /// Whether files can be written at `folder`, or where it is missing in the first folder above it that is
    /// there; what is not a folder takes none.
    private static func takesFiles(_ folder: URL) -> Bool {
        var place = folder
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
            place = place.deletingLastPathComponent()
        }
        return isFolder(place) && faccessat(AT_FDCWD, place.path, W_OK, AT_EACCESS) == 0
    }
}
