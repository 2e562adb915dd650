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

    func testNoTextBeginsAsAMacro() {
        let macros = [".TH", ".SH", ".SS", ".TP", ".PP", ".B ", ".B\n", ".I ", ".EX\n", ".EE\n"]
        for line in TestRun("manual").output.split(separator: "\n") where ".'".contains(line.prefix(1)) {
            XCTAssertTrue(macros.contains { (line + "\n").hasPrefix($0) }, String(line))
        }
    }
}
