/// A named experiment that is not there, is malformed, or lacks what it needs.  Cases carry facts; the binary
/// words them.
package enum ExperimentError: Error, Equatable, Sendable {
    /// A configuration file that is not JSON; `line` counts from 1.
    case syntax(path: String, line: Int, reason: String)
    /// A setting that the experiment does not have.
    case unknownSetting(key: String, experiment: String, nearest: String?)
    /// A value that a setting does not take, given instead of the experiment's.
    case invalidOverride(key: String, problem: InvalidValue)
    /// An option that means something else for each experiment of a group.
    case notForGroups(option: String, group: String)
    /// A group that is one of its own members.
    case namesItself(group: String)
    /// No configuration of this name; `folders` are those that were searched.
    /// `nearest` are names that may have been meant.
    case unknownExperiment(name: String, nearest: [String], folders: [String])
    /// The folders that were searched hold no configuration at all.
    case noExperiments(folders: [String])
    /// Some need of an experiment is not there; `commands` make it, where it is known which.
    case dependenciesMissing(experiment: String, needed: [ExperimentDependency], commands: [String])
    /// A named evaluation finds no editors where its training stores them; `command` trains them first.
    case editorsNotTrained(path: String, command: String)
}
