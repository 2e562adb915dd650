import LanguageModels
import XCTest

@testable import RemediCore

final class ConditionTableTests: XCTestCase {
    private func summary(
        _ condition: String, _ layer: Int?, _ benchmark: String, _ metrics: [String: Double]
    ) -> JSONValue {
        var object = JSONObject()
        for (name, mean) in metrics.sorted(by: { $0.key < $1.key }) {
            object[name] = [
                "mean": .number(mean), "std": 0, "interval": [.number(mean - 0.1), .number(mean + 0.1)],
                "count": 3,
            ]
        }
        return [
            "condition": .string(condition), "layer": layer.map { .integer($0) } ?? .null,
            "benchmark": .string(benchmark), "metrics": .object(object),
        ]
    }

    /// Conditions beside each other, figures below each other; what is not for people's eyes is left out.
    func testRowsAreFiguresAndColumnsConditions() {
        let table = ConditionTable([
            summary("unedited", nil, "efficacy", ["score": 0.2, "magnitude": -0.5]),
            summary("linear", 1, "efficacy", ["score": 0.9]),
            summary("linear", 1, "generation", ["consistency": 0.5, "fluency": 4]),
        ])
        XCTAssertEqual(
            table.table().text(),
            """
                                     unedited     REMEDI, layer 1
            ─────────────  ──────────────────  ──────────────────
            efficacy ↑     0.200 [0.10, 0.30]  0.900 [0.80, 1.00]
            consistency ↑                   –  0.500 [0.40, 0.60]
            fluency                         –  4.000 [3.90, 4.10]

            """)
        XCTAssertTrue(table.table(format: .csv).text(.csv).containsExactly("\nefficacy,"))
        XCTAssertEqual(table.legend.map(\.name), ["efficacy", "consistency", "fluency"])
        XCTAssertEqual(table.json["efficacy"]?["REMEDI, layer 1"]?["mean"], 0.9)
        XCTAssertNil(table.json["fluency"]?["unedited"])
    }

    /// Every figure that is shown is explained, and three conditions fit a terminal.
    func testEveryFigureIsExplainedAndFits() {
        let metrics = [
            ("efficacy", ["score": 0.5]), ("rewrite", ["score": 0.5]), ("paraphrase", ["score": 0.5]),
            ("neighborhood", ["score": 0.5]), ("generation", ["fluency": 3, "consistency": 0.2]),
            ("fact_cls", ["contextual f1": 0.8, "decontextual f1": 0.7]),
        ]
        let conditions = [("unedited", nil), ("linear, control task", 2), ("linear", 2)]
        let table = ConditionTable(
            metrics.flatMap { name, values in conditions.map { summary($0.0, $0.1, name, values) } })
        XCTAssertEqual(table.legend.count, table.table().rows.count + 1)
        XCTAssertEqual(table.legend.last?.name, "control task")
        for line in table.table().text().split(separator: "\n") {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
    }
}
