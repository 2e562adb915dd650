import LanguageModels
import RemediCore

extension Verbosity {
    /// `--verbose` and `--quiet`, of which the later one counts.
    static func options<Outer>(in place: WritableKeyPath<Outer, Verbosity> & Sendable) -> [Option<Outer>] {
        let shown: @Sendable (Verbosity) -> JSONValue = { .integer($0.logLevel) }
        return [
            Option(
                Setting("verbose", place, constant: .verbose, shown: shown), short: "v", group: "Messages",
                help: "tells more: settings, what is read from where, how long it took",
                destination: "log_level"),
            Option(
                Setting("quiet", place, constant: .quiet, shown: shown), short: "q", group: "Messages",
                help: "tells results and what may be wrong, nothing else", destination: "log_level"),
        ]
    }
}
