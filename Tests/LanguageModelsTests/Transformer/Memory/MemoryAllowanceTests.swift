import Compute
import Foundation
import LanguageModels
import Synchronization
import TestBackends
import XCTest

/// A device that runs out of memory at any one request changes nothing but the speed.
final class MemoryAllowanceTests: XCTestCase {
    /// A model on a metered device, and what it said of its memory.
    private final class Subject: Sendable {
        let backend = MeteredBackend(CPUBackend(threads: 1))
        let model: LanguageModel
        private let heard: Heard

        final class Heard: Sendable {
            let shortages = Mutex<[MemoryShortage]>([])
        }

        init(_ name: String, batchBytes: Int = 128 << 20) throws {
            let heard = Heard()
            self.heard = heard
            model = try ModelFixture.model(
                ModelFixture.checkpoint(name), on: backend, batchBytes: batchBytes,
                notice: { shortage in heard.shortages.withLock { $0.append(shortage) } })
        }

        var shortages: [MemoryShortage] { heard.shortages.withLock { $0 } }
    }

    /// Asks the same of fresh models that run out of memory once, at each request in turn, or at some of them.
    private func check(
        _ families: [String] = ["gpt2", "gptj", "llama"], most: Int = .max,
        _ ask: (LanguageModel) throws -> [Float], file: StaticString = #filePath, line: UInt = #line
    ) throws {
        for name in families {
            let whole = try Subject(name)
            // Rotary tables stay.
            _ = try ask(whole.model)
            let used = whole.backend.memory.used
            whole.backend.memory.reset()
            whole.backend.scratch.reset()
            let expected = try ask(whole.model)
            XCTAssertEqual(whole.backend.memory.used, used, name, file: file, line: line)
            for (meter, kind) in [(\MeteredBackend.memory, "request"), (\.scratch, "product")] {
                let count = whole.backend[keyPath: meter].requests
                XCTAssertGreaterThan(count, 3, name, file: file, line: line)
                for number in stride(from: 0, to: count, by: max(count / most, 1)) {
                    let place = "\(name), \(kind) \(number) of \(count)"
                    let subject = try Subject(name)
                    _ = try ask(subject.model)
                    subject.backend[keyPath: meter].reset(failing: [number])
                    XCTAssertEqual(try ask(subject.model), expected, place, file: file, line: line)
                    XCTAssertEqual(subject.shortages.count, 1, place, file: file, line: line)
                    XCTAssertTrue(subject.model.allowance.isHalved, place, file: file, line: line)
                    XCTAssertEqual(subject.backend.memory.used, used, place, file: file, line: line)
                    // Later requests run as usual.
                    XCTAssertEqual(try ask(subject.model), expected, place, file: file, line: line)
                    XCTAssertEqual(subject.shortages.count, 1, place, file: file, line: line)
                }
            }
        }
    }

    func testStates() throws {
        let fixture = try ModelFixture("gpt2")
        let readings = fixture.sequences.indices.flatMap { sequence in
            [0, 2].map {
                StateReading(
                    sequence: sequence, block: $0, tokens: 0..<fixture.sequences[sequence].count)
            }
        }
        try check { model in
            try model.backend.read(try model.states(of: fixture.sequences, reading: readings))
        }
    }

    func testLogits() throws {
        let fixture = try ModelFixture("gpt2")
        // Of the unmetered device, which shares its memory.
        let host = CPUBackend(threads: 1)
        try check { model in
            let direction = try host.makeMatrix(rows: 1, columns: model.hiddenSize)
            host.fill(direction, with: 0.5)
            return try model.backend.read(
                try model.logits(
                    of: fixture.sequences, at: model.allPositions(fixture.sequences),
                    edits: [Edit(sequence: 1, block: 1, tokens: 1..<2, direction: direction)]))
        }
    }

    func testFreezing() throws {
        let requests = [[5, 9, 11, 30], [8, 7, 6, 5, 4], [12, 13]].map {
            FreezeRequest(tokens: $0, editedTokens: 1..<2, readPositions: [$0.count - 1])
        }
        try check { model in
            let frozen = try model.freeze(requests, block: 1, keepingBase: true)
            return try model.allowance.run({ MemoryNeed(activations: 0, logits: 0, remedies: []) }) {
                try model.backend.read(try model.baseLogits(of: frozen))
            }
        }
    }

