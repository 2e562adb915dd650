import Foundation
import LanguageModels
import RemediCore

/// What the process says of itself at its end.
package enum ExitCode {
    package static let done: Int32 = 0
    package static let failed: Int32 = 1
    package static let wrongUsage: Int32 = 2

    /// 130 and 143 after SIGINT and SIGTERM, 141 where a reader went away, as shells count.
    package static func of(_ error: any Error) -> Int32 {
        switch error {
        case RemediError.interrupted(let signal): 128 + signal
        case OutputError.closed: 128 + SIGPIPE
        case is UsageFailure, is UsageError: wrongUsage
        default: failed
        }
    }
}
