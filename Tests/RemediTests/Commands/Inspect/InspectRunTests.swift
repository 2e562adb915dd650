import Foundation
import LanguageModels
import XCTest

final class InspectRunTests: XCTestCase {
    private let results = TestFiles.package.appendingPathComponent("Tests/RemediCoreTests/Fixtures/report")

    private func inspect(_ line: String) -> TestRun {
        TestRun("inspect run " + line, environment: ["REMEDI_RESULTS_DIR": results.path])
    }

    func testRunsAreFoundInTheResultsFolder() {
        let run = inspect("eval_med_demo")
        XCTAssertEqual(run.code, 0, run.diagnostics)
        XCTAssertEqual(
            run.output,
            """
            \(results.path)/eval_med_demo

            mediation
            setting       condition  samples              accuracy
            ────────────  ─────────  ───────  ────────────────────
            contextual    unedited         5  1.000 [1.000, 1.000]
            decontextual  unedited         5  1.000 [1.000, 1.000]

            """)
        let folder = inspect("\(results.path)/eval_bias_demo/contextual/linear/1").output
        XCTAssertTrue(folder.hasPrefix("\(results.path)/eval_bias_demo/contextual/linear/1\n"))
        XCTAssertTrue(
            inspect("eval_gen_demo --format markdown").output.hasPrefix("## eval_gen_demo\n\n### efficacy\n"))
    }

    func testFormats() throws {
        XCTAssertEqual(
            inspect("eval_med_demo --format csv").output,
            """
            run,benchmark,condition,layer,entity_layer,variant,setting,samples,metric,value,std,lower,upper
            eval_med_demo,mediation,unedited,,,,contextual,5,accuracy,1.0,,1.0,1.0
            eval_med_demo,mediation,unedited,,,,decontextual,5,accuracy,1.0,,1.0,1.0

            """)
        let json = try JSONValue(parsing: inspect("eval_gen_demo --json").output)
        XCTAssertEqual(json.array?.first?["results"]?.array?.count, 16)
        XCTAssertEqual(inspect("eval_gen_demo --json --format csv").code, 2)
    }

    func testPage() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = folder.appendingPathComponent("page.html")
        let run = inspect("eval_cls_demo --examples 1 --html \(page.path)")
        XCTAssertEqual(run.code, 0, run.diagnostics)
        XCTAssertTrue(
            try String(contentsOf: page, encoding: .utf8).hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        XCTAssertEqual(run.diagnostics, "page written to \(page.path)\n")
    }

    /// Of one run, of two compared; beside JSON too.
    func testPicture() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("picture.svg")
        for line in [
            "eval_gen_demo --svg \(file.path)", "eval_gen_demo --json --svg \(file.path)",
            "--compare eval_gen_demo/prefix eval_gen_demo/linear/1 --svg \(file.path)",
        ] {
            let run = inspect(line)
            XCTAssertEqual(run.code, 0, run.diagnostics)
            XCTAssertEqual(run.diagnostics, "picture written to \(file.path)\n", line)
            XCTAssertTrue(
                try String(contentsOf: file, encoding: .utf8).hasPrefix(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\""),
                line)
            try FileManager.default.removeItem(at: file)
        }
    }

    func testComparison() throws {
        let run = inspect("--compare eval_gen_demo/prefix eval_gen_demo/linear/1")
        XCTAssertEqual(run.code, 0, run.diagnostics)
        XCTAssertTrue(
            run.output.hasPrefix(
                "A: \(results.path)/eval_gen_demo/prefix\nB: \(results.path)/eval_gen_demo/linear/1\n\n"
                    + "efficacy, prefix : linear 1, 5 samples\nmetric "))
        for line in run.output.split(separator: "\n") where !line.contains("/") {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
        let json = try JSONValue(
            parsing: inspect("--compare eval_gen_demo/prefix eval_gen_demo/linear/1 --json").output)
        XCTAssertEqual(json["comparisons"]?.array?.first?["samples"], 5)
    }

    func testErrors() {
        let path = results.path
        let cases: [(line: String, code: Int32, words: String)] = [
            ("--compare a", 2, "--compare: 'a' is not a pair of two values"),
            ("b --compare a c", 2, "'b' is one argument too many"),
            ("nowhere", 1, "there is no \(TestFiles.package.path)/nowhere"),
            (
                "--compare eval_med_demo eval_gen_demo", 1,
                "\(path)/eval_med_demo and \(path)/eval_gen_demo have no metric of the same samples to compare"
            ),
        ]
        for (line, code, words) in cases {
            let run = inspect(line)
            XCTAssertEqual(run.code, code, line)
            XCTAssertEqual(run.output, "", line)
            XCTAssertTrue(run.diagnostics.contains(words), "\(line): \(run.diagnostics)")
        }
    }
}
