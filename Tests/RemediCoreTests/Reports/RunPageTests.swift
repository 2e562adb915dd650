import Foundation
import LanguageModels
import XCTest

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import RemediCore

final class RunPageTests: XCTestCase {
    private final class Elements: NSObject, XMLParserDelegate {
        var names: [String: Int] = [:]
        var addresses: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            names[name, default: 0] += 1
            addresses += [attributes["href"], attributes["src"]].compactMap { $0 }
        }
    }

    /// Parses a page as XML.
    private func elements(of html: String) throws -> Elements {
        let found = Elements()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = found
        XCTAssertTrue(parser.parse(), "\(String(describing: parser.parserError)), line \(parser.lineNumber)")
        return found
    }

    func testPagesOfEveryKindAreWellFormedAndNeedNothingElse() throws {
        let runs = try StoredRun.runs(in: FixtureFiles.own("report"))
        let html = try RunPage(runs).html()
        let found = try elements(of: html)
        XCTAssertNil(found.names["script"])
        XCTAssertNil(found.names["link"])
        XCTAssertEqual(found.addresses, (1...6).map { "#run-\($0)" })
        XCTAssertEqual(found.names["section"], 6)
        // Each plot, and a swatch for each entry of a legend.
        XCTAssertGreaterThan(found.names["figure"] ?? 0, 40)
        XCTAssertEqual(html.countOfExactly("class=\"plot\""), found.names["figure"])
        XCTAssertFalse(html.containsExactly("url("))
        XCTAssertFalse(html.containsExactly("@import"))
        XCTAssertEqual(html, try RunPage(runs).html())
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
        let html = try RunPage([run]).html().replacingExactly(run.folder.path, with: "FOLDER")
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
        _ = try elements(of: html)
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
        XCTAssertEqual(groups[1].reason, "Where linear, layer 1 changes most for the better")
        XCTAssertEqual(groups[1].examples.map(\.id), ["\(best)"])
        XCTAssertEqual(groups[0].examples[0].answers.map(\.place.condition), ["prefix", "replace", "linear"])
    }
}
