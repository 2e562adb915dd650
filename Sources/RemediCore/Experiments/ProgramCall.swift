import LanguageModels

/// A command line of this program, as people are shown it and batch jobs run it.
package struct ProgramCall: Sendable, Equatable {
    /// An option with the words that follow it.
    package struct Option: Sendable, Equatable {
        package var name: String
        package var values: [String]
        /// Whether it takes no word of its own, so that a value can only be joined to it.
        package var isFlag: Bool

        package init(_ name: String, _ values: [String] = [], isFlag: Bool = false) {
            self.name = name
            self.values = values
            self.isFlag = isFlag
        }

        package var words: [String] {
            let isOneWord = isFlag || values.count == 1 && values[0].hasPrefix("-")
            guard isOneWord, let value = values.first else { return ["--" + name] + values }
            return ["--\(name)=\(value)"]
        }
    }

    /// The command and its arguments: `experiments run eval.gen.counterfact`.
    package var command: [String]
    package var options: [Option]

    package init(_ command: [String], _ options: [Option] = []) {
        self.command = command
        self.options = options
    }

    /// The words after the program's name.
    package var words: [String] { command + options.flatMap(\.words) }

    /// The whole line, words as they are.
    package var text: String { (["remedi"] + words).joined(separator: " ") }

    /// The whole line as a shell takes it.
    package var textForShell: String {
        (["remedi"] + words).map(\.quotedForShellIfNeeded).joined(separator: " ")
    }

    /// The same without an option.
    package func without(_ name: String) -> ProgramCall {
        ProgramCall(command, options.filter { $0.name != name })
    }

    /// The same with an option at its end.
    package func adding(_ option: Option) -> ProgramCall { ProgramCall(command, options + [option]) }
}

extension LayerChoice {
    /// `--layers` as a command line has it.
    var option: ProgramCall.Option {
        switch self {
        case .all: ProgramCall.Option("layers", ["all"])
        case .only(let blocks): ProgramCall.Option("layers", blocks.map(String.init))
        }
    }
}
