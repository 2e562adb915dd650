import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class SingleProbeTests: XCTestCase {
    private typealias Fixture = ClassificationFixture

    /// Makes the normaliser of the training cases beside the editor.
    private func fitted(_ family: String = "gpt2") throws -> URL {
        let editors = try temporaryFolder()
        try Fixture.copyEditors(to: editors)
        var options = Fixture.options(editors: editors, entityBlocks: [2])
        options.normalization = .train
        _ = try Fixture.run(
            options, family: family, dataset: Fixture.dataset(training: true), in: temporaryFolder())
        return editors
    }

    func testAgainstPyTorch() throws {
        for family in ["gpt2", "llama"] {
            let probe = try SingleProbe(
                model: TinyModels.open(family), type: .linear, block: 1, directory: fitted(family),
                entityBlock: 2)
            for expected in try XCTUnwrap(Fixture.expected(family)["probes"]?.array) {
                let attributes = try XCTUnwrap(expected["attributes"]?.array).compactMap(\.string)
                let scores = try XCTUnwrap(expected["scores"]?.array).compactMap(\.double)
                let found = try probe.run(
                    entity: XCTUnwrap(expected["entity"]?.string),
                    prompt: XCTUnwrap(expected["prompt"]?.string), context: expected["context"]?.string,
                    attributes: attributes)
                let order = scores.sorted(by: >)
                for (belief, score) in zip(found.beliefs, order) {
                    XCTAssertEqual(belief.score, score, accuracy: 1e-4, "\(family), \(belief.attribute)")
                    XCTAssertEqual(
                        belief.attribute, attributes[try XCTUnwrap(scores.firstIndex(of: score))])
                    XCTAssertEqual(belief.isBelieved, score > found.calibration.threshold)
                }
                XCTAssertEqual(found.beliefs.count, 3)
                XCTAssertEqual(found.pairs.count, 3)
                XCTAssertTrue(found.pairs.allSatisfy { $0.rather.score >= $0.than.score })
                XCTAssertEqual(found.sampleCount, Fixture.trainingCount)
            }
        }
    }

    func testTheEntityLayerThatTellsMost() throws {
        let editors = try fitted()
        let model = try TinyModels.open("gpt2")
        let sample = try Fixture.dataset(training: false).samples[0]
        func run(_ block: Int?) throws -> SingleProbeResult {
            try SingleProbe(
                model: model, type: .linear, block: 1, directory: editors, entityBlock: block
            ).run(entity: sample.entity, prompt: sample.prompt, attributes: ["is nice"])
        }
        let accuracies = try [1, 2].map { try run($0).calibration.pairAccuracy }
        XCTAssertEqual(try run(nil).entityBlock, accuracies[1] > accuracies[0] ? 2 : 1)
        XCTAssertEqual(try run(0).entityBlock, 0)
    }

    func testWhatDoesNotFitIsRefused() throws {
        let editors = try fitted()
        let file = editors.appendingPathComponent("linear/1/normalizer.safetensors")
        func open(_ family: String = "gpt2", block: Int? = nil, tokens: TokenOptions = TokenOptions()) throws
        {
            _ = try SingleProbe(
                model: TinyModels.open(family), type: .linear, block: 1, directory: editors,
                entityBlock: block, tokens: tokens)
        }
        try open()
        func mismatch(_ what: String, _ body: () throws -> Void, line: UInt = #line) {
            XCTAssertThrowsError(try body(), line: line) {
                guard case .normalizerMismatch(let path, let found, _, _)? = $0 as? RemediError else {
                    return XCTFail("\($0)", line: line)
                }
                XCTAssertEqual(path, file.path, line: line)
                XCTAssertEqual(found, what, line: line)
            }
        }
        mismatch("model") { try open("llama") }
        var tokens = TokenOptions()
        tokens.attributeWithoutEntity = true
        mismatch("attribute no entity") { try open(tokens: tokens) }
        XCTAssertThrowsError(try open(block: 3)) {
            XCTAssertEqual($0 as? LanguageModelError, .noSuchBlock(block: 3, blocks: 3))
        }
        // Another editor of the same shape in its place.
        let weights = editors.appendingPathComponent("linear/1/weights.pth")
        try FileManager.default.removeItem(at: weights)
        try FileManager.default.copyItem(
            at: FixtureFiles.own("training/reference/linear/1/weights.pth"), to: weights)
        mismatch("editor") { try open() }
        var options = Fixture.options(editors: editors, entityBlocks: [2])
        options.normalization = .train
        mismatch("editor") { _ = try Fixture.run(options, in: temporaryFolder()) }
        options.overwrite = true
        _ = try Fixture.run(options, in: temporaryFolder())
        try open()
        try FileManager.default.removeItem(at: file)
        XCTAssertThrowsError(try open()) {
            XCTAssertEqual($0 as? RemediError, .normalizerMissing(path: file.path))
        }
    }

    func testDamagedNormalizersAreRefused() throws {
        let editors = try fitted()
        let file = editors.appendingPathComponent("linear/1/normalizer.safetensors")
        let bytes = try Data(contentsOf: file)
        for count in [0, 7, bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(count).write(to: file)
            XCTAssertThrowsError(
                try SingleProbe(
                    model: TinyModels.open("gpt2"), type: .linear, block: 1, directory: editors,
                    entityBlock: nil), "\(count)"
            ) {
                XCTAssertEqual($0 as? RemediError, .normalizerDamaged(path: file.path), "\(count)")
            }
        }
    }
}
