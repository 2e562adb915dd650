import Compute
import LanguageModels
import XCTest

/// What a backend makes of the tiny checkpoints, against `transformers` in float32 on the same stored weights.
struct Parity {
    let backend: any ComputeBackend
    /// The largest difference of logits and states.
    static let tolerance: Float = 2e-5
    /// The largest difference of gradients, relative to their length.
    static let gradientTolerance = 1e-5

    private func model(_ name: String) throws -> LanguageModel {
        try ModelFixture.model(ModelFixture.checkpoint(name), on: backend)
    }

    func checkLogits(of name: String) throws {
        let fixture = try ModelFixture(name)
        let model = try model(name)
        let logits = try backend.read(
            model.logits(of: fixture.sequences, at: model.allPositions(fixture.sequences)))
        let expected = try fixture.sequences.indices.flatMap { try fixture.logits($0) }
        XCTAssertLessThan(largestDifference(logits, expected), Self.tolerance, name)
    }

    /// States after every block.
    func checkStates(of name: String) throws {
        let fixture = try ModelFixture(name)
        let model = try model(name)
        let readings = fixture.sequences.enumerated().flatMap { index, tokens in
            (0..<model.blocks).flatMap { block in
                tokens.indices.map { StateReading(sequence: index, block: block, tokens: $0..<$0 + 1) }
            }
        }
        let states = try backend.read(model.states(of: fixture.sequences, reading: readings))
        let expected = try fixture.sequences.indices.flatMap { try fixture.states($0) }
        XCTAssertLessThan(largestDifference(states, expected), Self.tolerance, name)
    }

    /// Logits of passes over frozen sequences, and the gradients of the directions.
    func checkEdits(of name: String) throws {
        let fixture = try ModelFixture(name)
        let model = try model(name)
        for (index, edit) in fixture.edits.enumerated() {
            let frozen = try model.freeze(
                edit.items.map {
                    FreezeRequest(
                        tokens: fixture.sequences[$0.sequence], editedTokens: $0.tokens,
                        readPositions: $0.read)
                }, block: edit.block, keepingBase: index == 0)
            let pass = try model.edited(
                frozen, directions: model.matrix(edit.directions),
                directionOf: edit.items.map(\.direction), alpha: edit.alpha, beta: edit.beta,
                recording: true)
            let label = "\(name), edit \(index)"
            XCTAssertLessThan(
                largestDifference(try backend.read(pass.logits), edit.logits), Self.tolerance, label)
            let cotangent = try backend.makeMatrix(rows: pass.logits.rows, columns: pass.logits.columns)
            backend.write(edit.cotangent, into: cotangent)
            let gradient = try backend.read(pass.backward(cotangent))
            XCTAssertLessThan(relativeDifference(gradient, edit.gradient), Self.gradientTolerance, label)
        }
    }

    func checkGreedyContinuations(of name: String) throws {
        let fixture = try ModelFixture(name)
        var options = GenerationOptions(sampling: .greedy, limit: .new(8))
        options.stopsAtEndToken = false
        let made = try model(name).generate(
            fixture.sequences, options: options, seed: 0, streamIds: ["a", "b", "c"])
        XCTAssertEqual(made, fixture.greedy, name)
    }
}
