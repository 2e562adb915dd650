/// Words that stand out on a terminal: what failed in bold red, what may be wrong in bold yellow.
///
/// Nothing is coloured elsewhere, where `NO_COLOR` holds anything (https://no-color.org), where `CLICOLOR` is 0
/// (https://bixense.com/clicolors), or on a terminal that calls itself dumb.
struct Emphasis {
    let isOn: Bool

    func failure(_ text: String) -> String { styled(text, "1;31") }

    func warning(_ text: String) -> String { styled(text, "1;33") }

    private func styled(_ text: String, _ codes: String) -> String {
        isOn ? "\u{1B}[\(codes)m\(text)\u{1B}[0m" : text
    }
}

extension Surroundings {
    /// For what goes to `diagnostics`.
    var emphasis: Emphasis {
        let isUnwanted =
            workplace.value("NO_COLOR") != nil || workplace.value("CLICOLOR") == "0"
            || workplace.value("TERM") == "dumb"
        return Emphasis(isOn: isTerminal && !isUnwanted)
    }
}
