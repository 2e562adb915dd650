import RemediCore

/// Splits the words after a command's name into options and positional arguments, as GNU's getopt and
/// Python's argparse do.
struct ArgumentScanner<Target> {
    let options: [Option<Target>]
    let positionals: [Positional<Target>]

    /// The words sorted into options and arguments; nil if help was asked for.
    func scan(_ words: [String]) throws(UsageError) -> GivenArguments<Target>? {
        var given = GivenArguments<Target>()
        var free: [String] = []
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" {
                free += words[index...]
                break
            }
            guard Self.looksLikeOption(word) else {
                free.append(word)
                continue
            }
            if word == "-h" || word == "--help" { return nil }
            let (option, attached) = try option(for: word)
            let values = try values(of: option, attached: attached, in: words, from: &index)
            given.options.append((option, values))
        }
        given.positionals = try place(free)
        return given
    }

    /// A dash followed by something that is neither a number nor a text with spaces.
    private static func looksLikeOption(_ word: String) -> Bool {
        word.count > 1 && word.hasPrefix("-") && Double(word) == nil && !word.contains(" ")
            || word.hasPrefix("--") && word.contains("=")
    }

    /// The option that `word` names and the value attached to it.
    private func option(for word: String) throws(UsageError) -> (Option<Target>, String?) {
        if word.hasPrefix("--") {
            let parts = word.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            return (try longOption(name), parts.count > 1 ? String(parts[1]) : nil)
        }
        let letters = String(word.dropFirst())
        let names = options.map(\.name)
        guard let option = options.first(where: { $0.short == letters.first }), !names.contains(letters)
        else {
            // One dash instead of two is a common slip.
            let nearest = letters.count > 1 ? Spelling.nearest(to: letters, among: names) : nil
            throw .unknownOption(option: word, nearest: nearest.map { "--" + $0 })
        }
        let rest = word.dropFirst(2)
        guard !rest.isEmpty else { return (option, nil) }
        if option.setting.arity == .none { throw .unknownOption(option: word, nearest: nil) }
        return (option, String(rest.first == "=" ? rest.dropFirst() : rest))
    }

    /// The option of this name, or the only one that starts so.
    private func longOption(_ name: String) throws(UsageError) -> Option<Target> {
        if let exact = options.first(where: { $0.name == name }) { return exact }
        let matches = name.isEmpty ? [] : options.filter { $0.name.hasPrefix(name) }
        if matches.count == 1 { return matches[0] }
        if matches.count > 1 {
            throw .ambiguousOption(option: "--" + name, candidates: matches.map { "--" + $0.name })
        }
        let nearest = Spelling.nearest(to: name, among: options.map(\.name) + ["help"])
        throw .unknownOption(option: "--" + name, nearest: nearest.map { "--" + $0 })
    }

    private func values(
        of option: Option<Target>, attached: String?, in words: [String], from index: inout Int
    ) throws(UsageError) -> [String] {
        if let attached { return [attached] }
        if option.setting.arity == .none { return [] }
        var values: [String] = []
        while index < words.count, !Self.looksLikeOption(words[index]), words[index] != "--" {
            values.append(words[index])
            index += 1
            if option.setting.arity == .one { break }
        }
        if values.isEmpty {
            throw .valueMissing(name: option.name, placeholder: option.setting.placeholder)
        }
        return values
    }

    /// Gives the free words to the positional arguments in order; the last may take several.
    private func place(_ words: [String]) throws(UsageError) -> [(Positional<Target>, [String])] {
        var placed: [(Positional<Target>, [String])] = []
        var rest = words[...]
        for positional in positionals {
            let taken = positional.setting.arity == .oneOrMore ? rest : rest.prefix(1)
            rest = rest.dropFirst(taken.count)
            if !taken.isEmpty {
                placed.append((positional, Array(taken)))
            } else if positional.isRequired {
                throw .argumentMissing(name: positional.setting.name)
            }
        }
        if let word = rest.first { throw .unexpectedArgument(word: word) }
        return placed
    }
}
