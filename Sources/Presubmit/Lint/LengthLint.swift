import Foundation

/// Files and functions that are too long to be read in one go.
enum LengthLint {
    static let fileLimit = 400
    static let functionLimit = 60

    static func findings(in file: SourceText) -> [String] {
        var findings: [String] = []
        if file.lineCount > fileLimit {
            findings.append("\(file.path): \(file.lineCount) lines, \(fileLimit) are allowed")
        }
        for function in functions(in: file) where function.lines > functionLimit {
            findings.append(
                "\(file.path):\(function.start): \(function.name) has \(function.lines) lines,"
                    + " \(functionLimit) are allowed")
        }
        return findings
    }

    struct Function: Equatable {
        var name: String
        /// Counted from 1.
        var start: Int
        var lines: Int

        init(name: String, start: Int, lines: Int) {
            self.name = name
            self.start = start
            self.lines = lines
        }
    }

    /// Functions with a body, from the line that names them to their closing brace.
    static func functions(in file: SourceText) -> [Function] {
        let lines = file.codeLines
        let isSwift = file.path.hasSuffix(".swift")
        return lines.indices.compactMap { index in
            guard let name = isSwift ? swiftName(lines[index]) : cName(lines[index]) else { return nil }
            guard let end = endOfBody(lines, from: index) else { return nil }
            return Function(name: name, start: index + 1, lines: end - index + 1)
        }
    }

    private static func swiftName(_ line: Substring) -> String? {
        guard line.mentions("func") || line.mentions("init") else { return nil }
        if let match = line.firstMatch(of: #/\bfunc\s+([^\s(<]+)/#) { return String(match.1) }
        return line.firstMatch(of: #/^\s*(?:\w+\s+)*init[?(<]/#) == nil ? nil : "init"
    }

    private static func cName(_ line: Substring) -> String? {
        guard line.mentions("(") else { return nil }
        return line.firstMatch(of: #/^[A-Za-z_][\w\s*]*?\b(\w+)\s*\([^;]*$/#).map { String($0.1) }
    }

    /// The line on which the first brace after `start` is closed; nil for a declaration without a body.
    private static func endOfBody(_ lines: [Substring], from start: Int) -> Int? {
        var depth = 0
        var parentheses = 0
        for index in start..<lines.count {
            for byte in lines[index].utf8 {
                switch byte {
                case UInt8(ascii: "("): parentheses += 1
                case UInt8(ascii: ")"): parentheses -= 1
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}"):
                    depth -= 1
                    if depth == 0 { return index }
                    if depth < 0 { return nil }
                default: break
                }
            }
            // A protocol's requirement or a C prototype ends without a brace.
            if depth == 0, parentheses <= 0, index > start, opensNothing(lines[index]) { return nil }
        }
        return nil
    }

    private static func opensNothing(_ line: Substring) -> Bool {
        let text = line.drop { $0 == " " }
        return text.isEmpty || text.hasPrefix("func ") || text.hasPrefix("var ") || text.hasPrefix("}")
    }
}
