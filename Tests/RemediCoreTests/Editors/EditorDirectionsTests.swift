import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Editors that are not trained; `GradientTests` covers the others.
final class EditorDirectionsTests: XCTestCase {
    func testIdentityAndNull() throws {
        let fixture = try TrainingFixture("gpt2")
        let samples = try TrainingFixture.samples("gradient-samples.jsonl")
        let representations = try fixture.model.representations(
            of: samples, block: 2, options: TokenOptions())
        for type in [EditorType.identity, .null] {
            let editor = try Editor.load(
                type: type, block: 2, directory: URL(fileURLWithPath: "/nowhere"), model: fixture.model)
            let directions = try fixture.model.backend.read(
                editor.directions(for: representations, sampleIds: samples.map(\.id)))
            let attribute = try fixture.model.backend.read(representations.attribute)
            XCTAssertEqual(
                directions, type == .identity ? attribute : attribute.map { _ in 0 }, "\(type)")
        }
        XCTAssertThrowsError(try Editor.parameterless(.null, block: 3, model: fixture.model))
    }

    /// Draws have the stored mean and variance, differ between samples, and do not depend on the batch.
    func testRandom() throws {
        let fixture = try TrainingFixture("gpt2")
        let size = fixture.model.hiddenSize
        let mean = (0..<size).map { Float($0) }
        let variance = (0..<size).map { Float($0 * $0) }
        let editor = try Editor(
            type: .random, block: 0, shape: EditorShape(hiddenSize: size), values: [mean, variance],
            metadata: EditorMetadata(model: "", modelFingerprint: nil, seed: 11),
            backend: fixture.model.backend)
        let ids = (0..<2000).map { "sample \($0)" }
        func draw(_ ids: [String]) throws -> [Float] {
            let nothing = try fixture.model.backend.makeMatrix(rows: ids.count, columns: size)
            return try fixture.model.backend.read(
                editor.directions(
                    for: SampleRepresentations(entity: nothing, attribute: nothing), sampleIds: ids))
        }
        let draws = try draw(ids)
        XCTAssertEqual(Array(draws[5 * size..<7 * size]), try draw(Array(ids[5..<7])))
        for dimension in 0..<size {
            let values = ids.indices.map { Double(draws[$0 * size + dimension]) }
            let average = values.reduce(0, +) / Double(ids.count)
            let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(ids.count)
            let wanted = Double(dimension)
            XCTAssertEqual(average, wanted, accuracy: 0.1 * wanted + 1e-12, "dimension \(dimension)")
            XCTAssertEqual(
                spread, wanted * wanted, accuracy: 0.12 * wanted * wanted + 1e-12, "dimension \(dimension)")
        }
    }

    /// The random editor's statistics are those of the entity's second mention minus its first.
    func testRandomIsFittedToTheTrainingSplit() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options()
        options.editorTypes = [.random]
        let folder = try temporaryFolder()
        let run = try fixture.run(options, directory: folder)
        let trained = try run.run()[0]
        XCTAssertEqual(trained.epochs, 0)
        let editor = try Editor.load(type: .random, block: 1, directory: folder, model: fixture.model)
        var deltas: [[Double]] = []
        for sample in run.data.trainingSamples {
            let text = "\(sample.context). \(sample.prompt)"
            let offset = sample.context.count + 2
            let first = try fixture.model.locate(entity: sample.entity, in: text, options: TokenOptions())
            let second = try fixture.model.locate(
                entity: sample.entity, in: text, searchStart: offset, options: TokenOptions())
            let states = try fixture.model.backend.read(
                fixture.model.states(
                    of: [first.promptTokens],
                    reading: [first, second].map {
                        StateReading(sequence: 0, block: 1, tokens: $0.entityInPrompt)
                    }))
            let size = states.count / 2
            deltas.append((0..<size).map { Double(states[size + $0]) - Double(states[$0]) })
        }
        XCTAssertEqual(deltas.count, 64)
        let values = try editor.values()
        for dimension in values[0].indices {
            let column = deltas.map { $0[dimension] }
            let mean = column.reduce(0, +) / 64
            let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 63
            XCTAssertEqual(Double(values[0][dimension]), mean, accuracy: 1e-5, "\(dimension)")
            XCTAssertEqual(Double(values[1][dimension]), variance, accuracy: 1e-5 * variance + 1e-9)
        }
        XCTAssertTrue(try fixture.run(options, directory: folder).run()[0].isReused)
    }
}
