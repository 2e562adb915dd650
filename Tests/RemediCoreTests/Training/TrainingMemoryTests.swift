import Compute
import Foundation
import LanguageModels
import Synchronization
import TestBackends
import XCTest

@testable import RemediCore

/// Training on a device that runs out of memory: the same bytes in halves, or an end that leaves the last
/// epoch's checkpoint as it was.
final class TrainingMemoryTests: XCTestCase {
    private final class Subject {
        let backend = MeteredBackend(CPUBackend(threads: 1))
        let fixture: TrainingFixture
        private let heard = Heard()

        final class Heard: Sendable {
            let count = Mutex(0)
        }

        init(_ family: String, batchBytes: Int? = nil) throws {
            let heard = heard
            fixture = try TrainingFixture(
                family, on: backend, batchBytes: batchBytes, notice: { _ in heard.count.withLock { $0 += 1 } }
            )
        }

        var notices: Int { heard.count.withLock { $0 } }

        func train(_ options: TrainingOptions, in folder: URL) throws -> URL {
            try fixture.run(options, directory: folder).run()[0].directory
        }
    }

    /// All terms, an uneven last batch, and a KL term that takes the batch's last sample alone.
    private func options(_ divergence: TrainingOptions.Divergence) -> TrainingOptions {
        var options = TrainingFixture.options(epochs: 2)
        options.batchSize = 15
        options.essenceWeight = 0.5
        options.normWeight = 0.25
        options.divergence = divergence
        return options
    }

    private func assertSame(_ a: URL, _ b: URL, _ place: String) throws {
        let name = "weights.safetensors"
        XCTAssertEqual(
            try Data(contentsOf: a.appendingPathComponent(name)),
            try Data(contentsOf: b.appendingPathComponent(name)), place)
        XCTAssertEqual(try losses(a), try losses(b), place)
    }

    private func losses(_ folder: URL) throws -> [JSONValue?] {
        try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
            .split(separator: "\n").flatMap { line in
                let json = try JSONValue(parsing: String(line))
                return [json["train"], json["validation"]]
            }
    }

    func testOnceOutOfMemoryEndsWithTheSameBytes() throws {
        for (family, divergence) in [("gpt2", TrainingOptions.Divergence.batch), ("llama", .lastSample)] {
            let options = options(divergence)
            let whole = try Subject(family)
            let expected = try whole.train(options, in: try temporaryFolder())
            for (meter, kind) in [(\MeteredBackend.memory, "request"), (\.scratch, "product")] {
                let count = whole.backend[keyPath: meter].requests
                for number in stride(from: 0, to: count, by: count / 5 + 1) {
                    let place = "\(family), \(kind) \(number) of \(count)"
                    let subject = try Subject(family)
                    let made = subject.backend[keyPath: meter].requests
                    if number < made { continue }
                    subject.backend[keyPath: meter].reset(failing: [number - made])
                    do {
                        try assertSame(subject.train(options, in: try temporaryFolder()), expected, place)
                        XCTAssertEqual(subject.notices, 1, place)
                    } catch LanguageModelError.outOfMemory {
                        // What is kept for the whole run has no half.
                        XCTAssertEqual(subject.notices, 0, place)
                    }
                }
            }
        }
    }

    /// The largest steps do not fit; their halves do.
    func testHalvesNeedLess() throws {
        var options = options(.batch)
        options.cacheBytes = 0
        let whole = try Subject("gpt2", batchBytes: 1)
        let expected = try whole.train(options, in: try temporaryFolder())
        let subject = try Subject("gpt2", batchBytes: 1)
        subject.backend.memory.reset(limit: whole.backend.memory.highest * 3 / 4)
        try assertSame(subject.train(options, in: try temporaryFolder()), expected, "three quarters")
        XCTAssertEqual(subject.notices, 1)
        XCTAssertEqual(subject.backend.memory.failures, 1)
    }

    func testTwiceOutOfMemoryLeavesTheLastCheckpoint() throws {
        let options = options(.batch)
        let whole = try Subject("gpt2")
        let expected = try whole.train(options, in: try temporaryFolder())
        let count = whole.backend.memory.requests
        for share in [0.45, 0.7, 0.95] {
            let folder = try temporaryFolder()
            let subject = try Subject("gpt2")
            let first = Int(Double(count) * share)
            subject.backend.memory.reset(failing: Set(first..<first + 40))
            XCTAssertThrowsError(try subject.train(options, in: folder), "\(share)") { error in
                guard case LanguageModelError.outOfMemory(let shortage) = error else {
                    return XCTFail("\(share): \(error)")
                }
                XCTAssertTrue(shortage.isHalved)
                XCTAssertEqual(
                    shortage.remedies,
                    [.smallerBatches, .fewerKeptSamples, .halfPrecision, .otherDevice])
                for part in [MemoryShortage.Part.weights, .frozen, .activations, .logits] {
                    XCTAssertGreaterThan(shortage.parts[part] ?? 0, 0, "\(part)")
                }
            }
            try assertSame(try Subject("gpt2").train(options, in: folder), expected, "\(share)")
        }
    }
}
