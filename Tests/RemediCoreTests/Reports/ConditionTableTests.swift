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
        ]).table()
        XCTAssertEqual(
            table.text(),
            """
                                   unedited     REMEDI, layer 1
            ───────────  ──────────────────  ──────────────────
            efficacy     0.200 [0.10, 0.30]  0.900 [0.80, 1.00]
            consistency                   –  0.500 [0.40, 0.60]
            fluency                       –  4.000 [3.90, 4.10]

            """)
    }
}
