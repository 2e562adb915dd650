import Compute
import Foundation
import LanguageModels
import TestBackends
import XCTest

@testable import RemediCore

/// Fact classification and edits' effects on the emulated GPU against the CPU.
final class EmulatedClassificationTests: XCTestCase {
    override func setUpWithError() throws {
        if let reason = EmulatedGPU.missing { throw XCTSkip(reason) }
    }

    private func json(_ name: String, in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    func testFactClassification() throws {
        let gpu = try EmulatedGPU()
        let editors = try temporaryFolder()
        try ClassificationFixture.copyEditors(to: editors)
        let whole = try ClassificationFixture.dataset(training: false)
        let dataset = Dataset(
            name: whole.name, samples: Array(whole.samples.prefix(8)), fileHash: whole.fileHash)
        let checkpoints = try temporaryFolder()
        for family in ["gpt2", "gptj", "gpt_neox", "llama"] {
            let checkpoint = try DrawnCheckpoint.of(family, in: checkpoints)
            let folders = try gpu.besideCPU { backend in
                let folder = try temporaryFolder()
                _ = try ClassificationFixture.run(
                    ClassificationFixture.options(editors: editors, entityBlocks: [2]),
                    model: LanguageModel(folder: checkpoint, name: family, backend: backend),
                    dataset: dataset, in: folder)
                return folder
            }
            for (file, accuracy) in [("linear/1/fact_cls_layer_2.json", 1e-4), ("manifest.json", 0)] {
                XCTAssertEqual(
                    try json(file, in: folders.gpu).differences(
                        from: json(file, in: folders.cpu), accuracy: accuracy,
                        unlike: ["device", "started", "finished", "seconds"]), [], "\(family), \(file)")
            }
        }
        XCTAssertEqual(try gpu.device.report().errors, [])
    }
}
