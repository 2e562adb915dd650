import Compute
import LanguageModels
import XCTest

final class GenerationTests: XCTestCase {
    private let sampled = GenerationOptions.Sampling.topK(5, temperature: 0.8)

    private func options(
        _ sampling: GenerationOptions.Sampling, _ limit: GenerationOptions.Limit, stops: Bool = false
    ) -> GenerationOptions {
        var options = GenerationOptions(sampling: sampling, limit: limit)
        options.stopsAtEndToken = stops
        return options
    }

    func testCachedDecodingAgreesWithWholePasses() throws {
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            var seen: [[TokenCandidate]] = [[], [], []]
            let made = try model.generate(
                fixture.sequences, options: options(sampled, .new(9)), seed: 7,
                streamIds: ["a", "b", "c"], observe: { seen[$0] += $1 })
            for (index, prompt) in fixture.sequences.enumerated() {
                let text = prompt + made[index]
                let positions = (0..<9).map { Position(sequence: 0, token: prompt.count - 1 + $0) }
                let logits = try model.logits(of: [text], at: positions)
                let ids = try model.backend.makeIndices(Array(repeating: 0, count: 9 * 5))
                let values = try model.backend.makeMatrix(rows: 9, columns: 5)
                model.backend.topK(logits, k: 5, ids: ids, values: values)
                XCTAssertEqual(
                    seen[index].map { Int32($0.token) }, try model.backend.read(ids), "\(name), \(index)")
                XCTAssertLessThanOrEqual(
                    largestDifference(seen[index].map(\.logProbability), try model.backend.read(values)),
                    1e-5, "\(name), \(index)")
            }
        }
    }

    func testTextsDoNotDependOnTheBatch() throws {
        let model = try ModelFixture.model("llama")
        // More prompts than are ever continued at once, of all lengths.
        let prompts = (0..<90).map { number in (0...number % 7).map { 2 + (number * 5 + $0 * 3) % 80 } }
        let ids = prompts.indices.map { "prompt \($0)" }
        let together = try model.generate(
            prompts, options: options(sampled, .total(12)), seed: 3, streamIds: ids)
        for index in [0, 6, 41, 64, 89] {
            let alone = try model.generate(
                [prompts[index]], options: options(sampled, .total(12)), seed: 3, streamIds: [ids[index]])
            XCTAssertEqual(alone[0], together[index], "prompt \(index)")
        }
        XCTAssertEqual(
            together,
            try ModelFixture.model("llama", threads: 1, batchBytes: 1).generate(
                prompts, options: options(sampled, .total(12)), seed: 3, streamIds: ids))
        XCTAssertNotEqual(
            together,
            try model.generate(
                prompts, options: options(sampled, .total(12)), seed: 4, streamIds: ids))
        XCTAssertEqual(together.map(\.count), prompts.map { 12 - $0.count })
    }

    /// Every text is told once, in the pass in which it ends; what hears of it may stop the work.
    func testFinishedTextsAreTold() throws {
        struct Stopped: Error {}
        let model = try ModelFixture.model("gpt2")
        let prompts = (0..<70).map { number in (0...number % 5).map { 2 + (number * 3 + $0) % 80 } }
        let ids = prompts.indices.map(String.init)
        let limit = options(sampled, .total(7))
        var told: [Int: [Int]] = [:]
        var passes = 0
        let made = try model.generate(
            prompts, options: limit, seed: 5, streamIds: ids,
            advanced: { finished in
                passes += 1
                for text in finished {
                    XCTAssertNil(told[text.prompt], "prompt \(text.prompt)")
                    told[text.prompt] = text.tokens
                }
            })
        XCTAssertEqual(prompts.indices.map { told[$0] }, made)
        XCTAssertGreaterThanOrEqual(passes, 6)
        XCTAssertThrowsError(
            try model.generate(
                prompts, options: limit, seed: 5, streamIds: ids,
                advanced: { if !$0.isEmpty { throw Stopped() } })
        ) { XCTAssertTrue($0 is Stopped) }
        var empty: [FinishedText] = []
        _ = try model.generate(
            [[3], [4]], options: options(.greedy, .new(0)), seed: 5, streamIds: ["a", "b"],
            advanced: { empty += $0 })
        XCTAssertEqual(empty.map(\.prompt), [0, 1])
        XCTAssertEqual(empty.map(\.tokens), [[], []])
    }

    func testSamplingFollowsTheProbabilities() throws {
        let model = try ModelFixture.model("gpt2")
        let count = 4000
        let prompt = [4, 9, 33]
        let logits = try model.logits(of: [prompt], at: [Position(sequence: 0, token: 2)])
        let ids = try model.backend.makeIndices([0, 0, 0])
        let values = try model.backend.makeMatrix(rows: 1, columns: 3)
        model.backend.topK(logits, k: 3, ids: ids, values: values)
        let weights = try model.backend.read(values).map { exp(Double($0) / 1.5) }
        let made = try model.generate(
            Array(repeating: prompt, count: count), options: options(.topK(3, temperature: 1.5), .new(1)),
            seed: 11, streamIds: (0..<count).map(String.init))
        for (id, weight) in zip(try model.backend.read(ids), weights) {
            let expected = weight / weights.reduce(0, +)
            let share = Double(made.filter { $0 == [Int(id)] }.count) / Double(count)
            // Four standard deviations.
            XCTAssertEqual(
                share, expected, accuracy: 4 * (expected * (1 - expected) / Double(count)).squareRoot())
        }
    }

    func testTopOneIsGreedy() throws {
        let fixture = try ModelFixture("mistral")
        let model = try ModelFixture.model("mistral")
        let made = try model.generate(
            fixture.sequences, options: options(.topK(1, temperature: 2), .new(8)), seed: 0,
            streamIds: ["a", "b", "c"])
        XCTAssertEqual(made, fixture.greedy)
    }

    func testMoreCandidatesThanTokens() throws {
        let model = try ModelFixture.model("gpt2")
        let made = try model.generate(
            [[3]], options: options(.topK(1000, temperature: 1), .new(4)), seed: 0, streamIds: ["a"])
        XCTAssertEqual(made[0].count, 4)
    }

    func testEndTokenEndsAText() throws {
        // Token 1 ends a text in every fixture, as the configuration says, and token 0, as the tokenizer does.
        var ended = 0
        for name in ModelFixture.names {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let made = try model.generate(
                fixture.sequences, options: options(.greedy, .new(8), stops: true), seed: 0,
                streamIds: ["a", "b", "c"])
            let expected = fixture.greedy.map { Array($0.prefix { $0 > 1 }) }
            ended += zip(expected, fixture.greedy).filter { $0.count < $1.count }.count
            XCTAssertEqual(made, expected, name)
        }
        XCTAssertGreaterThan(ended, 0, "no fixture reaches its end token")
    }

    func testLimits() throws {
        let model = try ModelFixture.model("gpt2")
        let context = model.contextLength
        let cases: [(Int, GenerationOptions.Limit, Int)] = [
            (5, .total(8), 3), (5, .total(5), 1), (5, .total(2), 1), (5, .new(4), 4), (5, .new(0), 0),
            (context, .new(3), 1), (context - 2, .total(100), 3),
        ]
        for (length, limit, expected) in cases {
            let prompt = (0..<length).map { 2 + $0 }
            let made = try model.generate(
                [prompt], options: options(sampled, limit), seed: 1, streamIds: ["a"])
            XCTAssertEqual(made[0].count, expected, "\(length) tokens, \(limit)")
        }
        XCTAssertThrowsError(
            try model.generate(
                [Array(repeating: 2, count: context + 1)], options: options(.greedy, .new(1)), seed: 1,
                streamIds: ["a"])
        ) { XCTAssertEqual($0 as? LanguageModelError, .tooLong(tokens: context + 1, limit: context)) }
        XCTAssertEqual(
            try model.generate([], options: options(.greedy, .new(1)), seed: 1, streamIds: []), [])
    }

    func testEditsActOnThePromptOnly() throws {
        for name in ["gpt2", "gpt_neox", "llama"] {
            let fixture = try ModelFixture(name)
            let model = try ModelFixture.model(name)
            let direction = try model.matrix([(0..<model.hiddenSize).map { Float($0 % 3) * 3 - 2 }])
            let edits = [Edit(sequence: 1, block: 0, tokens: 2..<6, direction: direction)]
            let made = try model.generate(
                fixture.sequences, edits: edits, options: options(.greedy, .new(6)), seed: 0,
                streamIds: ["a", "b", "c"])
            XCTAssertEqual(made[0], Array(fixture.greedy[0].prefix(6)), name)
            XCTAssertEqual(made[2], Array(fixture.greedy[2].prefix(6)), name)
            XCTAssertNotEqual(made[1], Array(fixture.greedy[1].prefix(6)), name)
            let prompt = fixture.sequences[1]
            let text = prompt + made[1]
            let logits = try model.logits(
                of: [text], at: (0..<6).map { Position(sequence: 0, token: prompt.count - 1 + $0) },
                edits: [Edit(sequence: 0, block: 0, tokens: 2..<6, direction: direction)])
            let ids = try model.backend.makeIndices(Array(repeating: 0, count: 6))
            model.backend.topK(
                logits, k: 1, ids: ids, values: try model.backend.makeMatrix(rows: 6, columns: 1))
            XCTAssertEqual(try model.backend.read(ids).map(Int.init), made[1], name)
        }
    }
}
