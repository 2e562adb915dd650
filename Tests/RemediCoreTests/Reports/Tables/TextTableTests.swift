import Foundation
import XCTest

@testable import RemediCore

final class TextTableTests: XCTestCase {
    private var table: TextTable {
        var table = TextTable(columns: [.init("name"), .init("value", .right)])
        table.add(["Šťastný, a|b", "0.5"])
        table.add(["x", "10.25"])
        return table
    }

    func testFormats() {
        XCTAssertEqual(
            table.text(),
            """
            name          value
            ────────────  ─────
            Šťastný, a|b    0.5
            x             10.25

            """)
        XCTAssertEqual(
            table.text(.markdown),
            """
            | name          | value |
            |:--------------|------:|
            | Šťastný, a\\|b |   0.5 |
            | x             | 10.25 |

            """)
        XCTAssertEqual(table.text(.csv), "name,value\n\"Šťastný, a|b\",0.5\nx,10.25\n")
    }

    func testWidePlainTablesAreSplit() {
        func wide(_ count: Int, keyColumns: Int) -> TextTable {
            var table = TextTable(columns: [.init("key")] + (0..<count).map { .init("column \($0)", .right) })
            table.keyColumns = keyColumns
            table.add(["a"] + (0..<count).map(String.init))
            return table
        }
        XCTAssertEqual(wide(9, keyColumns: 0).text().split(separator: "\n").count, 3)
        // 3 + 7 · 10 columns fit; an eighth does not.
        XCTAssertEqual(wide(7, keyColumns: 1).text(), wide(7, keyColumns: 0).text())
        XCTAssertEqual(
            wide(9, keyColumns: 1).text(),
            """
            key  column 0  column 1  column 2  column 3  column 4  column 5  column 6
            ───  ────────  ────────  ────────  ────────  ────────  ────────  ────────
            a           0         1         2         3         4         5         6

            key  column 7  column 8
            ───  ────────  ────────
            a           7         8

            """)
        XCTAssertEqual(wide(9, keyColumns: 1).text(.csv), wide(9, keyColumns: 0).text(.csv))
        // What is wider than a page by itself stays whole.
        var long = TextTable(columns: [.init("key"), .init("text"), .init("more")])
        long.keyColumns = 1
        long.add(["a", String(repeating: "b", count: 90), "c"])
        XCTAssertEqual(long.text().components(separatedBy: "\n\n").count, 2)
    }

    func testColumnsThatSayNothingAreLeftOut() {
        var table = TextTable(columns: [.init("a"), .init("b"), .init("c", .right)])
        table.keyColumns = 2
        table.add(["x", "", "1"])
        table.add(["", "", "2"])
        let rest = table.withoutEmptyColumns
        XCTAssertEqual(rest.columns.map(\.title), ["a", "c"])
        XCTAssertEqual(rest.rows, [["x", "1"], ["", "2"]])
        XCTAssertEqual(rest.keyColumns, 1)
    }

    func testEvaluationTable() {
        func summary(
            _ condition: EvaluationCondition, _ benchmark: String, _ values: [Double]
        ) -> EvaluationSummary {
            let bootstrap = Bootstrap(seed: 1, resamples: 10)
            return EvaluationSummary(
                condition: condition, benchmark: benchmark, sampleCount: values.count,
                metrics: ["score", "magnitude", "full_score"].map {
                    .init(name: $0, metric: Metric(values: values, bootstrap: bootstrap, key: $0))
                },
                skipped: SkippedSamples(), counts: [:], file: URL(fileURLWithPath: "/"), isReused: false)
        }
        let table = EvaluationTable([
            summary(.unedited, "efficacy", [0.25, 0.25]), summary(.unedited, "rewrite", [1]),
            summary(.edited(.linear, block: 11), "efficacy", [0.5, 0.5]),
            summary(.edited(.linear, block: 11), "rewrite", []),
        ])
        XCTAssertEqual(
            table.table(metrics: ["score"]).text(),
            """
            condition  layer  samples              efficacy               rewrite
            ─────────  ─────  ───────  ────────────────────  ────────────────────
            unedited              1–2  0.250 [0.250, 0.250]  1.000 [1.000, 1.000]
            linear        11      0–2  0.500 [0.500, 0.500]                     –

            """)
        XCTAssertEqual(
            table.table(format: .csv, metrics: ["score"]).text(.csv),
            """
            condition,layer,samples,efficacy,efficacy_std,efficacy_lower,efficacy_upper,rewrite,rewrite_std,\
            rewrite_lower,rewrite_upper
            unedited,,1–2,0.25,0.0,0.25,0.25,1.0,0.0,1.0,1.0
            linear,11,0–2,0.5,0.0,0.5,0.5,,,,

            """)
        // Full log-probabilities are for those who ask for them.
        XCTAssertEqual(table.table(metrics: nil).columns.count, 3 + 2 * 2)
        XCTAssertEqual(table.table(metrics: ["full_score"]).columns.count, 3 + 2)
    }

    /// On a terminal columns that may wrap give way; elsewhere a row is a line.
    func testColumnsWrapOnATerminal() {
        var table = TextTable(columns: [.init("name"), .init("summary", wraps: true)])
        table.add(["a", "the first of two that are here"])
        table.add(["b", "a-word-that-is-longer-than-any-line"])
        XCTAssertEqual(
            table.text(terminal: 24),
            """
            name  summary
            ────  ──────────────────
            a     the first of two
                  that are here
            b     a-word-that-is-lon
                  ger-than-any-line

            """)
        XCTAssertEqual(table.text(terminal: 60), table.text())
        XCTAssertEqual(table.text().split(separator: "\n").count, 4)
    }

    func testTablesAreSplitAtTheTerminalsWidth() {
        var table = TextTable(columns: ["key", "first", "second", "third"].map { .init($0) })
        table.keyColumns = 1
        table.add(["k", "1", "2", "3"])
        XCTAssertEqual(table.text(terminal: 80), table.text())
        for line in table.text(terminal: 18).split(separator: "\n") {
            XCTAssertLessThanOrEqual(line.count, 18, "\(line)")
        }
        XCTAssertEqual(table.text(terminal: 18).components(separatedBy: "key").count, 3)
    }
}
