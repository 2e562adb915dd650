import Compute
import LanguageModels
import TestBackends
import XCTest

/// Texts made on the emulated GPU, most of their steps by a recorded graph.
final class EmulatedDecodingTests: XCTestCase {
    override func setUpWithError() throws {
        if let reason = EmulatedGPU.missing { throw XCTSkip(reason) }
    }

    func testGreedyContinuationsAreThoseOfTransformers() throws {
        let gpu = try EmulatedGPU()
        for name in ["gpt2", "gptj", "gpt_neox", "llama", "mistral"] {
            let report = try gpu.observing {
                try Parity(backend: gpu.backend).checkGreedyContinuations(of: name)
            }.report
            XCTAssertEqual(report.errors, [], name)
            // The prompts' pass makes the first of 8 tokens; the steps after the second are recorded.
            XCTAssertEqual(report.graphLaunches, 4, name)
        }
    }

    /// Texts of different lengths end one by one, so that recordings are made for several numbers of texts; one
    /// prompt is edited.
    func testSampledTextsAreThoseOfTheCPU() throws {
        let gpu = try EmulatedGPU()
        let prompts = [[5, 9, 11, 30, 7], [8, 7], [12, 13, 40, 2, 61, 33, 20, 21]]
        for name in ["gpt2", "gpt_neox"] {
            let (texts, report) = try gpu.observing {
                try gpu.besideCPU { backend in
                    let model = try ModelFixture.model(ModelFixture.checkpoint(name), on: backend)
                    let direction = try model.matrix([(0..<model.hiddenSize).map { Float($0 % 3) - 1 }])
                    return try model.generate(
                        prompts, edits: [Edit(sequence: 0, block: 1, tokens: 1..<3, direction: direction)],
                        options: GenerationOptions(
                            sampling: .topK(5, temperature: 0.8), limit: .total(20)), seed: 7,
                        streamIds: ["a", "b", "c"])
                }
            }
            XCTAssertEqual(texts.gpu, texts.cpu, name)
            XCTAssertEqual(report.errors, [], name)
            XCTAssertGreaterThan(report.graphLaunches, 2, name)
        }
    }

    /// A longer prompt comes when a step has been recorded: its pass needs more memory, the recording its own.
    func testARecordingOutlivesLongerPrompts() throws {
        let gpu = try EmulatedGPU()
        let prompts = [[5], Array(20..<28), [8, 7], Array(30..<44)]
        var options = GenerationOptions(sampling: .greedy, limit: .new(8))
        options.stopsAtEndToken = false
        options.sideBySide = 1
        for name in ["gpt2", "llama"] {
            let (texts, report) = try gpu.observing {
                try gpu.besideCPU { backend in
                    try ModelFixture.model(ModelFixture.checkpoint(name), on: backend).generate(
                        prompts, options: options, seed: 1, streamIds: ["a", "b", "c", "d"])
                }
            }
            XCTAssertEqual(texts.gpu, texts.cpu, name)
            XCTAssertEqual(report.errors, [], name)
            // One pass for all texts: 28 steps, two before the recording.
            XCTAssertEqual(report.graphLaunches, 25, name)
        }
    }

    /// A step is queued whole; the host waits once, for the candidates.
    func testTheHostWaitsOnceAStep() throws {
        let gpu = try EmulatedGPU()
        let model = try ModelFixture.model(ModelFixture.checkpoint("gpt_neox"), on: gpu.backend)
        func waits(tokens: Int) throws -> Int {
            var options = GenerationOptions(sampling: .topK(3, temperature: 1), limit: .new(tokens))
            options.stopsAtEndToken = false
            return try gpu.observing {
                _ = try model.generate([[4, 5, 6], [7]], options: options, seed: 1, streamIds: ["a", "b"])
            }.report.synchronisations
        }
        let short = try waits(tokens: 4)
        XCTAssertEqual(short, 4)
        XCTAssertEqual(try waits(tokens: 12), short + 8)
    }
}
