import Compute
import LanguageModels
import XCTest

final class EditTests: XCTestCase {
    func testEditedStateHoldsTheEditAndOnlyLaterTokensChange() throws {
        for name in ["gpt2", "gptj", "llama"] {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let tokens = fixture.sequences[2]
            let direction = (0..<model.hiddenSize).map { Float($0 % 5) - 2 }
            let edit = Edit(
                sequence: 0, block: 1, tokens: 4..<6, direction: try model.matrix([direction]), alpha: 0.5,
                beta: 0.25)
            let readings = (0..<3).flatMap { block in
                tokens.indices.map { StateReading(sequence: 0, block: block, tokens: $0..<$0 + 1) }
            }
            let before = try rows(model.states(of: [tokens], reading: readings), model)
            let after = try rows(model.states(of: [tokens], reading: readings, edits: [edit]), model)
            for (index, reading) in readings.enumerated() {
                let label = "\(name), block \(reading.block), token \(reading.tokens.lowerBound)"
                if reading.block == 1 && edit.tokens.contains(reading.tokens.lowerBound) {
                    let expected = zip(before[index], direction).map { 0.25 * $0 + 0.5 * $1 }
                    XCTAssertLessThan(largestDifference(after[index], expected), 1e-6, label)
                } else if reading.block == 2 && reading.tokens.lowerBound >= 4 {
                    XCTAssertNotEqual(after[index], before[index], label)
                } else {
                    XCTAssertEqual(after[index], before[index], label)
                }
            }
        }
    }

    func testWholePassWithEditsEqualsPassAboveTheEdit() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            for (index, edit) in fixture.edits.enumerated() {
                let sequences = edit.items.map { fixture.sequences[$0.sequence] }
                let positions = edit.items.enumerated().flatMap { index, item in
                    item.read.map { Position(sequence: index, token: $0) }
                }
                let edits = try edit.items.enumerated().map { index, item in
                    Edit(
                        sequence: index, block: edit.block, tokens: item.tokens,
                        direction: try model.matrix([edit.directions[item.direction]]), alpha: edit.alpha,
                        beta: edit.beta)
                }
                let logits = try model.backend.read(
                    model.logits(of: sequences, at: positions, edits: edits))
                XCTAssertLessThan(
                    largestDifference(logits, edit.logits), 2e-5, "\(name), edit \(index)")
            }
        }
    }

    func testEditsOfOneTokenActInTheirOrder() throws {
        let model = try ModelFixture.model("gpt2")
        let ones = try model.matrix([Array(repeating: 1, count: model.hiddenSize)])
        func edit(_ alpha: Float, _ beta: Float, _ tokens: Range<Int>) -> Edit {
            Edit(sequence: 0, block: 2, tokens: tokens, direction: ones, alpha: alpha, beta: beta)
        }
        let reading = [StateReading(sequence: 0, block: 2, tokens: 1..<2)]
        let tokens = [[5, 6, 7]]
        for (edits, expected) in [
            ([edit(1, 0, 0..<2), edit(2, 3, 1..<3)], Float(5)),
            ([edit(2, 3, 1..<3), edit(1, 0, 0..<2)], 1),
            ([edit(1, 0, 1..<2), edit(1, 0, 0..<1), edit(1, 1, 1..<2), edit(1, 0, 2..<3)], 2),
            ([edit(1, 0, 1..<2), edit(1, 1, 1..<2), edit(1, 1, 1..<2)], 3),
        ] {
            let state = try model.backend.read(
                model.states(of: tokens, reading: reading, edits: edits))
            XCTAssertEqual(state, Array(repeating: expected, count: model.hiddenSize))
        }
    }

    private func rows(_ matrix: Matrix, _ model: LanguageModel) throws -> [[Float]] {
        let values = try model.backend.read(matrix)
        return (0..<matrix.rows).map {
            Array(values[$0 * matrix.columns..<($0 + 1) * matrix.columns])
        }
    }
}
