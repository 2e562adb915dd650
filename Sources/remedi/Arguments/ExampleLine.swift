/// A command line that can be pasted as it stands, and what it does.
///
/// Every one is run by the tests, those of all commands one after the other in one folder.
package struct ExampleLine: Sendable, Equatable {
    /// May go on over several lines, each but the last ending with a backslash.
    package let line: String
    package let summary: String

    package init(_ summary: String, _ line: String) {
        self.line = line
        self.summary = summary
    }

    /// As help pages and the manual show it.
    var shown: [String] { ["# " + summary] + line.split(separator: "\n").map(String.init) }
}
