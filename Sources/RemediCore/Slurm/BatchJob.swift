import Foundation

/// One job: a command of the program, or the same for several layers.
package struct BatchJob: Sendable, Equatable {
    /// For people, and of its files: `train.counterfact`.
    package var name: String
    /// The words after the program's name.
    package var words: [String]
    /// The layers of an array of jobs, each of which gets one with `--layers`; empty for a single job.
    package var layers: [Int] = []
    /// The places of the jobs that must have succeeded before.
    package var after: [Int] = []
    /// Where script, log and record lie.
    package var folder: URL
    /// Bytes of memory that it takes; nil where that is not known.
    package var memory: Int?

    package init(name: String, words: [String], folder: URL) {
        self.name = name
        self.words = words
        self.folder = folder
    }

    /// Its script, as long as it has no number.
    package var script: URL { script(number: name) }

    /// Its script beside its log.
    package func script(number: String) -> URL {
        folder.appendingPathComponent("\(Self.filePrefix)\(number).sh")
    }

    /// Where its outputs are written; of an array, with a star for each task's layer.
    package func log(number: String) -> String {
        folder.path + "/" + Self.filePrefix + number + (layers.isEmpty ? "" : "_*") + ".log"
    }

    /// The beginning of the names of a job's files.
    package static let filePrefix = "slurm-"

    /// Whether scripts, logs and records have such names.
    package static func isFile(_ name: String) -> Bool {
        name.hasPrefix(filePrefix) && (name.hasSuffix(".sh") || name.hasSuffix(".log"))
            || name == SubmittedJobs.fileName
    }
}
