import Compute
import EmulatedDevice
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Memory on an emulated GPU: what the allocator counts is what was planned, and running out of it changes
/// no more than a batch's size may.
final class EmulatedMemoryTests: XCTestCase {
    /// An emulated GPU and what its pool held before.
    private struct Subject {
        let machine: EmulatedDevice
        let backend: CUDABackend
        let held: Int

        init() throws {
            machine = try EmulatedDevice()
            if let reason = machine.missingCompiler { throw XCTSkip(reason) }
            held = try machine.report().memory.pooled
            backend = try CUDABackend(CUDALibraries(.init(environment: machine.environment)))
        }

        /// The most that was in use since the machine was started, without other tests' part.
        func highest() throws -> Int { try XCTUnwrap(backend.memoryUsage()).highest - held }
    }

    private func planned(
        _ family: String, architecture: Int
    ) throws -> (model: LanguageModel, device: PlannedDevice, workspace: Int) {
        let summary = try ModelSummary(Checkpoint(folder: TrainingFixture.file(family)))
        let device = PlannedDevice(
            totalMemory: 4 << 30, vocabularySize: summary.configuration.vocabularySize, granularity: 1)
        return (
            try LanguageModel(planned: summary, on: device, elementType: nil), device,
            PlannedDevice.workspaceBytes(architecture: architecture)
        )
    }

    func testTrainingTakesWhatWasPlanned() throws {
        for family in TrainingFixture.families {
            var options = TrainingFixture.options(epochs: 1)
            options.batchSize = 15
            options.cacheBytes = 200_000
            let subject = try Subject()
            let fixture = try TrainingFixture(family, on: subject.backend)
            let samples = Array(try TrainingFixture.samples().prefix(40))
            let run = try fixture.run(options, directory: try temporaryFolder(), samples: samples)
            _ = try run.run()
            let taken = try subject.highest()

            let plan = try planned(family, architecture: subject.backend.device.architecture)
            let rehearsal = try TrainingRehearsal(
                run.data.examples, trainingCount: run.data.trainingCount, block: 1, type: .linear,
                options: options, weights: run.weights, model: plan.model, on: plan.device)
            XCTAssertEqual(taken, plan.workspace + rehearsal.highest, family)
        }
    }

    func testTextsTakeWhatWasPlanned() throws {
        var options = GenerationOptions(sampling: .topK(5, temperature: 1), limit: .new(8))
        options.stopsAtEndToken = false
        options.sideBySide = 4
        let prompts = (0..<6).map { number in Array(repeating: 7, count: number % 3 + 1) }
        let streams = prompts.indices.map(String.init)
        for family in TrainingFixture.families {
            let subject = try Subject()
            let fixture = try TrainingFixture(family, on: subject.backend)
            let made = try fixture.model.generate(prompts, options: options, seed: 1, streamIds: streams)
            let taken = try subject.highest()
            XCTAssertEqual(made.map(\.count), prompts.map { _ in 8 })

            let plan = try planned(family, architecture: subject.backend.device.architecture)
            let (_, highest) = try plan.device.highest {
                try plan.model.generate(prompts, options: options, seed: 1, streamIds: streams)
            }
            XCTAssertEqual(taken, plan.workspace + highest.total, family)
        }
    }

    /// A GPU that is too small for a whole batch trains in halves; one that is too small for those says what
    /// fills it.
    func testTrainingInHalves() throws {
        var options = TrainingFixture.options(epochs: 1)
        options.batchSize = 16
        options.cacheBytes = 0
        let samples = Array(try TrainingFixture.samples().prefix(20))
        func train(limit: Int?, notice: @escaping @Sendable (MemoryShortage) -> Void) throws -> (URL, Int) {
            let subject = try Subject()
            let fixture = try TrainingFixture(
                "gpt2", on: subject.backend, batchBytes: 1, notice: notice)
            // The rest of the workspace is asked for when it is first needed.
            let scratch = CUDABackend.Options().scratchBytes
            let loaded = try XCTUnwrap(subject.backend.memoryUsage()).used + scratch
            if let limit { try subject.machine.set(.memory, to: String(loaded + limit)) }
            let trained = try fixture.run(options, directory: try temporaryFolder(), samples: samples).run()
            let highest = try XCTUnwrap(subject.backend.memoryUsage()).highest
            return (trained[0].directory, highest - loaded)
        }
        let (whole, taken) = try train(limit: nil) { XCTFail("halved: \($0)") }
        let halved = expectation(description: "halved")
        let (parts, less) = try train(limit: taken * 3 / 4) { _ in halved.fulfill() }
        wait(for: [halved], timeout: 0)
        XCTAssertLessThan(less, taken)
        let losses = try [whole, parts].map { folder in
            try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
                .split(separator: "\n").map {
                    try JSONValue(parsing: String($0))["train"]?["loss"]?.double ?? .nan
                }
        }
        XCTAssertEqual(losses.map(\.count), [2, 2])
        for (a, b) in zip(losses[0], losses[1]) { XCTAssertEqual(a, b, accuracy: 1e-5) }
        XCTAssertThrowsError(try train(limit: taken / 4) { _ in }) { error in
            guard case LanguageModelError.outOfMemory(let shortage) = error else {
                return XCTFail("\(error)")
            }
            XCTAssertGreaterThan(shortage.parts[.weights] ?? 0, 0)
            XCTAssertEqual(shortage.memory?.isDedicated, true)
        }
    }
}
