import LanguageModels
import XCTest

@testable import RemediCore

/// Whole trainings against the PyTorch loop.
final class TrajectoryTests: XCTestCase {
    /// 64 cases, batch 16, three epochs from the same initial editor, in both forms of the KL term: train and
    /// validation loss and every term of each epoch.
    func testLossesOfEveryEpoch() throws {
        let expected = try JSONValue(
            parsing: try Data(contentsOf: TrainingFixture.file("trajectory.json")))
        for family in TrainingFixture.families {
            let fixture = try TrainingFixture(family)
            let initial = try temporaryFolder()
            try EditorVariant.all[0].editor(of: fixture, try fixture.gradients().tensors)
                .save(to: Editor.folder(type: .linear, block: 1, directory: initial))
            for form in TrainingOptions.Divergence.allCases {
                var options = TrainingFixture.options()
                options.initialEditors = initial
                options.divergence = form
                options.divergenceWeight = form == .batch ? 0.625 : 10
                let folder = try temporaryFolder()
                let trained = try fixture.run(options, directory: folder).run()
                let lines = try String(
                    contentsOf: trained[0].directory.appendingPathComponent("metrics.jsonl"),
                    encoding: .utf8
                ).split(separator: "\n")
                let records = try XCTUnwrap(expected[family]?[form.rawValue]?.array)
                XCTAssertEqual(lines.count, 4)
                XCTAssertEqual(records.count, 4)
                for (line, record) in zip(lines, records) {
                    let found = try JSONValue(parsing: String(line))
                    XCTAssertEqual(found["epoch"], record["epoch"])
                    for (part, term) in [
                        ("train", "loss"), ("train", "mediated"), ("train", "unmediated"), ("train", "kl"),
                        ("validation", "loss"), ("validation", "mediated"),
                        ("validation", "unmediated"), ("validation", "kl"),
                    ] {
                        let value = try XCTUnwrap(found[part]?[term]?.double)
                        let wanted = try XCTUnwrap(record[part]?[term]?.double)
                        XCTAssertEqual(
                            value, wanted, accuracy: 1e-3 * wanted,
                            "\(family), \(form), epoch \(record["epoch"]?.integer ?? -1), \(part) \(term)")
                    }
                }
            }
        }
    }
}
