import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// A whole training against the PyTorch loop: 64 cases, batch 16, three epochs from the same initial editor.
struct Trajectory {
    let family: String
    /// The form of the KL term.
    let form: TrainingOptions.Divergence
    let backend: any ComputeBackend

    private var options: TrainingOptions {
        var options = TrainingFixture.options()
        options.divergence = form
        options.divergenceWeight = form == .batch ? 0.625 : 10
        return options
    }

    /// Compares train and validation loss and every term of each epoch.
    ///
    /// - Parameter folder: an empty one.
    func check(in folder: URL) throws {
        let fixture = try TrainingFixture(family, on: backend)
        var options = options
        let initial = folder.appendingPathComponent("initial")
        options.initialEditors = initial
        try EditorVariant.all[0].editor(of: fixture, try fixture.gradients().tensors)
            .save(to: Editor.folder(type: .linear, block: 1, directory: initial))
        let trained = try fixture.run(options, directory: folder.appendingPathComponent("trained")).run()
        let metrics = trained[0].directory.appendingPathComponent("metrics.jsonl")
        let lines = try String(contentsOf: metrics, encoding: .utf8).split(separator: "\n")
        let expected = try JSONValue(parsing: try Data(contentsOf: TrainingFixture.file("trajectory.json")))
        let records = try XCTUnwrap(expected[family]?[form.rawValue]?.array)
        XCTAssertEqual(lines.count, 4)
        XCTAssertEqual(records.count, 4)
        for (line, record) in zip(lines, records) {
            try compare(JSONValue(parsing: String(line)), with: record)
        }
    }

    private func compare(_ found: JSONValue, with record: JSONValue) throws {
        XCTAssertEqual(found["epoch"], record["epoch"])
        for part in ["train", "validation"] {
            for term in ["loss", "mediated", "unmediated", "kl"] {
                let value = try XCTUnwrap(found[part]?[term]?.double)
                let wanted = try XCTUnwrap(record[part]?[term]?.double)
                XCTAssertEqual(
                    value, wanted, accuracy: 1e-3 * wanted,
                    "\(family), \(form), epoch \(record["epoch"]?.integer ?? -1), \(part) \(term)")
            }
        }
    }
}
