import Foundation
import XCTest

@testable import Presubmit

final class LintTests: XCTestCase {
    func testCommentsAndLiteralsAreBlanked() {
        let cases = [
            ("a // b\nc", "a\nc"),
            ("a /* b /* c */ d */ e", "ae"),
            (#"f("x { y") {"#, "f(){"),
            (#"f("\(g("}")) }")"#, "f(g())"),
            ("f(#\"a\" \\(b)\"#)", "f()"),
            ("\"\"\"\n{ \"\n\"\"\" }", "\n\n}"),
            (#"f("\"{") }"#, "f()}"),
        ]
        for (text, kept) in cases {
            let code = SourceText(path: "A.swift", text: text).code
            XCTAssertEqual(code.filter { $0 != " " }, kept, text)
            XCTAssertEqual(code.count, text.count, text)
        }
    }

    func testFunctions() {
        let text = """
            struct S {
                init(a: Int) {
                    self.a = a
                }
                func f<T>(
                    _ x: T
                ) -> Int {
                    if x { return 1 }
                    return 2
                }
                func g() { 1 }
            }
            protocol P {
                func h()
                func i()
            }
            """
        let functions = LengthLint.functions(in: SourceText(path: "A.swift", text: text))
        XCTAssertEqual(
            functions,
            [
                .init(name: "init", start: 2, lines: 3), .init(name: "f", start: 5, lines: 6),
                .init(name: "g", start: 11, lines: 1),
            ])
        let c = "static int add(int a,\n    int b) {\n  return a + b;\n}\nint sub(int a);\n"
        XCTAssertEqual(
            LengthLint.functions(in: SourceText(path: "a.c", text: c)),
            [.init(name: "add", start: 1, lines: 4)])
    }

    func testLengths() {
        let lines = String(repeating: "x\n", count: 401)
        XCTAssertEqual(
            LengthLint.findings(in: SourceText(path: "A.swift", text: lines)),
            ["A.swift: 401 lines, 400 are allowed"])
        XCTAssertEqual(
            LengthLint.findings(in: SourceText(path: "A.swift", text: String(lines.dropLast(2)))), [])
        let body = "func f() {\n" + String(repeating: "x\n", count: 59) + "}\n"
        XCTAssertEqual(
            LengthLint.findings(in: SourceText(path: "A.swift", text: body)),
            ["A.swift:1: f has 61 lines, 60 are allowed"])
    }

    func testWords() {
        let lint = WordLint(
            package: URL(fileURLWithPath: "/builds/remedi"), environment: ["HOME": "/opt/mine"])
        let mark = "TO" + "DO"
        let home = "/ho" + "me/me/x"
        let cases: [(String, String, [String])] = [
            ("Sources/A/B.swift", "// \(mark): more", ["Sources/A/B.swift:1: \(mark)"]),
            ("Sources/A/B.swift", "let x\(mark)s = 1", []),
            (
                "Tests/A/B.swift", "a\nlet p = \"\(home)\"",
                ["Tests/A/B.swift:2: a path below somebody's home"]
            ),
            (
                "Tests/A/B.swift", "let p = \"/opt/mine/x\"",
                ["Tests/A/B.swift:1: a path of one machine: /opt/mine/"]
            ),
            (
                "Tests/A/B.swift", "let p = \"/builds/x\"",
                ["Tests/A/B.swift:1: a path of one machine: /builds/"]
            ),
            ("Tests/A/B.swift", "// https://example.org\(home)", []),
            ("Tests/A/B.swift", "// https://example.org/opt/mine/x, ./builds/x", []),
            ("Sources/A/StringUtils.swift", "", []),
            ("Sources/A/Utils.swift", "", ["Sources/A/Utils.swift: 'Utils' says nothing of what is inside"]),
            (
                "Sources/A/String+Helpers.swift", "",
                ["Sources/A/String+Helpers.swift: 'String+Helpers' says nothing of what is inside"]
            ),
            ("Sources/A/B.swift", "  print(1)", ["Sources/A/B.swift:1: the core neither prints nor exits"]),
            ("Sources/A/B.swift", "blueprint(1); a.print(2); // print(3)", []),
            ("Sources/remedi/B.swift", "print(1)", []),
        ]
        for (path, text, findings) in cases {
            XCTAssertEqual(lint.findings(in: SourceText(path: path, text: text)), findings, text)
        }
        // A package below the root, or one of a temporary folder, gives nothing away.
        let plain = WordLint(package: URL(fileURLWithPath: "/tmp/remedi"), environment: [:])
        XCTAssertEqual(plain.findings(in: SourceText(path: "Tests/B.swift", text: "\"/tmp/x\"")), [])
    }

    func testCircles() {
        let files = [
            SourceText(path: "Sources/M/A/a.swift", text: "struct Apple { let b: Banana.Peel }"),
            SourceText(path: "Sources/M/B/b.swift", text: "package final class Banana { var c: Cherry? }"),
            SourceText(
                path: "Sources/M/C/c.swift", text: "func cherry(_ d: Date) {}\nenum Cherry { case x(Apple) }"),
            SourceText(
                path: "Sources/M/F/f.swift",
                text: "func fig() {}\nstruct Fun { let x = [grape(1), a.elder(2)] }"),
            SourceText(
                path: "Sources/M/G/g.swift", text: "func grape() { Fun.fig }\nfunc elder(fig: Int) {}"),
            SourceText(path: "Sources/M/D/d.swift", text: "struct Date2 { let a: Apple } // Elder"),
            SourceText(path: "Sources/M/E/e.swift", text: "struct Elder { let d: Date2 }"),
        ]
        XCTAssertEqual(
            CircleLint.findings(in: files),
            [
                "folders use each other in a circle: M/A, M/B, M/C",
                "folders use each other in a circle: M/F, M/G",
            ])
        XCTAssertEqual(CircleLint.findings(in: Array(files[..<2])), [])
        let nested = SourceText(
            path: "Sources/M/A/n.swift", text: "extension Apple {\n    package struct Banana {}\n}")
        XCTAssertEqual(CircleLint.findings(in: files[..<3] + [nested]), [])
    }
}
