/// Phrases that this project once used and a native technical writer would not.
///
/// Help, messages and documents must be free of them.  Comments may keep as many as are allowed, so that none
/// is added while they are replaced.
enum DialectLint {
    struct Phrase {
        var name: String
        var instead: String
        /// A part that every line with the phrase has, looked for first: most lines have none.
        var part: String
        var pattern: Regex<Substring>
        var allowedInComments: Int
        /// Parts of lines in which the words mean something else.
        var exceptions: [String] = []

        func isIn(_ line: Substring) -> Bool {
            line.mentions(part) && line.firstMatch(of: pattern) != nil
                && !exceptions.contains { line.mentions($0) }
        }
    }

    /// A kind of text.
    private enum Kind { case document, literal, comment, code }

    static var phrases: [Phrase] {
        [
            Phrase(
                name: "'behind' for time or order", instead: "after, following", part: "ehind",
                pattern: #/\b[Bb]ehind\b/#, allowedInComments: 6, exceptions: ["behind a proxy"]),
            Phrase(
                name: "a comment that opens with 'What'", instead: "a noun phrase or a verb", part: " What ",
                pattern: #/^\s*\/\/+ What /#, allowedInComments: 150),
            Phrase(
                name: "'goes on' for continuing", instead: "continues, resumes", part: " on",
                pattern: #/\bgo(?:es)? on\b/#, allowedInComments: 45),
            Phrase(
                name: "'is no number'", instead: "is not a number", part: "no number",
                pattern: #/\b(?:is|are) no numbers?\b/#, allowedInComments: 2),
            Phrase(
                name: "'put up with'", instead: "tolerates, stops after", part: "up with",
                pattern: #/\bputs? up with\b/#, allowedInComments: 0),
            Phrase(
                name: "a British spelling", instead: "American spelling", part: "our",
                pattern: #/\b(?:[Cc]olour|[Hh]onour|[Bb]ehaviour|[Ff]avour)/#, allowedInComments: 21,
                exceptions: ["honor honour"]),
        ]
    }

    static func findings(in files: [SourceText], phrases: [Phrase] = phrases) -> [String] {
        phrases.flatMap { phrase in
            var strict: [String] = []
            var comments = 0
            for file in files where file.text.mentions(phrase.part) && !isAboutPhrases(file) {
                let code = file.codeLines
                for (index, line) in file.lines.enumerated() where phrase.isIn(line) {
                    let place = "\(file.path):\(index + 1): \(phrase.name); write: \(phrase.instead)"
                    let isCode = code.indices.contains(index) && phrase.isIn(code[index])
                    switch kind(of: line, isCode: isCode, in: file) {
                    case .document, .literal: strict.append(place)
                    case .comment: comments += 1
                    case .code: break
                    }
                }
            }
            guard comments > phrase.allowedInComments else { return strict }
            return strict
                + ["\(comments) comments with \(phrase.name), \(phrase.allowedInComments) are allowed"]
        }
    }

    /// The table above, and its tests.
    private static func isAboutPhrases(_ file: SourceText) -> Bool {
        file.path.contains("/Lint/DialectLint")
    }

    private static func kind(of line: Substring, isCode: Bool, in file: SourceText) -> Kind {
        if file.isDocument { return .document }
        let start = line.drop { $0 == " " }
        if start.hasPrefix("//") || start.hasPrefix("#") || start.hasPrefix("*") { return .comment }
        let isOurs = file.path.hasPrefix("Sources/") && file.path.hasSuffix(".swift")
        return isOurs && !isCode ? .literal : .code
    }
}
