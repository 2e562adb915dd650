import LanguageModels
import XCTest

@testable import RemediCore

final class RunPictureTests: XCTestCase {
    /// Needs nothing else, has its own background, and colours that programs without variables know.
    func testPicturesOfEveryKind() throws {
        for (name, run) in zip(ReportFixture.names, try ReportFixture.runs.get()) {
            let svg = RunPicture([run]).svg
            let found = XMLElements(svg)
            XCTAssertEqual(found.addresses, [], name)
            for part in ["script", "url(", "@import", "var(", "foreignObject"] {
                XCTAssertFalse(svg.containsExactly(part), "\(name): \(part)")
            }
            XCTAssertEqual(found.names["svg"], 1, name)
            XCTAssertTrue(svg.containsExactly("prefers-color-scheme:dark"), name)
            XCTAssertTrue(svg.containsExactly("class=\"frame\""), name)
            XCTAssertFalse(svg.containsExactly("nan") || svg.containsExactly("inf\""), name)
            XCTAssertEqual(svg, RunPicture([run]).svg, name)
        }
    }

    /// All of them in one picture.
    func testSeveralRuns() throws {
        let runs = try ReportFixture.runs.get()
        let svg = RunPicture(runs).svg
        _ = XMLElements(svg)
        XCTAssertEqual(svg.countOfExactly("tspan class=\"title\""), runs.count)
    }

    func testAComparison() throws {
        let comparison = try RunComparison(
            ReportFixture.run("eval_gen_demo/prefix"), ReportFixture.run("eval_gen_demo/linear/4"))
        let svg = RunPicture(comparison).svg
        _ = XMLElements(svg)
        XCTAssertTrue(svg.containsExactly("B − A: share of samples"))
        XCTAssertTrue(svg.containsExactly("A: eval_gen_demo/prefix, B: eval_gen_demo/linear/4"))
    }

    /// One layer: a row for each condition, with the numbers in it.
    func testEveryFigureIsInAWidePicture() throws {
        let run = try ReportFixture.run("eval_med_demo")
        let svg = RunPicture([run]).svg
        XCTAssertEqual(svg.countOfExactly("<text class=\"number\""), 2)
        XCTAssertTrue(svg.containsExactly(">1.000 [1.000, 1.000]</text>"))
        XCTAssertTrue(svg.containsExactly(">Contextual ↑</text>"))
    }

    func testExamples() throws {
        let run = try ReportFixture.run("eval_med_demo")
        let example = Picture.Example(
            told: "Ada \"Zed\" <Quinn> & Co is a native speaker of a language with a long name",
            prompt: "Ada grew up speaking", before: " French.", after: " Dutch.", isHit: false)
        let svg = RunPicture([run], examples: [example], examplesNote: "the first").svg
        _ = XMLElements(svg)
        for part in [
            "Ada &quot;Zed&quot; &lt;Quinn&gt;", "<tspan class=\"ink strong c3\"> Dutch. ✗</tspan>",
            ">the first</tspan>", ">told</text>",
        ] { XCTAssertTrue(svg.containsExactly(part), "\(part) in \(svg)") }
    }

    /// Texts are broken before they leave the picture: in a font whose letters are six tenths of its size wide.
    func testTextsStayInside() throws {
        let section = Picture.Section(
            title: String(repeating: "word ", count: 60), subtitle: String(repeating: "other ", count: 60),
            charts: [], note: String(repeating: "note ", count: 90))
        let svg = Picture([section]).svg
        for line in svg.split(separator: "<text ").dropFirst() {
            let size = try XCTUnwrap(Double(line.split(separator: "font-size=\"")[1].prefix { $0 != "\"" }))
            let text = line.split(separator: ">")[1].prefix { $0 != "<" }
            XCTAssertLessThan(Double(text.count) * size * 0.6, Picture.width - Picture.margin, "\(text)")
        }
    }
}
