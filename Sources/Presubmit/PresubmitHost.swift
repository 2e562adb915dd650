import Foundation

/// The program that runs the checks: its surroundings, and what only it can do.
package struct PresubmitHost: Sendable {
    package var environment: [String: String]
    /// The running program.
    package var executable: URL?
    /// Seconds since a fixed moment.
    package var clock: @Sendable () -> Double
    /// Writes lines of diagnostics.
    package var tell: @Sendable (_ lines: String) throws -> Void
    /// Seconds in words.
    package var duration: @Sendable (Double) -> String
    /// The words for an error.
    package var sentence: @Sendable (any Error) -> String
    /// Reads every configuration of the package and returns what is wrong with them.
    package var configurationErrors: @Sendable (_ package: URL) throws -> [any Error]

    package init(
        environment: [String: String], executable: URL?, clock: @escaping @Sendable () -> Double,
        tell: @escaping @Sendable (String) throws -> Void, duration: @escaping @Sendable (Double) -> String,
        sentence: @escaping @Sendable (any Error) -> String,
        configurationErrors: @escaping @Sendable (URL) throws -> [any Error]
    ) {
        self.environment = environment
        self.executable = executable
        self.clock = clock
        self.tell = tell
        self.duration = duration
        self.sentence = sentence
        self.configurationErrors = configurationErrors
    }
}
