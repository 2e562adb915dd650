import Foundation
import LanguageModels
import RemediCore

/// The exit codes of the process.
package enum ExitCode {
    package static let done: Int32 = 0
    package static let failed: Int32 = 1
    package static let wrongUsage: Int32 = 2

    /// 130 and 143 after SIGINT and SIGTERM, 141 where a reader went away, as shells count.
    ///
    /// A command line is wrong where itself, the named experiments and the model's configuration are enough to
    /// see it; what is missing or broken on this machine is a failure.
    package static func of(_ error: any Error) -> Int32 {
        switch error {
        case RemediError.interrupted(let signal), RemediError.abandoned(let signal, _): 128 + signal
        case OutputError.closed: 128 + SIGPIPE
        case is UsageFailure, is UsageError: wrongUsage
        case let error as PlaceError: of(error)
        case is SettingError, ExperimentError.syntax, ExperimentError.unknownExperiment,
            ExperimentError.namesItself, ExperimentError.unknownSetting, ExperimentError.invalidOverride,
            ExperimentError.notForGroups, ModelError.noSuchLayer, ModelError.rankTooLarge,
            SlurmError.controlCharacter, SlurmError.backslash, LanguageModelError.noSuchBlock,
            RemediError.editorNotTrainable:
            wrongUsage
        default: failed
        }
    }

    private static func of(_ error: PlaceError) -> Int32 {
        switch error {
        case .unusableFolderName, .unusableFileName: wrongUsage
        // A mistyped name; another may be one that a hub knows.
        case .modelNotFound(_, _, let nearest): nearest == nil ? failed : wrongUsage
        case .unreadable, .unwritable, .notAResultsFolder, .pathNotFound, .dataFileNotFound,
            .revisionNotFound, .folderWithRevision:
            failed
        }
    }
}
