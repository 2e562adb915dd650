import XCTest

@testable import remedi

final class ManualPageTests: XCTestCase {
    func testEveryCommandArgumentAndOptionHasItsPlace() {
        let page = TestRun("manual").output
        XCTAssertTrue(page.hasPrefix(".TH REMEDI 1 "), "the title comes first")
        for command in Commands.tree.flatMap({ $0.outlines() }) {
            let path = (["remedi"] + command.path).joined(separator: " ")
            guard let start = page.range(of: ".SS \"\(path)\"\n") else {
                XCTFail("no section on \(path)")
                continue
            }
            let rest = page[start.upperBound...]
            let section = rest[..<(rest.range(of: "\n.S")?.lowerBound ?? rest.endIndex)]
            for option in command.options {
                let name = "--\(option.name)".replacing("-", with: "\\-")
                XCTAssertTrue(section.contains("\\fB\(name)\\fR"), "\(path) --\(option.name)")
            }
            for argument in command.arguments {
                XCTAssertTrue(section.contains("\\fI\(argument.name)\\fR"), "\(path) \(argument.name)")
            }
        }
    }

    /// As `man` shows it, in colours of a terminal or without: no warning of groff.
    func testManHasNothingToComplainOf() throws {
        let man = "/usr/bin/man"
        guard FileManager.default.isExecutableFile(atPath: man) else {
            throw XCTSkip("there is no man on this machine")
        }
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("remedi.1")
        try TestRun("manual").output.write(to: file, atomically: true, encoding: .utf8)
        let ended = try TestProcess(
            ["LC_ALL=C.UTF-8", man, "--local-file", "--warnings", "-Tutf8", file.path],
            of: URL(fileURLWithPath: "/usr/bin/env")
        ).ended()
        XCTAssertEqual(ended.diagnostics, "")
        XCTAssertEqual(ended.code, 0)
        XCTAssertTrue(ended.output.contains("remedi train demo"), "the examples are there")
    }

    func testNoTextBeginsAsAMacro() {
        let macros = [".TH", ".SH", ".SS", ".TP", ".PP", ".B ", ".B\n", ".I ", ".EX\n", ".EE\n"]
        for line in TestRun("manual").output.split(separator: "\n") where ".'".contains(line.prefix(1)) {
            XCTAssertTrue(macros.contains { (line + "\n").hasPrefix($0) }, String(line))
        }
    }
}
