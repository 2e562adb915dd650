import Compute
import LanguageModels
import XCTest

/// Against `transformers` in float32 on the same stored weights.
final class ParityTests: XCTestCase {
    func testLogitsOfEveryFamily() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let logits = try model.backend.read(
                model.logits(of: fixture.sequences, at: model.allPositions(fixture.sequences)))
            let expected = try fixture.sequences.indices.flatMap { try fixture.logits($0) }
            let difference = largestDifference(logits, expected)
            XCTAssertLessThan(difference, 2e-5, name)
        }
    }

    func testStatesAfterEveryBlock() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let readings = fixture.sequences.enumerated().flatMap { index, tokens in
                (0..<model.blocks).flatMap { block in
                    tokens.indices.map { StateReading(sequence: index, block: block, tokens: $0..<$0 + 1) }
                }
            }
            let states = try model.backend.read(model.states(of: fixture.sequences, reading: readings))
            let expected = try fixture.sequences.indices.flatMap { try fixture.states($0) }
            XCTAssertLessThan(largestDifference(states, expected), 2e-5, name)
        }
    }

    func testEditedLogitsAndGradients() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
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
                let logits = try model.backend.read(pass.logits)
                let label = "\(name), edit \(index)"
                XCTAssertLessThan(largestDifference(logits, edit.logits), 2e-5, label)
                let cotangent = try model.backend.makeMatrix(
                    rows: pass.logits.rows, columns: pass.logits.columns)
                model.backend.write(edit.cotangent, into: cotangent)
                let gradient = try model.backend.read(pass.backward(cotangent))
                XCTAssertLessThan(relativeDifference(gradient, edit.gradient), 1e-5, label)
            }
        }
    }

    func testGreedyContinuations() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            var options = GenerationOptions(sampling: .greedy, limit: .new(8))
            options.stopsAtEndToken = false
            let made = try model.generate(
                fixture.sequences, options: options, seed: 0, streamIds: ["a", "b", "c"])
            XCTAssertEqual(made, fixture.greedy, name)
        }
    }
}
