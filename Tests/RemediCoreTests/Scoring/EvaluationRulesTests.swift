import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// The reference's rules one by one; `ReferenceEvaluationTests` has all of them together.
final class EvaluationRulesTests: XCTestCase {
    private let ada = Sample(
        id: "ada", entity: "Ada", attribute: "lives in Paris", context: "Adamant Ada lives in Paris",
        prompt: "The home of Ada", targetMediated: "Paris", targetUnmediated: "Rome")

    func testLeftPadding() {
        XCTAssertEqual(LeftPadding.tokens(before: [3, 5, 2, 4, 1], batchSize: 2), [2, 0, 2, 0, 0])
        XCTAssertEqual(LeftPadding.tokens(before: [3, nil, 7], batchSize: 16), [4, 0, 0])
        XCTAssertEqual(LeftPadding.tokens(before: [3, 5, 2], batchSize: 1), [0, 0, 0])
        XCTAssertEqual(LeftPadding.tokens(before: [nil, nil], batchSize: 2), [0, 0])
        XCTAssertEqual(LeftPadding.tokens(before: [], batchSize: 2), [])
    }

    /// As CPython 3.11 shuffles after `random.seed(123456)`, one list after the other.
    func testPythonShuffles() {
        let truths = (0..<12).map { $0 < 7 }
        let expected = ["101010010111", "111001010011", "101111110000"]
        for (earlier, bits) in expected.enumerated() {
            let shuffled = ControlTask.shuffledByPython(truths, seed: 123456, earlier: earlier)
            XCTAssertEqual(shuffled.map { $0 ? "1" : "0" }.joined(), bits, "\(earlier)")
        }
        let shuffle = TruthShuffle(seed: 123456, probe: "linear/1 1", earlierProbes: 1)
        let second = shuffle.shuffled(truths, part: "contextual", number: 0, of: 2)
        XCTAssertEqual(second.map { $0 ? "1" : "0" }.joined(), expected[2])
        XCTAssertEqual(
            TruthShuffle(seed: 1, probe: "p").shuffled(truths, part: "a"),
            ControlTask.shuffled(truths, seed: 1, task: "a p"))
    }

    /// Where positions are learned a shift counts; where they are turned it does not.
    func testShiftedPositions() throws {
        for (family, isLearned) in [("gpt2", true), ("llama", false)] {
            let model = try TinyModels.open(family)
            let tokens = Array(model.tokenizer.encode("Ada lives in Paris").ids.prefix(5))
            func logits(_ shifts: [Int]) throws -> [Float] {
                let places = [Position(sequence: 1, token: tokens.count - 1)]
                return try model.backend.read(
                    try model.logits(of: [tokens, tokens], at: places, shifts: shifts))
            }
            let usual = try logits([])
            XCTAssertEqual(try logits([3, 0]), usual, family)
            let shifted = try logits([0, 3])
            let difference = zip(usual, shifted).map { abs($0 - $1) }.max() ?? 0
            XCTAssertEqual(difference > 1e-3, isLearned, "\(family): \(difference)")
            // Nothing stands beyond the context.
            XCTAssertNoThrow(try logits([0, model.contextLength]), family)
        }
    }

    /// A limit on prompt and text together can count padding, one on the text alone cannot.
    func testWhatLimitsCount() throws {
        let model = try TinyModels.open("gpt2")
        let prompt = Array(model.tokenizer.encode("Ada lives in Paris").ids.prefix(5))
        for (limit, paddings, count) in [
            (GenerationOptions.Limit.total(11), [], 6), (.total(11), [0], 6), (.total(11), [4], 2),
            (.total(11), [40], 1), (.new(3), [40], 3),
        ] {
            var options = GenerationOptions(sampling: .greedy, limit: limit)
            options.stopsAtEndToken = false
            let made = try model.generate(
                [prompt], options: options, seed: 1, streamIds: ["a"], paddings: paddings)
            XCTAssertEqual(made[0].count, count, "\(limit), \(paddings)")
        }
    }

    func testPlainMentions() throws {
        let model = try TinyModels.open("gpt2")
        var plain = TokenOptions()
        plain.mentions = .text
        func place(_ text: String, _ occurrence: Int, _ options: TokenOptions) throws -> Range<Int> {
            try model.locate(entity: "Ada", in: text, occurrence: occurrence, options: options).entityInPrompt
        }
        let text = "Adamant Ada and Ada"
        let first = try place(text, 0, plain)
        XCTAssertEqual(first.lowerBound, 0)
        XCTAssertLessThan(first.upperBound, try place(text, 1, plain).upperBound)
        XCTAssertEqual(try place(text, 1, plain), try place(text, 0, TokenOptions()))
        XCTAssertThrowsError(try place(text, 3, plain))
        var empty = ada
        empty.attribute = ""
        XCTAssertEqual(try model.representationSource(of: empty, options: plain).attribute, 0..<1)
        XCTAssertThrowsError(try model.representationSource(of: empty, options: TokenOptions()))
    }

