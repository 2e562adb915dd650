import RemediCore

/// A faulty command line.  Cases carry facts; `Messages` words them.
package enum UsageError: Error, Equatable, Sendable {
    /// `known` are those that could stand there.
    case unknownCommand(word: String, nearest: String?, known: [String])
    case commandMissing
    /// The argument at `place`, counted from 1; `shown` has other characters where it is not text.
    case notUTF8(place: Int, shown: String)
    /// The working folder, or a variable of the environment that holds a path.
    case placeNotUTF8(name: String, shown: String)
    /// `option` as it was written, dashes included.
    case unknownOption(option: String, nearest: String?)
    case ambiguousOption(option: String, candidates: [String])
    case valueMissing(name: String, placeholder: String)
    case invalidOption(name: String, problem: InvalidValue)
    case invalidArgument(name: String, problem: InvalidValue)
    case unexpectedArgument(word: String)
    case argumentMissing(name: String)
    case optionMissing(name: String)
    /// Neither the name of an experiment nor one for results.
    case experimentMissing
    /// An experiment of `kind` ("train", "eval.gen") that is not there; `known` are those that it does.
    case unknownExperiment(name: String, kind: String, nearest: String?, known: [String])
    /// An option that means something else for each experiment of a group.
    case notForGroups(name: String, group: String)
    /// Two options that exclude each other.
    case conflict(String, String)
    /// `--revision` beside a model that names another revision itself.
    case otherRevision(model: String, revision: String)
    /// `name` means nothing without `other`.
    case needs(name: String, other: String)
    /// An option about what `command` decides itself.
    case decided(name: String, command: String)
    /// An option that says nothing about the data set `subject`.
    case meaningless(name: String, subject: String)
}

/// A usage error and the command it happened in: `["train"]`.
package struct UsageFailure: Error, Equatable, Sendable {
    package var path: [String]
    package var error: UsageError
}
