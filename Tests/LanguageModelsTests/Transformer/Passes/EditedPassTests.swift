import Compute
import LanguageModels
import XCTest

final class EditedPassTests: XCTestCase {
    /// Requests of different lengths, first edited tokens and read positions.
    private func requests(_ fixture: ModelFixture) -> [FreezeRequest] {
        [
            FreezeRequest(tokens: fixture.sequences[2], editedTokens: 3..<4, readPositions: [3, 4, 8]),
            FreezeRequest(tokens: fixture.sequences[1], editedTokens: 0..<2, readPositions: [5]),
            FreezeRequest(tokens: fixture.sequences[2], editedTokens: 8..<9, readPositions: [8]),
            FreezeRequest(tokens: fixture.sequences[0], editedTokens: 0..<1, readPositions: [0]),
        ]
    }

    private func directions(_ model: LanguageModel, _ count: Int) throws -> Matrix {
        try model.matrix(
            (0..<count).map { row in
                (0..<model.hiddenSize).map { Float(($0 * 7 + row * 3) % 11) / 10 - 0.5 }
            })
    }

    func testFrozenBytesAreForeseen() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            for block in 0..<model.blocks {
                for keepingBase in [false, true] {
                    let requests = requests(fixture)
                    let frozen = try model.freeze(requests, block: block, keepingBase: keepingBase)
                    for (request, sequence) in zip(requests, frozen) {
                        XCTAssertEqual(
                            sequence.byteCount,
                            model.frozenByteCount(request, block: block, keepingBase: keepingBase),
                            "\(name), block \(block)")
                        XCTAssertEqual(sequence.tokenCount, request.tokens.count)
                        XCTAssertEqual(sequence.editedTokens, request.editedTokens)
                        XCTAssertEqual(sequence.readPositions, request.readPositions)
                    }
                }
            }
        }
    }

    func testBaseLogitsAreTheUneditedModels() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let requests = requests(fixture)
            let expected = try model.backend.read(
                model.logits(
                    of: requests.map(\.tokens),
                    at: requests.enumerated().flatMap { index, request in
                        request.readPositions.map { Position(sequence: index, token: $0) }
                    }))
            for block in 0..<model.blocks {
                let frozen = try model.freeze(requests, block: block, keepingBase: true)
                XCTAssertEqual(
                    try model.backend.read(model.baseLogits(of: frozen)), expected, "\(name), block \(block)")
                // An edit that changes nothing gives the same numbers on the way above the edit.
                let pass = try model.edited(
                    frozen, directions: directions(model, 1), directionOf: [0, 0, 0, 0], alpha: 0, beta: 1,
                    recording: false)
                XCTAssertEqual(
                    try model.backend.read(pass.logits), expected, "\(name), block \(block)")
            }
        }
    }

    func testResultsDoNotDependOnTheBatchNorOnRecording() throws {
        for name in ["gpt2", "gptj", "gpt_neo", "gpt_neox", "qwen2"] {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let small = try ModelFixture.model(name, threads: 1, batchBytes: 1)
            for block in 0..<model.blocks {
                let together = try run(model, requests(fixture), block: block, keepingBase: false)
                let apart = try requests(fixture).enumerated().map { index, request in
                    try run(small, [request], block: block, keepingBase: true, first: index)
                }
                XCTAssertEqual(together.logits, apart.flatMap(\.logits), "\(name), block \(block)")
                XCTAssertEqual(together.gradient, apart.flatMap(\.gradient), "\(name), block \(block)")
            }
        }
    }

    /// Logits and the gradients of a direction each; direction `first + i` belongs to request i.
    private func run(
        _ model: LanguageModel, _ requests: [FreezeRequest], block: Int, keepingBase: Bool, first: Int = 0
    ) throws -> (logits: [Float], gradient: [Float]) {
        let frozen = try model.freeze(requests, block: block, keepingBase: keepingBase)
        let directions = try directions(model, 4).rows(first..<first + requests.count)
        let passes = try [false, true].map { recording in
            try model.edited(
                frozen, directions: directions, directionOf: Array(requests.indices), alpha: 0.5, beta: 1,
                recording: recording)
        }
        let logits = try passes.map { try model.backend.read($0.logits) }
        XCTAssertEqual(logits[0], logits[1], "recording changes nothing")
        return (logits[0], try model.backend.read(passes[1].backward(passes[1].logits)))
    }

    /// Central differences, for a read position before the last and several edited tokens.
    func testGradientAgainstDifferences() throws {
        let fixture = try ModelFixture("llama-tied")
        let model = try ModelFixture.model("llama-tied")
        let requests = Array(requests(fixture).prefix(2))
        let frozen = try model.freeze(requests, block: 0, keepingBase: false)
        func loss(_ direction: [Float]) throws -> Double {
            let pass = try model.edited(
                frozen, directions: model.matrix([direction]), directionOf: [0, 0], alpha: 1, beta: 1,
                recording: false)
            return try model.backend.read(pass.logits).reduce(0) { $0 + Double($1) * Double($1) / 2 }
        }
        let start = try model.backend.read(directions(model, 1))
        let pass = try model.edited(
            frozen, directions: model.matrix([start]), directionOf: [0, 0], alpha: 1, beta: 1,
            recording: true)
        let gradient = try model.backend.read(pass.backward(pass.logits))
        for column in [0, 5, model.hiddenSize - 1] {
            let step: Float = 1e-2
            var (up, down) = (start, start)
            up[column] += step
            down[column] -= step
            let slope = try (loss(up) - loss(down)) / Double(2 * step)
            XCTAssertEqual(Double(gradient[column]), slope, accuracy: 2e-3 * abs(slope) + 1e-2, "\(column)")
        }
    }
}
