import Compute
import Foundation
import LanguageModels
import XCTest

final class ReadingTests: XCTestCase {
    func testPackedAndSingleSequencesAgreeBitByBit() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let positions = model.allPositions(fixture.sequences)
            let packed = try model.backend.read(model.logits(of: fixture.sequences, at: positions))
            let single = try fixture.sequences.flatMap { tokens in
                try model.backend.read(model.logits(of: [tokens], at: model.allPositions([tokens])))
            }
            XCTAssertEqual(packed, single, name)
        }
    }

    func testManySmallBatchesAgreeBitByBitWithOne() throws {
        for name in ["gpt2", "gpt_neox", "qwen2"] {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let small = try ModelFixture.model(name, batchBytes: 1)
            let positions = [(2, 8), (0, 0), (1, 3), (2, 1), (1, 3)].map(Position.init)
            XCTAssertEqual(
                try model.backend.read(model.logits(of: fixture.sequences, at: positions)),
                try small.backend.read(small.logits(of: fixture.sequences, at: positions)), name)
            let readings = [(2, 2, 3..<7), (0, 0, 0..<1), (1, 1, 2..<3), (2, 0, 0..<9), (1, 2, 0..<6)]
                .map(StateReading.init)
            XCTAssertEqual(
                try model.backend.read(model.states(of: fixture.sequences, reading: readings)),
                try small.backend.read(small.states(of: fixture.sequences, reading: readings)), name)
        }
    }

    func testThreadsChangeNoBit() throws {
        for name in ["gptj", "llama"] {
            let fixture = try ModelFixture(name)
            let results = try [1, 2, 3].map { threads in
                let model = try ModelFixture.model(name, threads: threads)
                return try model.backend.read(
                    model.logits(of: fixture.sequences, at: model.allPositions(fixture.sequences)))
            }
            XCTAssertEqual(results[0], results[1], name)
            XCTAssertEqual(results[0], results[2], name)
        }
    }

    func testReadingIsTheMeanOfStates() throws {
        let fixture = try ModelFixture("mistral")
        let model = try ModelFixture.model("mistral")
        let size = model.hiddenSize
        let range = 2..<6
        for block in 0..<model.blocks {
            let mean = try model.backend.read(
                model.states(
                    of: fixture.sequences, reading: [StateReading(sequence: 2, block: block, tokens: range)]))
            let states = try fixture.states(2)
            let tokens = fixture.sequences[2].count
            let expected = (0..<size).map { column in
                range.map { states[(block * tokens + $0) * size + column] }.reduce(0, +)
                    / Float(range.count)
            }
            XCTAssertLessThan(largestDifference(mean, expected), 2e-5, "block \(block)")
        }
    }

    func testLongTextsAfterShortOnes() throws {
        // The table of rotary angles grows; short texts must not have fixed its length.
        let source = ModelFixture.folder.appendingPathComponent("llama")
        let scratch = try ScratchFolder()
        var configuration = try ModelFixture.checkpoint("llama").configuration
        configuration["max_position_embeddings"] = 3000
        try scratch.write(JSONValue.object(configuration).text(), to: "config.json")
        try scratch.write(
            Data(contentsOf: source.appendingPathComponent("model.safetensors")), to: "model.safetensors")
        let tokens = (0..<1500).map { 2 + ($0 * $0) % 80 }
        let position = [Position(sequence: 0, token: 1499)]
        let fresh = try ModelFixture.model(Checkpoint(folder: scratch.url))
        let expected = try fresh.backend.read(fresh.logits(of: [tokens], at: position))
        let used = try ModelFixture.model(Checkpoint(folder: scratch.url))
        for length in [3, 600] {
            _ = try used.logits(
                of: [Array(tokens.prefix(length))], at: [Position(sequence: 0, token: length - 1)])
        }
        XCTAssertEqual(try used.backend.read(used.logits(of: [tokens], at: position)), expected)
    }

    func testNothingAskedGivesNothing() throws {
        let model = try ModelFixture.model("gpt2")
        XCTAssertEqual(try model.logits(of: [[1, 2]], at: []).rows, 0)
        XCTAssertEqual(try model.states(of: [[1, 2]], reading: []).rows, 0)
    }

    func testWrongRequestsAreNamed() throws {
        let model = try ModelFixture.model("gpt2")
        let long = Array(repeating: 3, count: model.contextLength + 1)
        func read(_ tokens: [Int], block: Int = 0, edit: Range<Int>? = nil, editBlock: Int = 0) throws {
            let direction = try model.matrix([Array(repeating: 0, count: model.hiddenSize)])
            _ = try model.states(
                of: [tokens], reading: [StateReading(sequence: 0, block: block, tokens: 0..<1)],
                edits: edit.map {
                    [Edit(sequence: 0, block: editBlock, tokens: $0, direction: direction)]
                } ?? [])
        }
        let cases: [(LanguageModelError, () throws -> Void)] = [
            (.tooLong(tokens: 25, limit: 24), { try read(long) }),
            (.noSuchBlock(block: 3, blocks: 3), { try read([1], block: 3) }),
            (.noSuchBlock(block: -1, blocks: 3), { try read([1], edit: 0..<1, editBlock: -1) }),
            (.emptyEdit(sequence: 0), { try read([1, 2], edit: 1..<1) }),
            (.emptyEdit(sequence: 0), { try read([1, 2], edit: 1..<3) }),
        ]
        for (expected, body) in cases {
            XCTAssertThrowsError(try body(), "\(expected)") {
                XCTAssertEqual($0 as? LanguageModelError, expected)
            }
        }
        XCTAssertThrowsError(try read([1, 89])) { error in
            guard case LanguageModelError.configuration("vocab_size", _, let reason) = error else {
                return XCTFail("\(error)")
            }
            XCTAssertEqual(reason, "token 89 is outside the 89 embeddings")
        }
    }
}
