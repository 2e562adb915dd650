/// Completions that a shell can offer for a value that is being typed.
package enum Suggestions: Sendable, Equatable {
    case none
    case words([String])
    /// Files and folders.
    case files
    /// Names of experiments, or what follows `prefix` in them.
    case experiments(prefix: String)

    /// Those that follow from how a value is described.
    init(_ expectation: Expectation, placeholder: String) {
        switch expectation {
        case .choice(let names): self = .words(names)
        case .boolean: self = .words(["yes", "no"])
        case .device: self = .words(["auto", "cpu", "cuda"])
        case .layers: self = .words(["all"])
        default: self = ["FILE", "FOLDER", "DIR"].contains(placeholder) ? .files : .none
        }
    }
}
