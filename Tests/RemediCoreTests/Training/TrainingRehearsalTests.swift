import Compute
import Foundation
import LanguageModels
import TestBackends
import XCTest

@testable import RemediCore

/// What is planned is what is taken.
final class TrainingRehearsalTests: XCTestCase {
    /// A device without rounding, and a model on it.
    private func planned(_ family: String) throws -> (LanguageModel, PlannedDevice) {
        let summary = try ModelSummary(Checkpoint(folder: TrainingFixture.file(family)))
        let device = PlannedDevice(
            totalMemory: 1 << 33, vocabularySize: summary.configuration.vocabularySize, granularity: 1)
        return (try LanguageModel(planned: summary, on: device, elementType: nil), device)
    }

    func testTrainingTakesWhatWasPlanned() throws {
        for family in TrainingFixture.families {
            for (type, cache) in [(EditorType.linear, 1 << 30), (.mlp, 100_000), (.biaffine, 0)] {
                var options = TrainingFixture.options(epochs: 1)
                options.editorTypes = [type]
                options.batchSize = 15
                options.essenceWeight = 0.5
                options.cacheBytes = cache
                let backend = MeteredBackend(CPUBackend(threads: 1))
                let fixture = try TrainingFixture(family, on: backend)
                let loaded = backend.memory.used
                let run = try fixture.run(options, directory: try temporaryFolder())
                _ = try run.run()

                let (model, device) = try planned(family)
                XCTAssertEqual(device.usage.total, loaded, family)
                let rehearsal = try TrainingRehearsal(
                    run.data.examples, trainingCount: run.data.trainingCount, block: 1, type: type,
                    options: options, weights: run.weights, model: model, on: device)
                assertPlanned(
                    rehearsal.highest, of: backend.memory.highest, "\(family), \(type), \(cache)")
                XCTAssertEqual(
                    loaded + rehearsal.representations + rehearsal.editor + rehearsal.frozen
                        + rehearsal.step.total,
                    rehearsal.highest, "\(family), \(type), \(cache)")
            }
        }
    }

    func testTextsTakeWhatWasPlanned() throws {
        var options = GenerationOptions(sampling: .topK(5, temperature: 1), limit: .new(3))
        options.stopsAtEndToken = false
        options.sideBySide = 4
        // So few that nothing is recorded: the processor cannot.
        let prompts = (0..<4).map { number in Array(repeating: 7, count: number % 5 + 1) }
        for family in TrainingFixture.families {
            let backend = MeteredBackend(CPUBackend(threads: 1))
            let fixture = try TrainingFixture(family, on: backend)
            let (model, device) = try planned(family)
            let (_, highest) = try device.highest {
                for subject in [fixture.model, model] {
                    let made = try subject.generate(
                        prompts, options: options, seed: 1, streamIds: prompts.indices.map(String.init))
                    XCTAssertEqual(made.map(\.count), prompts.map { _ in 3 })
                }
            }
            assertPlanned(highest.total, of: backend.memory.highest, family)
        }
    }

    /// A GPU has tables of sequences and sums of attention besides, which the processor needs not.
    private func assertPlanned(
        _ planned: Int, of taken: Int, _ place: String, file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertGreaterThanOrEqual(planned, taken, place, file: file, line: line)
        XCTAssertLessThan(planned, taken + taken / 50, place, file: file, line: line)
    }

    func testAPlanAddsUp() throws {
        let summary = try ModelSummary(Checkpoint(folder: TrainingFixture.file("gpt2")))
        var workload = MemoryPlan.Workload(block: 1)
        workload.samples = 40
        let plan = try DevicePlan(
            summary, DevicePlan.Workload(workload), elementType: nil, totalMemory: 1 << 34,
            architecture: 80)
        XCTAssertEqual(plan.workspace, 68 << 20)
        XCTAssertGreaterThan(plan.weights, summary.weightBytes())
        XCTAssertEqual(
            plan.training,
            plan.workspace + plan.weights + plan.representations + plan.editor + plan.frozen
                + plan.activations + plan.logits)
        XCTAssertEqual(plan.texts, 31)
        XCTAssertGreaterThan(plan.generation, plan.workspace + plan.weights + plan.textCache)
        // Half as much of the weights, and nothing kept.
        var smaller = DevicePlan.Workload(workload)
        smaller.cacheBytes = 0
        let half = try DevicePlan(
            summary, smaller, elementType: .float16, totalMemory: 1 << 34, architecture: 90)
        XCTAssertEqual(half.frozen, 0)
        XCTAssertLessThan(half.weights, plan.weights)
        XCTAssertEqual(half.workspace, 96 << 20)
    }
}