    func testTargetsAreExchangedEverywhere() throws {
        var sample = ada
        sample.attribute = "Parisian, of Paris in France"
        sample.context = "Ada is Parisian, of Paris in France"
        let exchanged = try XCTUnwrap(sample.withTargetsExchangedEverywhere)
        XCTAssertEqual(exchanged.attribute, "Romeian, of Rome in France")
        XCTAssertEqual(exchanged.context, "Ada is Romeian, of Rome in France")
        XCTAssertNil(sample.withTargetsExchanged)
        sample.targetUnmediated = nil
        XCTAssertNil(sample.withTargetsExchangedEverywhere)
    }

    /// Samples that cannot be read by this program's rules keep their rows.
    func testNothingIsLeftOut() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var samples = ["a", "b", "c", "d"].map { id in
            var sample = ada
            sample.id = id
            return sample
        }
        samples[1].attribute = ""
        samples[2].attribute = "lives in Paris today"
        samples[2].context = "Ada lives in Paris today"
        let file = folder.appendingPathComponent("samples.jsonl")
        try Dataset.write(samples, to: file)
        let dataset = try Dataset.load(.counterfact, file: file)
        XCTAssertEqual(try dataset.samples(of: .all).map(\.id), ["a", "c", "d"])
        XCTAssertEqual(try dataset.samples(of: .all, mentions: .text).map(\.id), ["a", "b", "c", "d"])
        let model = try TinyModels.open("gpt2")
        var plain = TokenOptions()
        plain.mentions = .text
        for sample in samples {
            XCTAssertNoThrow(try FactTexts(sample, model: model, options: plain), sample.id)
        }
        XCTAssertThrowsError(try FactTexts(samples[2], model: model, options: TokenOptions())) {
            XCTAssertEqual($0 as? SkipReason, .targetNotInAttribute)
        }
    }

    func testEndsAreEditedOrNot() throws {
        let model = try TinyModels.open("gpt2")
        let editor = try Editor.parameterless(
            .identity, block: 1, model: model, tokenOptions: TokenOptions())
        for isEdited in [true, false] {
            var options = EvaluationFixture.options()
            options.rules.editsEnds = isEdited
            let subject = try EvaluationSubject(
                model: model, samples: [ada], condition: .edited(.identity, block: 1),
                editor: (
                    editor,
                    SharedDirections(
                        model: model, samples: [ada], editors: [editor], progress: SilentProgress())
                ),
                options: options, unedited: KnownScores(), progress: SilentProgress())
            XCTAssertEqual(try subject.prompt("The home of Ada", of: 0).edit != nil, isEdited)
            XCTAssertNotNil(try subject.prompt("Ada is", of: 0).edit)
        }
    }

    /// The target of entailment where it first occurs, and which features stand after the context.
    func testFirstOccurrencesOfTargets() throws {
        let model = try TinyModels.open("gpt2")
        let sample = Sample(
            id: "redwood", entity: "redwood", attribute: "is red", context: "A redwood is red.", prompt: "")
        let feature = EntailmentFeature(
            fluent: "is red", prompt: "A redwood is", target: "red", reference: nil)
        var rules = EvaluationRules()
        rules.scoredTarget = .first
        rules.prefixesUnrelated = false
        for isPrefixed in [false, true] {
            let reader = EntailmentReader(
                model: model, tokenOptions: TokenOptions(), isPrefixed: isPrefixed, rules: rules)
            let ending = try reader.endings(of: sample, [feature], edit: nil)[0]
            let whole = model.tokenizer.encode("A redwood is red")
            let place = try XCTUnwrap(whole.tokens(of: 2..<5))
            XCTAssertEqual(ending.tokens, Array(whole.ids[..<place.upperBound]), "\(isPrefixed)")
            XCTAssertEqual(ending.start, place.lowerBound, "\(isPrefixed)")
        }
    }

    /// What is ours is not recorded, so that results from before are used again.
    func testRecordedRules() {
        XCTAssertEqual(EvaluationRules().inputs(batchSize: 32), [:])
        let reference = EvaluationRules(.reference)
        XCTAssertEqual(
            reference.ofErrorCorrection.inputs(batchSize: 16),
            ["positions": "padding", "lengths": "padding", "padded_batches": 16, "edit_ends": "no"])
        XCTAssertEqual(
            reference.ofClassification.inputs(batchSize: 8),
            ["positions": "padding", "padded_batches": 8, "draws": "python"])
        XCTAssertEqual(
            reference.ofEntailment.inputs(batchSize: 8), ["scored_target": "first", "prefix_unrelated": "no"])
        XCTAssertNil(reference.ofGeneration.inputs(batchSize: 16)["positions"])
    }
}
