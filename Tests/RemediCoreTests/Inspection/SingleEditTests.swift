import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class SingleEditTests: XCTestCase {
    private func edit(_ type: EditorType, block: Int = 1) throws -> (SingleEdit, [Sample]) {
        let model = try TinyModels.open("gpt2")
        let editor =
            type == .linear
            ? try Editor.load(type: type, block: block, directory: TinyModels.editors, model: model)
            : try Editor.parameterless(type, block: block, model: model)
        return (SingleEdit(model: model, editor: editor, top: 5), try TinyModels.cases().samples)
    }

    func testScoresAgreeWithTheBenchmark() throws {
        let (edit, samples) = try edit(.linear)
        let expected = try JSONValue(
            parsing: Data(contentsOf: FixtureFiles.own("evaluation/expected.json")))["gpt2"]
        for sample in samples[..<3] + samples[5...] {
            let result = try edit.run(sample)
            for (condition, outcome) in [("unedited", result.before), ("linear", result.after)] {
                let values = expected![condition]!["efficacy"]!["samples"]![sample.id]!.array![0].array!
                XCTAssertEqual(
                    outcome.targets.map(\.word), [sample.targetMediated!, sample.targetUnmediated!])
                for index in 0..<2 {
                    let target = outcome.targets[index]
                    XCTAssertEqual(
                        target.logProbability, values[index].double!, accuracy: 1e-4, sample.id)
                    XCTAssertEqual(
                        target.fullLogProbability, values[2 + index].double!, accuracy: 1e-4, sample.id)
                }
            }
        }
    }

    func testAnEditThatChangesNothingIsTold() throws {
        let (none, samples) = try edit(.null)
        XCTAssertEqual(try none.run(samples[0]).notes, [.withoutEffect])
        var (weak, _) = try edit(.linear)
        XCTAssertEqual(try weak.run(samples[0]).notes, [])
        weak.alpha = 1e-9
        XCTAssertEqual(try weak.run(samples[0]).notes, [.withoutEffect])
    }

    func testTopAndContinuation() throws {
        let (edit, samples) = try edit(.linear)
        let result = try edit.run(samples[0], targets: ["one", "one", samples[0].targetMediated!])
        XCTAssertEqual(result.before.targets.count, 3)
        for outcome in [result.before, result.after] {
            XCTAssertEqual(outcome.top.count, 5)
            XCTAssertTrue(
                zip(outcome.top, outcome.top.dropFirst()).allSatisfy {
                    $0.logProbability >= $1.logProbability
                })
        }
        XCTAssertNotEqual(result.before.top, result.after.top)
        XCTAssertEqual(result.json["before"]?.object?.keys, ["top", "continuation", "targets"])
        XCTAssertEqual(result.json["after"]?["top"]?.array?.first?.object?.keys, ["token", "id", "logp"])
        let first = edit.model.tokenizer.decode([result.before.top[0].id])
        XCTAssertTrue(result.before.continuation.hasPrefix(first), "greedy: the likeliest token first")
    }

    /// What makes an edit mean less is told with it.
    func testNotes() throws {
        let (edit, samples) = try edit(.linear)
        XCTAssertEqual(try edit.run(samples[0]).notes, [])
        XCTAssertFalse(try edit.run(samples[0]).isUnchanged)
        var inside = samples[0]
        inside.prompt = "Mc" + inside.entity + "s are"
        XCTAssertEqual(try edit.run(inside).notes, [.entityInsideWord(entity: inside.entity)])
        let word = try XCTUnwrap(samples[0].targetMediated)
        XCTAssertEqual(
            try edit.run(samples[0], targets: [word + " " + word]).notes,
            [.sharedFirstToken(word, word + " " + word)])
        let (last, _) = try self.edit(.identity, block: edit.model.blocks - 1)
        let result = try last.run(samples[0])
        XCTAssertEqual(result.notes, [.lastLayer(edit.model.blocks - 1)])
        XCTAssertTrue(result.isUnchanged)
    }

    func testNullEditChangesNothing() throws {
        var (edit, samples) = try edit(.null)
        edit.generation = GenerationOptions(sampling: .topK(5, temperature: 1), limit: .new(8))
        let result = try edit.run(samples[1])
        XCTAssertEqual(result.before, result.after)
        XCTAssertEqual(result.editedTokens.count, 1)
        edit.beta = 0
        XCTAssertNotEqual(try edit.run(samples[1]).after.top, result.after.top)
    }

    func testBadFacts() throws {
        let (edit, samples) = try edit(.identity)
        var sample = samples[0]
        sample.prompt = "Nobody knows"
        XCTAssertThrowsError(try edit.run(sample)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .entityNotInPrompt(entity: sample.entity, prompt: "Nobody knows", sample: sample.id))
        }
    }
}
