import Compute
import Foundation
import LanguageModels
import Presubmit
import RemediCore

/// The words for everything that can go wrong: one sentence each, without a full stop.
package enum Messages {
    /// Mapped memory is gone.
    package static let busError =
        "a file that was being read has become shorter, or its disk has failed; nothing more was written"

    package static func sentence(for error: any Error) -> String {
        switch error {
        case let error as SettingError: words(error)
        case let error as PlaceError: words(error)
        case let error as ExperimentError: words(error)
        case let error as RemediError: words(error)
        case let error as LanguageModelError: words(error)
        case let error as ComputeError: words(error)
        case let error as DownloadError: words(error)
        case let error as ModelError: words(error)
        case let error as SlurmError: words(error)
        case is ModelInventory.UnfinishedDownload:
            "the download is not finished; 'remedi model download' resumes it"
        case let error as SelfTestFailure: words(error)
        case let error as PresubmitFailure: "presubmit: \(error.step) failed"
        case let error as JSONError: "not JSON at byte \(error.byte): \(error.reason)"
        case OutputError.failed(let reason): "cannot write to standard output: \(reason)"
        case OutputError.closed: "nobody reads standard output any more"
        case let error as UsageError: words(error)
        case let failure as UsageFailure: words(failure.error)
        default: (error as NSError).localizedDescription
        }
    }

    static func words(_ error: UsageError) -> String {
        switch error {
        case .unknownCommand(let word, let nearest, let known):
            "there is no command '\(word)'"
                + (nearest.map { "; did you mean \($0)?" } ?? "; there are \(together(known))")
        case .commandMissing: "a command is missing"
        case .placeNotUTF8(let name, let shown):
            "\(name), '\(shown)', is not text in UTF-8; files in it would be written elsewhere"
        case .notUTF8(let place, let shown): "argument \(place), '\(shown)', is not text in UTF-8"
        case .unknownOption(let option, let nearest):
            "there is no option \(option)" + suggestion(nearest)
        case .ambiguousOption(let option, let candidates):
            "\(option) can be \(either(candidates))"
        case .valueMissing(let name, let placeholder): "--\(name) needs a value: --\(name) \(placeholder)"
        case .invalidOption(let name, let problem): "--\(name): \(words(problem))"
        case .invalidArgument(let name, let problem): "\(name): \(words(problem))"
        case .unexpectedArgument(let word): "'\(word)' is one argument too many"
        case .argumentMissing(let name): "\(name) is missing"
        case .experimentMissing:
            "EXPERIMENT is missing, or --experiment-name for results of your own settings"
        case .optionMissing(let name): "--\(name) is missing"
        case .unknownExperiment(let name, let kind, let nearest, let known):
            "there is no experiment '\(kind).\(name)'"
                + (nearest.map { "; did you mean \($0)?" } ?? "; there are \(together(known))")
        case .notForGroups(let name, let group):
            "--\(name) cannot be given for \(group), which is several experiments"
        case .conflict(let a, let b): "--\(a) and --\(b) exclude each other"
        case .otherRevision(let model, let revision):
            "\(model) names a revision other than --revision \(revision)"
        case .needs(let name, let other): "--\(name) needs --\(other)"
        case .decided(let name, let command): "--\(name) cannot be given: 'remedi \(command)' decides it"
        case .meaningless(let name, let subject): "--\(name) means nothing for \(subject)"
        }
    }

    static func words(_ problem: InvalidValue) -> String {
        let names = names(problem.expectation)
        // A word of a configuration stands in quotes, which nobody would mistake for a part of it.
        let word = names.isEmpty ? problem.found : problem.found.trimming("\"")
        let found = word.isEmpty ? "an empty value" : "'\(word)'"
        return "\(found) is not \(words(problem.expectation))"
            + suggestion(Spelling.nearest(to: word, among: names))
    }

    /// The words that a value may be.
    private static func names(_ expectation: Expectation) -> [String] {
        switch expectation {
        case .choice(let names): names
        case .device: ["auto", "cpu", "cuda"]
        case .layers: ["all"]
        default: []
        }
    }

    private static func words(_ expectation: Expectation) -> String {
        switch expectation {
        case .integer(let minimum, let maximum): "a whole number from \(minimum) to \(maximum)"
        case .number(let minimum, let maximum): "a number from \(digits(minimum)) to \(digits(maximum))"
        case .seed: "a whole number from 0 to \(UInt64.max)"
        case .boolean: "true or false (or yes, no, on, off, 1, 0)"
        case .choice(let names): either(names)
        case .text: "a text of at least one character"
        case .folderForLayers: "the name of a folder, which more than one layer needs"
        case .fileName(let ending): "the plain name of a file that does not end in .\(ending)"
        case .line: "a text in one line without control characters"
        case .size: "a number of bytes, such as 512M or 2G, at most 1024T"
        case .layers: "a layer: 'all', or numbers from 0 on"
        case .device: "a device: auto, cpu, cuda or cuda:N"
        case .list: "a list with at least one value"
        case .pair: "a pair of two values"
        case .object: "an object"
        case .assignment: "KEY=VALUE"
        case .sbatchOption: "an option of sbatch in one line, such as qos=high"
        case .jointDependency:
            "dependency=LIST with commas alone, since jobs may wait for others of their own"
        case .batchSignal: "signal=B:USR1@SECONDS, at which a job saves its work"
        case .timeLimit: "a time limit, such as 90 (minutes), 12:00:00 or 2-00:00:00"
        }
    }

    private static func digits(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }

    static func suggestion(_ nearest: String?) -> String {
        nearest.map { "; did you mean \($0)?" } ?? ""
    }

    /// `a, b or c`
    static func either(_ names: [String]) -> String {
        names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }
}

extension String {
    /// The text without `mark` at both of its ends.
    fileprivate func trimming(_ mark: String) -> String {
        count > 1 && hasPrefix(mark) && hasSuffix(mark) ? String(dropFirst().dropLast()) : self
    }
}
