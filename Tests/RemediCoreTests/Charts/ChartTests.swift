import XCTest

@testable import RemediCore

final class ChartTests: XCTestCase {
    func testMarkupIsEscaped() {
        let name = "</title><script>alert(\"1\")</script> & 'x'\u{0}\u{1B}[2J\u{FFFE}"
        XCTAssertEqual(
            Markup("a", ["href": name], name).text,
            "<a href=\"&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;[2J\">"
                + "&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;[2J</a>")
        XCTAssertEqual(Markup("br").text, "<br/>")
        XCTAssertEqual(Markup("i", [:], "").text, "<i></i>")
    }

    func testCoordinates() {
        XCTAssertEqual([1, 1.005, -0.001, 2.5, 1234.567].map(coordinate), ["1", "1", "0", "2.5", "1234.57"])
    }

    func testHistogramShares() {
        let group = Histogram.Group("a", color: 0, values: [0, 0.1, 0.24, 0.25, 0.99, 1, .nan, 1e300])
        let histogram = Histogram(title: "t", x: "x", groups: [group], bins: 4)
        XCTAssertEqual(
            histogram.shares(of: group, in: 0...1), [3, 1, 0, 3].map { $0 * 100 / 7 })
        XCTAssertEqual(histogram.legend.map(\.name), ["a (n = 7)"])
    }

    func testLines() {
        let chart = LineChart(
            title: "Efficacy", x: "layer", y: "share",
            series: [
                .init(
                    "linear", color: 3,
                    points: [
                        .init(x: 2, y: 1, lower: 0.75, upper: 1), .init(x: 0, y: 0, lower: 0, upper: 0.25),
                        .init(x: 1, y: .nan),
                    ])
            ],
            baselines: [.init("prefix", color: 1, value: 0.5)], bounds: 0...1)
        let svg = chart.svg.text
        for part in [
            "<path class=\"curve c3\" d=\"M65.01 208L378.59 10\"/>",
            "<path class=\"band c3\" d=\"M65.01 158.5L378.59 10L378.59 59.5L65.01 208Z\"/>",
            "<line class=\"curve dotted c1\" x1=\"55.6\" y1=\"109\" x2=\"388\" y2=\"109\"/>",
            "<title>Efficacy</title>",
        ] { XCTAssertTrue(svg.containsExactly(part), "\(part) in \(svg)") }
        XCTAssertEqual(chart.legend.map(\.mark), [.line, .dotted])
    }

    /// Charts of nothing, or of what cannot be drawn, are still drawings.
    func testNothing() {
        let charts: [any Chart] = [
            LineChart(
                title: "", x: "", y: "", series: [.init("a", color: 0, points: [.init(x: 1, y: .nan)])]),
            Histogram(title: "", x: "", groups: []),
            Histogram(title: "", x: "", groups: [.init("a", color: 0, values: [1e308, -1e308])]),
            ScatterChart(
                title: "", x: "", y: "", groups: [.init("a", color: 0, points: [.init(x: 1, y: .nan)])]),
            IntervalChart(title: "", x: "", rows: []),
        ]
        for (index, chart) in charts.enumerated() {
            let svg = chart.svg.text
            XCTAssertTrue(svg.hasPrefix("<svg "), "\(index)")
            XCTAssertFalse(svg.containsExactly("nan") || svg.containsExactly("inf"), "\(index): \(svg)")
        }
    }
}