    func testTexts() throws {
        let prompts = (0..<7).map { number in (0...number % 4).map { 2 + (number * 5 + $0 * 3) % 80 } }
        var options = GenerationOptions(sampling: .topK(5, temperature: 0.8), limit: .new(5))
        options.stopsAtEndToken = false
        options.sideBySide = 3
        try check(["llama"], most: 30) { model in
            var told: [Int: [Int]] = [:]
            var observed = Array(repeating: 0, count: prompts.count)
            let made = try model.generate(
                prompts, options: options, seed: 3, streamIds: prompts.indices.map(String.init),
                observe: { prompt, _ in observed[prompt] += 1 },
                advanced: { finished in
                    for text in finished {
                        XCTAssertNil(told[text.prompt], "prompt \(text.prompt) is told once")
                        told[text.prompt] = text.tokens
                    }
                })
            XCTAssertEqual(observed, Array(repeating: 5, count: prompts.count))
            XCTAssertEqual(prompts.indices.map { told[$0] }, made)
            return made.flatMap { $0.map(Float.init) }
        }
    }

    /// Halves really are halves: rows of a batch, slots of the cache.
    func testLessIsAskedForAfterwards() throws {
        let sequences = (0..<12).map { number in (0..<8).map { 2 + (number * 5 + $0 * 3) % 80 } }
        let readings = sequences.indices.map { StateReading(sequence: $0, block: 2, tokens: 7..<8) }
        let rowBytes = 4 * (try ModelFixture.model("gptj").configuration.activationFloatsPerRow)
        let subject = try Subject("gptj", batchBytes: 96 * rowBytes)
        let (model, memory) = (subject.model, subject.backend.memory)
        let expected = try model.backend.read(try model.states(of: sequences, reading: readings))
        let before = memory.used
        memory.reset()
        _ = try model.states(of: sequences, reading: readings)
        let whole = memory.highest - before
        memory.reset(limit: before + whole * 3 / 4)
        XCTAssertEqual(
            try model.backend.read(try model.states(of: sequences, reading: readings)), expected)
        XCTAssertLessThan(memory.highest - before, whole * 3 / 4)
        XCTAssertEqual(memory.failures, 1)
        XCTAssertEqual(subject.shortages.map(\.isHalved), [false])
    }

    func testTheSecondTimeSaysWhatFillsTheDevice() throws {
        let fixture = try ModelFixture("gpt2")
        let subject = try Subject("gpt2")
        let summary = try ModelSummary(ModelFixture.checkpoint("gpt2"))
        let used = subject.backend.memory.used
        subject.backend.memory.reset(limit: used)
        let positions = subject.model.allPositions(fixture.sequences)
        for attempt in 0..<2 {
            XCTAssertThrowsError(try subject.model.logits(of: fixture.sequences, at: positions)) { error in
                guard case LanguageModelError.outOfMemory(let shortage) = error else {
                    return XCTFail("\(error)")
                }
                XCTAssertTrue(shortage.isHalved, "\(attempt)")
                XCTAssertEqual(shortage.device, "metered")
                XCTAssertEqual(shortage.requestedBytes, 4 * positions.count * 24)
                XCTAssertEqual(shortage.parts[.weights], summary.weightBytes())
                XCTAssertEqual(shortage.parts[.logits], 4 * positions.count * 89)
                XCTAssertNotNil(shortage.parts[.activations])
                XCTAssertNil(shortage.parts[.cache])
                XCTAssertEqual(shortage.remedies, [.smallerBatches, .halfPrecision, .otherDevice])
                XCTAssertGreaterThan(shortage.memory?.total ?? 0, 0)
            }
        }
        XCTAssertEqual(subject.shortages.count, 1)
        XCTAssertEqual(subject.backend.memory.used, used)
    }

    func testWeightsThatDoNotFit() throws {
        let backend = MeteredBackend(CPUBackend(threads: 1))
        backend.memory.reset(limit: 500)
        XCTAssertThrowsError(
            try ModelFixture.model(
                ModelFixture.checkpoint("gpt2"), on: backend, notice: { XCTFail("halved: \($0)") })
        ) { error in
            guard case LanguageModelError.outOfMemory(let shortage) = error else {
                return XCTFail("\(error)")
            }
            XCTAssertFalse(shortage.isHalved)
            XCTAssertNotNil(shortage.parts[.weights])
            XCTAssertEqual(shortage.remedies, [.halfPrecision, .otherDevice])
        }
    }
}
