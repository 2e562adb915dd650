/// What can be wrong with a named experiment, a configuration file or a place on disk.  Cases carry facts;
/// the binary words them.
package enum ExperimentError: Error, Equatable, Sendable {
    /// A configuration file that is not JSON; `line` counts from 1.
    case syntax(path: String, line: Int, reason: String)
    /// A file or folder that cannot be read; `reason` is the system's message.
    case unreadable(path: String, reason: String)
    /// A file or folder that cannot be written or removed; `reason` is the system's message.
    case unwritable(path: String, reason: String)
    case unknownKey(path: String, key: String, nearest: String?)
    case missingKey(path: String, key: String)
    case invalidValue(path: String, key: String, problem: InvalidValue)
    /// Two settings, each with its value, of which one forbids the other.
    case exclusiveSettings(String, String)
    /// A group that is one of its own members.
    case namesItself(group: String)
    /// No configuration of this name; `folders` are those that were searched.
    /// `nearest` are names that may have been meant.
    case unknownExperiment(name: String, nearest: [String], folders: [String])
    /// The folders that were searched hold no configuration at all.
    case noExperiments(folders: [String])
    /// A name that would leave the results folder, or is none.
    case unusableFolderName(name: String)
    /// A name for a file of options that is no plain `*.json`, or that another file has.
    case unusableFileName(name: String)
    /// A folder that holds something else than results and is therefore not removed.
    case notAResultsFolder(path: String, foreign: String)
    /// What an experiment needs is not there; `commands` make it, where it is known which.
    case dependenciesMissing(experiment: String, needed: [ExperimentDependency], commands: [String])
    /// A named evaluation finds no editors where its training stores them; `command` trains them first.
    case editorsNotTrained(path: String, command: String)
    /// A file or folder that a user named; `nearest` is one that may have been meant.
    case pathNotFound(path: String, nearest: String?)
    case modelNotFound(name: String, searched: [String], nearest: String?)
    /// The cache has a model, but not at this revision; `found` names those that it has.
    case revisionNotFound(name: String, revision: String, found: [String])
    /// A revision of a model that is a folder.
    case folderWithRevision(path: String, revision: String)
    case dataFileNotFound(dataset: DatasetName, searched: [String])
}

/// A value that is not what an option or a configuration key takes.
package struct InvalidValue: Error, Equatable, Sendable {
    package var found: String
    package var expectation: Expectation

    package init(found: String, expectation: Expectation) {
        self.found = found
        self.expectation = expectation
    }
}

/// What a value must be.
package enum Expectation: Error, Equatable, Sendable {
    /// Bounds are part of the range.
    case integer(minimum: Int, maximum: Int)
    /// Bounds are part of the range.
    case number(minimum: Double, maximum: Double)
    /// What starts random numbers: 64 bits.
    case seed
    case boolean
    case choice([String])
    case text
    /// A folder's name where files are made for several layers.
    case folderForLayers
    /// A file's plain name, which leads to no other folder and does not have this ending.
    case fileName(notEndingIn: String)
    /// Text without line breaks and other control characters.
    case line
    /// A number of bytes such as 512M or 2G.
    case size
    /// `all` or one or more block numbers.
    case layers
    /// `auto`, `cpu`, `cuda` or `cuda:N`.
    case device
    case list
    /// Exactly two values.
    case pair
    case object
    /// A name, an equals sign and a value.
    case assignment
    /// Minutes, hours or days as Slurm counts them.
    case timeLimit
    /// An option of Slurm's sbatch.
    case sbatchOption
    /// What jobs wait for, all of it.
    case jointDependency
    /// The signal that a batch script hears, and how long before the time limit.
    case batchSignal
}
