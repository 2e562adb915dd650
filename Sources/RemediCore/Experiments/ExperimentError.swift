/// A named experiment that is not there, is malformed, or lacks what it needs.  Cases carry facts; the binary
/// words them.
package enum ExperimentError: Error, Equatable, Sendable {
    /// A configuration file that is not JSON; `line` counts from 1.
    case syntax(path: String, line: Int, reason: String)
    /// A group that is one of its own members.
    case namesItself(group: String)
    /// No configuration of this name; `folders` are those that were searched.
    /// `nearest` are names that may have been meant.
    case unknownExperiment(name: String, nearest: [String], folders: [String])
    /// The folders that were searched hold no configuration at all.
    case noExperiments(folders: [String])
    /// What an experiment needs is not there; `commands` make it, where it is known which.
    case dependenciesMissing(experiment: String, needed: [ExperimentDependency], commands: [String])
    /// A named evaluation finds no editors where its training stores them; `command` trains them first.
    case editorsNotTrained(path: String, command: String)
}
