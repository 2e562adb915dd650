import LanguageModels
import RemediCore

/// One option of a command: how it is spelled, what it sets and what the help page says of it.
package struct Option<Target>: Sendable {
    package let setting: Setting<Target>
    package let short: Character?
    package let group: String
    package let help: String
    /// Options that set what others then change; they are applied first, wherever they stand.
    package let comesFirst: Bool
    /// The name in an arguments file; nil: the option's own.
    package let destination: String?

    package init(
        _ setting: Setting<Target>, short: Character? = nil, group: String, help: String,
        comesFirst: Bool = false, destination: String? = nil
    ) {
        self.setting = setting
        self.short = short
        self.group = group
        self.help = help
        self.comesFirst = comesFirst
        self.destination = destination
    }

    package init<Value: Sendable>(
        _ name: String, short: Character? = nil, _ value: WritableKeyPath<Target, Value> & Sendable,
        _ kind: ValueKind<Value>, group: String, help: String, comesFirst: Bool = false,
        destination: String? = nil
    ) {
        self.init(
            Setting(name, value, kind), short: short, group: group, help: help, comesFirst: comesFirst,
            destination: destination)
    }

    /// The same option of a larger value that holds the target.
    package func inside<Outer>(_ place: WritableKeyPath<Outer, Target> & Sendable) -> Option<Outer> {
        Option<Outer>(
            setting.inside(place), short: short, group: group, help: help, comesFirst: comesFirst,
            destination: destination)
    }

    package var name: String { setting.name }
}

/// An argument that is known by its place.
package struct Positional<Target>: Sendable {
    package let setting: Setting<Target>
    package let isRequired: Bool
    package let help: String

    package init<Value: Sendable>(
        _ name: String, _ value: WritableKeyPath<Target, Value> & Sendable, _ kind: ValueKind<Value>,
        isRequired: Bool = true, help: String
    ) {
        self.init(Setting(name, value, kind), isRequired: isRequired, help: help)
    }

    private init(_ setting: Setting<Target>, isRequired: Bool, help: String) {
        self.setting = setting
        self.isRequired = isRequired
        self.help = help
    }

    /// The same argument of a larger value that holds the target.
    package func inside<Outer>(_ place: WritableKeyPath<Outer, Target> & Sendable) -> Positional<Outer> {
        Positional<Outer>(setting.inside(place), isRequired: isRequired, help: help)
    }

    /// As it stands in a usage line: `PROMPT...` or `[EXPERIMENT]`.
    package var usage: String {
        let name = setting.name + (setting.arity == .oneOrMore ? "..." : "")
        return isRequired ? name : "[\(name)]"
    }
}

/// Parsed values, to be applied over defaults or over a configuration.
package struct GivenArguments<Target>: Sendable {
    package var options: [(option: Option<Target>, words: [String])] = []
    package var positionals: [(positional: Positional<Target>, words: [String])] = []

    package init() {}

    /// Whether the option `name` was given.
    package func contains(_ name: String) -> Bool { options.contains { $0.option.name == name } }

    /// Every option that was given, as one would write it again.
    package var spelled: [ProgramCall.Option] {
        options.map { option, words in
            ProgramCall.Option(option.name, words, isFlag: option.setting.arity == .none)
        }
    }

    /// Sets everything that was given, options that come first before the others.
    package func apply(to target: inout Target) throws(UsageError) {
        for (positional, words) in positionals {
            do {
                try positional.setting.assign(words: words, to: &target)
            } catch {
                throw .invalidArgument(name: positional.setting.name, problem: error)
            }
        }
        for (option, words) in options.filter(\.option.comesFirst) + options.filter({ !$0.option.comesFirst })
        {
            do {
                try option.setting.assign(words: words, to: &target)
            } catch {
                throw .invalidOption(name: option.name, problem: error)
            }
        }
    }
}
