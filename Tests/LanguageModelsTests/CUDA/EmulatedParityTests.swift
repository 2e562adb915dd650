import Compute
import LanguageModels
import TestBackends
import XCTest

/// The emulated GPU against `transformers`, and with 16-bit weights against the CPU.
final class EmulatedParityTests: XCTestCase {
    private static let families = ModelFamilies.all.map { $0.modelType }

    override func setUpWithError() throws {
        if let reason = EmulatedGPU.missing { throw XCTSkip(reason) }
    }

    func testLogitsAndStatesOfEveryFamily() throws {
        let gpu = try EmulatedGPU()
        let report = try gpu.observing {
            for name in Self.families {
                try Parity(backend: gpu.backend).checkLogits(of: name)
                try Parity(backend: gpu.backend).checkStates(of: name)
            }
        }.report
        XCTAssertEqual(report.errors, [])
        XCTAssertGreaterThan(report.products, 0)
    }

    func testEditedLogitsAndGradients() throws {
        let gpu = try EmulatedGPU()
        let report = try gpu.observing {
            for name in Self.families { try Parity(backend: gpu.backend).checkEdits(of: name) }
        }.report
        XCTAssertEqual(report.errors, [])
    }

    /// Everything that weights take part in, with the same weights rounded to 16 bits on both devices.
    func testWeightsOf16Bits() throws {
        let gpu = try EmulatedGPU()
        for name in ["gpt2", "gptj", "gpt_neox", "llama"] {
            for type in [ElementType.float16, .bfloat16] {
                let fixture = try ModelFixture(name)
                let (expected, found) = try gpu.besideCPU { backend in
                    try measure(
                        fixture,
                        ModelFixture.model(ModelFixture.checkpoint(name), on: backend, elementType: type))
                }
                let label = "\(name), \(type)"
                XCTAssertLessThan(
                    largestDifference(found.logits, expected.logits), Parity.tolerance, label)
                XCTAssertLessThan(
                    relativeDifference(found.gradient, expected.gradient), Parity.gradientTolerance, label)
                XCTAssertEqual(found.texts, expected.texts, label)
            }
        }
        XCTAssertEqual(try gpu.device.report().errors, [])
    }

    private struct Measured {
        let logits: [Float]
        let gradient: [Float]
        let texts: [[Int]]
    }

    private func measure(_ fixture: ModelFixture, _ model: LanguageModel) throws -> Measured {
        let requests = [(2, 3..<5, [4, 8]), (1, 0..<1, [5])].map { sequence, edited, read in
            FreezeRequest(tokens: fixture.sequences[sequence], editedTokens: edited, readPositions: read)
        }
        let directions = try model.matrix(
            (0..<2).map { row in (0..<model.hiddenSize).map { Float(($0 * 5 + row) % 7) / 7 - 0.5 } })
        let pass = try model.edited(
            model.freeze(requests, block: 1, keepingBase: false), directions: directions,
            directionOf: [0, 1], alpha: 0.5, beta: 0.75, recording: true)
        let logits = try model.backend.read(pass.logits)
        var options = GenerationOptions(sampling: .greedy, limit: .new(5))
        options.stopsAtEndToken = false
        return Measured(
            logits: logits, gradient: try model.backend.read(pass.backward(pass.logits)),
            texts: try model.generate(
                fixture.sequences, options: options, seed: 0, streamIds: ["a", "b", "c"]))
    }
}
