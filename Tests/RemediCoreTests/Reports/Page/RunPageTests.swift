import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class RunPageTests: XCTestCase {
    func testPagesOfEveryKindAreWellFormedAndNeedNothingElse() throws {
        let html = try RunPage(ReportFixture.runs.get()).html()
        let found = XMLElements(html)
        for name in ["script", "link", "img", "iframe", "object"] { XCTAssertNil(found.names[name], name) }
        XCTAssertEqual(found.addresses, (1...6).map { "#run-\($0)" })
        XCTAssertEqual(found.names["section"], 6)
        XCTAssertGreaterThan(html.countOfExactly("class=\"plot\""), 40)
        XCTAssertEqual(html.countOfExactly("class=\"plot\""), html.countOfExactly("class=\"panel\""))
        XCTAssertFalse(html.containsExactly("url("))
        XCTAssertFalse(html.containsExactly("@import"))
    }

    /// Who cannot see the plots hears their numbers; every table says what its cells are of, and can be moved by
    /// keys where it is too wide.
    func testPagesAreAccessible() throws {
        let html = try RunPage(ReportFixture.runs.get(), examples: 0).html()
        let found = XMLElements(html)
        let plots = html.countOfExactly("class=\"plot\"")
        XCTAssertEqual(found.values(of: "role", in: "svg"), Array(repeating: "img", count: plots))
        XCTAssertEqual(found.names["desc"], plots)
        XCTAssertFalse(html.containsExactly("<desc></desc>") || html.containsExactly("<desc/>"))
        XCTAssertEqual(found.values(of: "aria-hidden", in: "svg").count, found.names["svg"]! - plots)
        XCTAssertEqual(found.values(of: "scope", in: "th").count, found.names["th"])
        XCTAssertEqual(
            found.values(of: "tabindex", in: "div").count, found.values(of: "aria-label", in: "div").count)
        XCTAssertGreaterThan(found.values(of: "tabindex", in: "div").count, 8)
        for number in 1...(found.names["figure"] ?? 0) {
            XCTAssertTrue(html.containsExactly("<b>Figure \(number).</b>"), "\(number)")
        }
    }

    /// Every number of the results stands on the page, rounded, with the sign of print.
    func testEveryNumberIsOnThePage() throws {
        for run in try ReportFixture.runs.get() {
            let html = try RunPage([run], examples: 0).html()
            let numbers = Set(
                html.unicodeScalars.split { !"0123456789.−".unicodeScalars.contains($0) }.map { String($0) })
            for result in run.results {
                for metric in result.metrics {
                    let text = ChartValue.text(metric.value)
                    XCTAssertTrue(numbers.contains(text), "\(run.name) \(metric.name) \(text)")
                }
            }
        }
    }

    func testTheSameResultsGiveTheSameBytes() throws {
        let page = RunPage([try ReportFixture.run("eval_ent_demo")])
        XCTAssertEqual(try page.html(), try page.html())
    }

    func testTheOpening() throws {
        let example = Picture.Example(
            told: "A <b> is C", prompt: "A <b> is", before: " D.", after: " C.", isHit: true)
        let opening = RunPage.Opening(
            title: "Experiment x", lead: "What it is.", examples: [example], examplesNote: "the first")
        let html = try RunPage([ReportFixture.run("eval_med_demo")], opening: opening).html()
        _ = XMLElements(html)
        for part in [
            "<h1>Experiment x</h1>", "What it is.", "<b>Table 1.</b>", "the first",
            "A &lt;b&gt; is<span class=\"after\"> C. ✓</span>",
        ] { XCTAssertTrue(html.containsExactly(part), part) }
    }

    /// Long names can be broken after the signs that join their words.
    func testNamesCanBeBroken() {
        XCTAssertEqual(
            PageParts.breakable("a_b/<c").map(\.text).joined(), "a_<wbr/>b/<wbr/>&lt;c")
    }

    /// Of numbers and words that texts are written in, and of what plots are drawn in.
    func testColoursHaveContrast() {
        func luminance(_ color: String) -> Double {
            let weights = [0.2126, 0.7152, 0.0722]
            let number = Int(color.dropFirst(), radix: 16)!
            return zip([16, 8, 0], weights).reduce(0) { sum, entry in
                let value = Double(number >> entry.0 & 255) / 255
                return sum + entry.1 * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
            }
        }
        func contrast(_ a: String, _ b: String) -> Double {
            let (x, y) = (luminance(a), luminance(b))
            return (max(x, y) + 0.05) / (min(x, y) + 0.05)
        }
        for scheme in [ChartStyle.light, ChartStyle.dark] {
            for background in [scheme.background, scheme.card] {
                for color in [scheme.text, scheme.muted, scheme.colors[3]] {
                    XCTAssertGreaterThan(contrast(color, background), 4.5, "\(color) on \(background)")
                }
                for color in scheme.colors {
                    XCTAssertGreaterThan(contrast(color, background), 3, "\(color) on \(background)")
                }
            }
        }
    }

    /// The fixture's names hold angle brackets, quotes and ampersands.
    func testNamesAreEscaped() throws {
        let html = try RunPage([ReportFixture.run("eval_gen_demo")]).html()
        XCTAssertFalse(html.containsExactly("<Lovelace>"))
        XCTAssertTrue(html.containsExactly("Ada &lt;Lovelace&gt; &amp; Co"))
        XCTAssertTrue(html.containsExactly("Zoë &quot;Zed&quot; Quinn"))
    }

    func testGoldenPage() throws {
        let run = try ReportFixture.run("eval_med_demo")
        let folder = PageParts.breakable(run.folder.path).map(\.text).joined()
        let html = try RunPage([run]).html().replacingExactly(folder, with: "FOLDER")
            .replacingExactly(RemediVersion.current, with: "VERSION")
            .replacingExactly(PageStyle.sheet, with: "STYLE")
        let file = ReportFixture.folder("page.html")
        XCTAssertEqual(html, try String(contentsOf: file, encoding: .utf8))
    }

    func testComparisonIsOnThePage() throws {
        let first = try StoredRun(existing: ReportFixture.folder("eval_gen_demo/prefix"))
        let second = try StoredRun(existing: ReportFixture.folder("eval_gen_demo/linear/4"))
        let comparison = try RunComparison(first, second)
        let html = try RunPage([first, second], comparison: comparison, examples: 0).html()
        XCTAssertTrue(html.containsExactly("<h2>Comparison</h2>"))
        XCTAssertTrue(html.containsExactly("B − A: share of samples"))
        XCTAssertFalse(html.containsExactly("<h3>Examples</h3>"))
        _ = XMLElements(html)
    }

    func testExamplesAreTheFirstAndThoseThatChangeMost() throws {
        let shown = ShownResults(try ReportFixture.run("eval_gen_demo"))
        XCTAssertEqual(shown.best?.layer, 1)
        XCTAssertEqual(shown.reason, "the one with the highest efficacy score")
        let exhibits = try RunExamples(shown: shown, count: 1).all()
        XCTAssertEqual(exhibits.map(\.benchmark), ["efficacy", "generation"])
        let (before, after) = (
            try StoredResult.read(ReportFixture.folder("eval_gen_demo/prefix/efficacy.json")),
            try StoredResult.read(ReportFixture.folder("eval_gen_demo/linear/1/efficacy.json"))
        )
        func magnitudes(_ file: JSONValue) -> [Double] {
            file["samples"]!.array!.map {
                exp($0["target_score"]!.double!) - exp($0["comparator_score"]!.double!)
            }
        }
        let changes = zip(magnitudes(after), magnitudes(before)).map { $0 - $1 }
        let best = try XCTUnwrap((1..<5).max { changes[$0] < changes[$1] })
        let groups = exhibits[0].groups
        XCTAssertEqual(groups[0].examples.map(\.id), ["0"])
        XCTAssertEqual(groups[1].reason, "Where REMEDI, layer 1 changes most for the better")
        XCTAssertEqual(groups[1].examples.map(\.id), ["\(best)"])
        XCTAssertEqual(groups[0].examples[0].answers.map(\.place.condition), ["prefix", "replace", "linear"])
    }
}
