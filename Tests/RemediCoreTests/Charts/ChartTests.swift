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

    /// At few places intervals are bars; what has no place stands past the plot's end.
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
            baselines: [.init("prefix", color: 1, value: 0.5, lower: 0.25, upper: 0.75)], bounds: 0...1)
        let svg = chart.svg.text
        for part in [
            "<path class=\"curve c3\" d=\"M64.7 208L367.9 10\"/>",
            "<line class=\"whisker c3\" x1=\"64.7\" y1=\"208\" x2=\"64.7\" y2=\"158.5\"/>",
            "<line class=\"curve dotted c1\" x1=\"55.6\" y1=\"109\" x2=\"384.7\" y2=\"109\"/>",
            "<line class=\"curve c1\" x1=\"384.7\" y1=\"158.5\" x2=\"384.7\" y2=\"59.5\"/>",
            "<title>Efficacy</title>",
            "<desc>linear: 0: 0.000 [0.000, 0.250]; 2: 1.000 [0.750, 1.000]. prefix: 0.500 [0.250, 0.750].</desc>",
        ] { XCTAssertTrue(svg.containsExactly(part), "\(part) in \(svg)") }
        XCTAssertEqual(chart.legend.map(\.mark), [.line, .dotted])
    }

    /// At many places intervals are bands, and points are not marked.
    func testManyPlacesHaveBands() {
        let points = (0..<20).map { LineChart.Point(x: $0, y: 0.5, lower: 0.4, upper: 0.6) }
        let chart = LineChart(
            title: "t", x: "layer", y: "share", series: [.init("linear", color: 3, points: points)])
        let svg = chart.svg.text
        XCTAssertEqual(svg.countOfExactly("class=\"band c3\""), 1)
        XCTAssertFalse(svg.containsExactly("whisker") || svg.containsExactly("class=\"dot"))
    }

    /// Groups stand below each other on a page, beside their rows on a wide plot.
    func testGroupsOfIntervals() {
        let rows = [
            ChartValue("unedited", color: 0, value: 0.1, lower: 0, upper: 0.2),
            ChartValue("REMEDI", color: 3, value: -0.5), ChartValue("nothing", color: 1, value: .nan),
        ]
        var chart = IntervalChart(
            title: "t", x: "share",
            groups: [.init("Efficacy", notes: ["a note"], rows: rows), .init("b", rows: [])])
        XCTAssertEqual(
            chart.drawing.description, "Efficacy: unedited 0.100 [0.000, 0.200]; REMEDI −0.500.")
        XCTAssertFalse(chart.svg.text.containsExactly("a note"))
        chart.isWide = true
        let svg = chart.svg.text
        XCTAssertTrue(svg.containsExactly("a note"))
        XCTAssertEqual(svg.countOfExactly("class=\"number\""), 2)
        XCTAssertFalse(svg.containsExactly("nothing"))
    }

    /// Conditions can be told apart without colours.
    func testMarkersDiffer() {
        let shapes = (0..<6).map {
            Marker.markup(color: $0, x: 0, y: 0).text.replacingExactly("c\($0)\"", with: "\"")
        }
        XCTAssertEqual(Set(shapes).count, 6, "\(shapes)")
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
