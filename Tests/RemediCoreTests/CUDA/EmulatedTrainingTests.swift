import Compute
import Foundation
import LanguageModels
import TestBackends
import XCTest

@testable import RemediCore

/// Training on the emulated GPU against the CPU.
final class EmulatedTrainingTests: XCTestCase {
    override func setUpWithError() throws {
        if let reason = EmulatedGPU.missing { throw XCTSkip(reason) }
    }

    /// Members whose values say when or where something ran.
    private static let circumstances: Set<String> = ["device", "started", "finished", "seconds", "host"]

    private func json(_ name: String, in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private func epochs(in folder: URL) throws -> JSONValue {
        let text = try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
        return .array(try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) })
    }

    /// Every loss term of every epoch, and everything the manifest says.
    private func assertSame(_ found: URL, _ expected: URL, _ family: String) throws {
        XCTAssertEqual(
            try epochs(in: found).differences(
                from: epochs(in: expected), accuracy: 1e-4, unlike: Self.circumstances), [], family)
        XCTAssertEqual(
            try json("manifest.json", in: found).differences(
                from: json("manifest.json", in: expected), accuracy: 1e-4, unlike: Self.circumstances),
            [], family)
    }

    func testThreeEpochsOfEveryFamily() throws {
        let gpu = try EmulatedGPU()
        let samples = Array(try TrainingFixture.samples().prefix(10))
        let checkpoints = try temporaryFolder()
        for family in ["gpt2", "gptj", "gpt_neox", "llama"] {
            var options = TrainingFixture.options(epochs: 3)
            options.batchSize = 5
            options.normWeight = 0.25
            options.essenceWeight = 0.5
            let checkpoint = try DrawnCheckpoint.of(family, in: checkpoints)
            let trained = try gpu.besideCPU { backend in
                try TrainingFixture(family, in: checkpoint, on: backend)
                    .run(options, directory: try temporaryFolder(), samples: samples).run()[0]
            }
            XCTAssertEqual(trained.gpu.epochs, 3, family)
            try assertSame(trained.gpu.directory, trained.cpu.directory, family)
        }
        XCTAssertEqual(try gpu.device.report().errors, [])
    }

    /// The engine's own trajectories, once in each form of the KL term.
    func testTrajectoriesAgainstPyTorch() throws {
        let gpu = try EmulatedGPU()
        for (family, form) in [("gpt2", TrainingOptions.Divergence.batch), ("llama", .lastSample)] {
            try Trajectory(family: family, form: form, backend: gpu.backend).check(in: temporaryFolder())
        }
        XCTAssertEqual(try gpu.device.report().errors, [])
    }

    /// Weights of 16 bits are the same on both devices, and so are, nearly, the losses.
    func testWeightsOf16Bits() throws {
        let gpu = try EmulatedGPU()
        let samples = Array(try TrainingFixture.samples().prefix(5))
        for type in [ElementType.float16, .bfloat16] {
            let folder = TrainingFixture.file("llama")
            let trained = try gpu.besideCPU { backend in
                let model = try LanguageModel(
                    folder: folder, name: "llama", backend: backend, elementType: type)
                return try TrainingRun(
                    model: model, samples: samples, options: TrainingFixture.options(epochs: 1),
                    directory: try temporaryFolder(), datasetName: .counterfact, dataHash: "none"
                ).run()[0]
            }
            try assertSame(trained.gpu.directory, trained.cpu.directory, "\(type)")
        }
        XCTAssertEqual(try gpu.device.report().errors, [])
    }

    /// The losses of a batch are all that the host waits for: twice as many batches, as many more waits.
    func testTheHostWaitsOnceABatch() throws {
        let gpu = try EmulatedGPU()
        let fixture = try TrainingFixture("gpt2", on: gpu.backend)
        let samples = Array(try TrainingFixture.samples().prefix(9))
        func waits(batchSize: Int) throws -> Int {
            var options = TrainingFixture.options(epochs: 1)
            options.batchSize = batchSize
            options.normWeight = 0.25
            let directory = try temporaryFolder()
            return try gpu.observing {
                _ = try fixture.run(options, directory: directory, samples: samples).run()
            }.report.synchronisations
        }
        // One of the samples validates; the others are measured in epoch 0 and trained on in epoch 1.
        XCTAssertEqual(try waits(batchSize: 2) - waits(batchSize: 4), 2 * (4 - 2))
    }
}
