import XCTest

@testable import Presubmit

final class DialectLintTests: XCTestCase {
    private func findings(_ path: String, _ text: String, allowed: Int = 0) -> [String] {
        let phrases = DialectLint.phrases.map { phrase in
            var phrase = phrase
            phrase.allowedInComments = allowed
            return phrase
        }
        return DialectLint.findings(in: [SourceText(path: path, text: text)], phrases: phrases)
    }

    func testEveryPhraseIsFound() {
        let cases: [(path: String, text: String, count: Int)] = [
            ("README.md", "It runs behind the others.", 1),
            ("README.md", "A machine behind a proxy.", 0),
            ("Tests/A/Fixtures/help/a.txt", "the run goes on\nit will go on", 2),
            ("Sources/A/a.swift", "let a = \"Behind it\"", 1),
            ("Sources/A/a.swift", "let a = \"x\"  // behind", 1),
            ("Sources/A/a.swift", "let behind = goes.on", 0),
            ("Tests/A/a.swift", "let a = \"behind\"", 0),
            ("Sources/A/a.swift", "/// What it is.\nlet a = 1", 1),
            ("Sources/A/a.swift", "/// Whatever it is.", 0),
            ("README.md", "What it is: a value that is no number.", 1),
            ("README.md", "the color of epochs that are put up with", 1),
            ("README.md", "## What it is", 0),
            ("README.md", "a colour, an honoured behaviour", 1),
        ]
        for (path, text, count) in cases {
            XCTAssertEqual(findings(path, text).count, count, "\(path): \(text)")
        }
    }

    func testCommentsMayKeepAsManyAsAreAllowed() {
        let text = "// behind a\n// behind b\n"
        XCTAssertEqual(findings("Sources/A/a.swift", text, allowed: 2), [])
        XCTAssertEqual(
            findings("Sources/A/a.swift", text, allowed: 1),
            ["2 comments with 'behind' for time or order, 1 are allowed"])
    }

    func testCitations() {
        let document = SourceText(
            path: "Sources/A/Rules.md", text: "# Rules\n\n## 1 One\n### 1.2 More\n## 12. x\n")
        func findings(_ text: String) -> [String] {
            CitationLint.findings(in: [document, SourceText(path: "Sources/A/a.swift", text: text)])
        }
        XCTAssertEqual(findings("// Rules.md \u{A7}1, \u{A7}1.2 and \u{A7}12.\n// see Rules.md, whole"), [])
        XCTAssertEqual(
            findings("let a = 1\n// Rules.md \u{A7}2, \u{A7}1.3"),
            [
                "Sources/A/a.swift:2: Rules.md has no section 2",
                "Sources/A/a.swift:2: Rules.md has no section 1.3",
            ])
        XCTAssertEqual(findings("// Law.md \u{A7}1."), ["Sources/A/a.swift:1: Law.md has no section 1"])
    }
}
