import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// The demonstration's model and data sets, as the program's readers see them.
final class DemoModelTests: XCTestCase {
    private func folder() throws -> DemoFolder {
        try DemoFolder(cache: try temporaryFolder(), temporary: [URL(fileURLWithPath: "/nowhere")])
    }

    /// `transformers` computes the same logits; Scripts/demo/make_fixture.py wrote them.
    func testLogitsAgreeWithTransformers() throws {
        let model = try LanguageModel(
            folder: try folder().model, name: "demo", backend: CPUBackend(threads: 1))
        let fixture = try JSONValue(parsing: Data(contentsOf: FixtureFiles.own("demo/logits.json")))
        let stride = try XCTUnwrap(fixture["stride"]?.integer)
        let entries = try XCTUnwrap(fixture["entries"]?.array)
        XCTAssertEqual(entries.count, 8)
        for entry in entries {
            let prompt = try XCTUnwrap(entry["prompt"]?.string)
            let ids = try XCTUnwrap(entry["ids"]?.array).compactMap(\.integer)
            XCTAssertEqual(model.tokenizer.encode(prompt).ids, ids, prompt)
            let logits = try model.backend.read(
                model.logits(of: [ids], at: [Position(sequence: 0, token: ids.count - 1)]))
            let expected = try XCTUnwrap(entry["logits"]?.array).compactMap(\.double)
            XCTAssertEqual(expected.count, (model.vocabularySize + stride - 1) / stride, prompt)
            for (index, value) in expected.enumerated() {
                XCTAssertEqual(Double(logits[index * stride]), value, accuracy: 2e-4, "\(prompt), \(index)")
            }
        }
    }

    /// Evaluated are other entities and, of each relation, other values than training teaches.
    func testEvaluationHoldsOutEntitiesAndValues() throws {
        let data = try Dataset.load(
            .counterfact, file: try folder().data.appendingPathComponent("counterfact.json"))
        let (training, evaluation) = (data[.training], data[.evaluation(small: false)])
        XCTAssertEqual(training.count, 1440)
        XCTAssertEqual(evaluation.count, 300)
        XCTAssertEqual(data.droppedCount, 0)
        func facts(_ samples: ArraySlice<Sample>) -> Set<String> {
            Set(samples.map { CounterFact.relation(of: $0).map { "\($0.relation) \($0.target)" } ?? $0.id })
        }
        XCTAssertTrue(facts(training).isDisjoint(with: facts(evaluation)))
        XCTAssertTrue(Set(training.map(\.entity)).isDisjoint(with: Set(evaluation.map(\.entity))))
        XCTAssertEqual(Set(evaluation.compactMap { CounterFact.relation(of: $0)?.relation }).count, 12)
        for sample in evaluation {
            XCTAssertEqual(CounterFact.paraphrasePrompts(of: sample)?.count, 3, sample.id)
            XCTAssertEqual(CounterFact.generationPrompts(of: sample)?.count, 3, sample.id)
            XCTAssertFalse(CounterFact.neighborhoodPrompts(of: sample)?.isEmpty ?? true, sample.id)
        }
    }

    /// Every value that cases teach or take away is one token after a space.
    func testValuesAreSingleTokens() throws {
        let demo = try folder()
        let tokenizer = try Tokenizer(folder: demo.model)
        let data = try Dataset.load(.counterfact, file: demo.data.appendingPathComponent("counterfact.json"))
        for word in Set(data.samples.flatMap { [$0.targetMediated, $0.targetUnmediated].compactMap { $0 } }) {
            XCTAssertEqual(tokenizer.encode(" " + word).ids.count, 1, word)
        }
    }

    func testTheOtherDataSetsAreRead() throws {
        let demo = try folder()
        for (name, training, evaluation) in [
            (DatasetName.biosbias, 150, 50), (.mcrae, 300, 100), (.winoventi, 120, 100),
        ] {
            let file = name.form.fileNames.map(demo.data.appendingPathComponent)
                .first { FileManager.default.fileExists(atPath: $0.path) }
            let data = try Dataset.load(name, file: XCTUnwrap(file))
            XCTAssertGreaterThanOrEqual(data[.training].count, training, name.rawValue)
            XCTAssertGreaterThanOrEqual(data[.evaluation(small: false)].count, evaluation, name.rawValue)
        }
    }

    func testReferenceTextsKnowEveryCase() throws {
        let demo = try folder()
        let texts = try ReferenceTexts(folder: demo.data)
        let data = try Dataset.load(.counterfact, file: demo.data.appendingPathComponent("counterfact.json"))
        for sample in data[.evaluation(small: false)] {
            let (relation, target) = try XCTUnwrap(CounterFact.relation(of: sample))
            XCTAssertGreaterThan(texts.snippets.count(relation: relation, target: target), 0, sample.id)
        }
    }
}
