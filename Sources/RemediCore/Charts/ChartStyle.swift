/// How plots look: colours that the colour-blind can tell apart (Okabe and Ito's, darker on white and brighter on
/// black), each legible in its scheme.
package enum ChartStyle {
    /// The colours of one scheme.
    struct Scheme: Sendable {
        /// Background, raised background, text, quiet text, rules, grid.
        var background: String
        var card: String
        var text: String
        var muted: String
        var rule: String
        var grid: String
        /// By number; the grey first.
        var colors: [String]
        /// Viridis without its ends, for what has an order: numbers from 10 on.
        var ramp: [String]

        /// Every colour with its number.
        var numbered: [(number: Int, color: String)] {
            colors.enumerated().map { ($0, $1) } + ramp.enumerated().map { ($0 + ChartStyle.firstOfRamp, $1) }
        }
    }

    /// The number of the ramp's first colour.
    package static let firstOfRamp = 10

    static let light = Scheme(
        background: "#ffffff", card: "#f7f8fa", text: "#1a1e23", muted: "#59626c", rule: "#d5dae0",
        grid: "#e4e8ec",
        colors: [
            "#5f6770", "#b87700", "#b3548b", "#0069a8", "#00815c", "#c24e00", "#2a8fc4", "#8a7a00",
        ], ramp: ["#5b4a9c", "#3d6fa3", "#2b8e94", "#30a878", "#79b93f", "#c0a21a"])
    static let dark = Scheme(
        background: "#13161a", card: "#1b2026", text: "#e5e8ec", muted: "#9aa4af", rule: "#38404a",
        grid: "#2a3039",
        colors: [
            "#a3acb5", "#e9a83a", "#dd94bf", "#5cb3ea", "#3cc79d", "#f08a4b", "#8fd0f5", "#e3d44a",
        ], ramp: ["#a796f0", "#78abe6", "#58c6cb", "#5fd6a4", "#a5dd6a", "#f0d84e"])

    /// Lines and sizes; colours come from the variables that the page sets.
    package static let shapes = """
        .grid{stroke:var(--grid);stroke-width:1}
        .axis{stroke:var(--fg);stroke-width:1}
        .mark{stroke:var(--fg);stroke-width:1;stroke-dasharray:3 3;opacity:.65}
        .tick{fill:var(--muted);font-size:11.5px}
        .name{fill:var(--fg);font-size:12px}
        .group{fill:var(--fg);font-size:12.5px;font-weight:600}
        .curve,.whisker{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .whisker{stroke-width:1.4}
        .dashed{stroke-dasharray:5 4;stroke-width:1.6}
        .dotted{stroke-dasharray:1.5 4.5}
        .band{fill:var(--c);opacity:.17;stroke:none}
        .area{fill:var(--c);fill-opacity:.2;stroke:var(--c);stroke-width:1.6;stroke-linejoin:round}
        .dot{fill:var(--c)}
        .open{fill:var(--bg);stroke:var(--c);stroke-width:1.8}
        .speck{fill:var(--c);opacity:.5}
        """

    private static func variables(_ scheme: Scheme) -> String {
        "--bg:\(scheme.background);--card:\(scheme.card);--fg:\(scheme.text);--muted:\(scheme.muted);"
            + "--rule:\(scheme.rule);--grid:\(scheme.grid);"
            + scheme.numbered.map { "--c\($0.number):\($0.color);" }.joined()
    }

    /// The variables of both schemes, print in the light one, and a class for each colour.
    package static var variables: String {
        """
        :root{color-scheme:light dark;\(variables(light))}
        @media (prefers-color-scheme:dark){:root{\(variables(dark))}}
        @media print{:root{color-scheme:light;\(variables(light))}}
        \(light.numbered.map { ".c\($0.number){--c:var(--c\($0.number))}" }.joined(separator: "\n"))
        """
    }

    /// The sheet of a picture that lies in a file of its own.  Colours are written out, for programs that draw
    /// SVG and know no variables; `numbers` are those that occur.
    static func sheet(numbers: Set<Int>) -> String {
        """
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        \(plain(shapes))
        .tick{font-size:12.5px}.name,.row,.number{font-size:13px}.group{font-size:14px}.title{font-weight:600}
        .number{font-variant-numeric:tabular-nums}.strong{font-weight:600}
        .frame{stroke-width:1}
        \(rules(light, numbers))
        @media (prefers-color-scheme:dark){
        \(rules(dark, numbers))
        }
        """
    }

    /// Without what depends on a scheme.
    private static func plain(_ sheet: String) -> String {
        var result = sheet
        for part in ["stroke:var(--grid);", "stroke:var(--fg);", "fill:var(--muted);", "fill:var(--fg);"] {
            result = result.replacingExactly(part, with: "")
        }
        for part in ["fill:var(--c);", "fill:var(--bg);", "stroke:var(--c);", "fill:var(--c)"] {
            result = result.replacingExactly(part, with: "")
        }
        return result
    }

    private static func rules(_ scheme: Scheme, _ numbers: Set<Int>) -> String {
        let common = """
            .frame{fill:\(scheme.background);stroke:\(scheme.rule)}
            .grid{stroke:\(scheme.grid)}.axis,.mark{stroke:\(scheme.text)}.rule{stroke:\(scheme.rule)}
            .tick,.sub,.note,.before{fill:\(scheme.muted)}
            .name,.group,.row,.title,.words,.number{fill:\(scheme.text)}.open{fill:\(scheme.background)}
            """
        let colored = scheme.numbered.filter { numbers.contains($0.number) }.map { number, color in
            ".dot.c\(number),.speck.c\(number),.band.c\(number),.area.c\(number),.ink.c\(number){fill:\(color)}"
                + ".curve.c\(number),.whisker.c\(number),.area.c\(number),.open.c\(number){stroke:\(color)}"
        }
        return ([common] + colored).joined(separator: "\n")
    }
}
