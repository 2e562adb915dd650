import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// What the options of a training do.
final class TrainingOptionsTests: XCTestCase {
    private func losses(_ editor: TrainedEditor) throws -> [(train: Double, validation: Double?)] {
        try String(
            contentsOf: editor.directory.appendingPathComponent("metrics.jsonl"), encoding: .utf8
        ).split(separator: "\n").map {
            let line = try JSONValue(parsing: String($0))
            return (
                try XCTUnwrap(line["train"]?["loss"]?.double), line["validation"]?["loss"]?.double
            )
        }
    }

    private func weights(_ editor: TrainedEditor) throws -> Data {
        try Data(contentsOf: editor.directory.appendingPathComponent("weights.safetensors"))
    }

    /// A learning rate that spoils the editor: training stops when patience is over, and the best epoch's
    /// editor is kept, or the last.
    func testEarlyStoppingAndTheKeptEditor() throws {
        let fixture = try TrainingFixture("gpt2")
        for keep in TrainingOptions.Keep.allCases {
            for patience in [0, 2] {
                var options = TrainingFixture.options(epochs: 20)
                options.optimizer.learningRate = 3
                options.patience = patience
                options.keep = keep
                let trained = try fixture.run(options, directory: try temporaryFolder()).run()[0]
                let losses = try losses(trained)
                XCTAssertEqual(trained.bestEpoch, 0)
                XCTAssertEqual(trained.epochs, patience + 1, "more than \(patience) failures")
                XCTAssertEqual(losses.count, patience + 2)
                let editor = try Editor.load(
                    type: .linear, block: 1,
                    directory: trained.directory.deletingLastPathComponent().deletingLastPathComponent(),
                    model: fixture.model)
                let run = try fixture.run(options, directory: try temporaryFolder())
                XCTAssertEqual(
                    try editor.values() == run.initializer.values(of: 0), keep == .best, "\(keep)")
            }
        }
    }

    func testEarlyStoppingCountsFailuresInARow() {
        var stopping = EarlyStopping()
        let expected: [(Double, Bool, Int)] = [
            (5, true, 0), (6, false, 1), (4, true, 0), (4, false, 1), (4.5, false, 2), (3, true, 0),
        ]
        for (epoch, (loss, isBest, failures)) in expected.enumerated() {
            XCTAssertEqual(stopping.observe(loss, epoch: epoch), isBest, "epoch \(epoch)")
            XCTAssertEqual(stopping.failures, failures, "epoch \(epoch)")
        }
        XCTAssertEqual(stopping.bestEpoch, 5)
        XCTAssertFalse(stopping.stops(patience: 0))
    }

    /// A loss that is not finite stops the run, names the samples, and leaves the last good checkpoint.
    func testNonFiniteLoss() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options(epochs: 5)
        options.optimizer.learningRate = 1e38
        let folder = try temporaryFolder()
        XCTAssertThrowsError(try fixture.run(options, directory: folder).run()) {
            guard case .nonFiniteLoss(let epoch, let samples)? = $0 as? RemediError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(epoch, 1)
            XCTAssertFalse(samples.isEmpty)
            XCTAssertLessThanOrEqual(samples.count, 16)
        }
        let editor = folder.appendingPathComponent("linear/1")
        XCTAssertNil(Editor.weightsFile(in: editor))
        let checkpoint = try XCTUnwrap(
            TrainingCheckpoint(
                folder: editor, shapes: EditorType.linear.parameters(EditorShape(hiddenSize: 16))))
        XCTAssertEqual(checkpoint.state.epoch, 1)
        XCTAssertTrue(checkpoint.parameters.joined().allSatisfy(\.isFinite))
    }

    func testTypesThatCannotBeTrained() throws {
        let fixture = try TrainingFixture("gpt2")
        for type in [EditorType.identity, .null] {
            var options = TrainingFixture.options()
            options.editorTypes = [type]
            XCTAssertThrowsError(try fixture.run(options, directory: try temporaryFolder())) {
                XCTAssertEqual($0 as? RemediError, .editorNotTrainable(type: type.rawValue))
            }
        }
    }

    func testBadOptionsAreRefused() throws {
        let fixture = try TrainingFixture("gpt2")
        let changes: [(String, (inout TrainingOptions) -> Void)] = [
            ("no type", { $0.editorTypes = [] }), ("type twice", { $0.editorTypes = [.mlp, .mlp] }),
            ("layer twice", { $0.blocks = [1, 1] }), ("layer 3 of 3", { $0.blocks = [3] }),
            ("layer -1", { $0.blocks = [-1] }), ("batch 0", { $0.batchSize = 0 }),
            ("hold-out 1", { $0.holdOut = 1 }), ("hold-out nan", { $0.holdOut = .nan }),
            ("rank 0", { $0.rank = 0 }), ("lr nan", { $0.optimizer.learningRate = .nan }),
            ("patience", { $0.patience = -1 }), ("epochs", { $0.maxEpochs = -1 }),
        ]
        for (name, change) in changes {
            var options = TrainingFixture.options()
            change(&options)
            XCTAssertThrowsError(try fixture.run(options, directory: try temporaryFolder()), name)
        }
    }

    /// As in evaluations, a sample that cannot be used is left out, counted and named.
    func testBadSamplesAreLeftOut() throws {
        let fixture = try TrainingFixture("gpt2")
        let good = try TrainingFixture.samples()
        XCTAssertThrowsError(
            try fixture.run(TrainingFixture.options(), directory: try temporaryFolder(), samples: [])
        ) {
            XCTAssertEqual($0 as? RemediError, .nothingToTrainOn(samples: 0, heldOut: 0, leftOut: []))
        }
        var samples = good
        samples[4].entity = ""
        samples[5].prompt = "Nobody is mentioned here"
        samples[6].attribute = "lives on the moon"
        samples[7].prompt += String(repeating: " and again", count: 40)
        let run = try fixture.run(
            TrainingFixture.options(), directory: try temporaryFolder(), samples: samples)
        XCTAssertEqual(
            run.data.dropped.map(\.reason),
            [
                "entity not in the prompt", "attribute not in the context",
                "text longer than the model can read",
            ])
        XCTAssertEqual(
            run.data.dropped.map { Set($0.ids) },
            [Set([good[4].id, good[5].id]), [good[6].id], [good[7].id]])
        XCTAssertEqual(run.data.examples.count, 68)
    }

    /// A term with λ = 0 is not computed and not reported.
    func testZeroSwitchesTermsOff() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options(epochs: 1)
        options.unmediatedWeight = 0
        options.divergenceWeight = 0
        let trained = try fixture.run(options, directory: try temporaryFolder()).run()[0]
        let text = try String(
            contentsOf: trained.directory.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
        let line = try JSONValue(parsing: String(text.split(separator: "\n")[1]))
        XCTAssertEqual(line["train"]?.object?.keys, ["loss", "mediated"])
        XCTAssertEqual(line["train"]?["loss"], line["train"]?["mediated"])
        let run = try fixture.run(options, directory: try temporaryFolder())
        XCTAssertTrue(run.data.examples.allSatisfy { $0.prompt.readPositions.count == 1 })
    }

    func testUnmediatedIsOffWhereTheDataHasNone() {
        var options = TrainingOptions()
        let defaults = DatasetName.allCases.map { options.unmediatedWeight(for: $0) }
        XCTAssertEqual(defaults, [1, 1, 0, 0])
        options.unmediatedWeight = 0.5
        XCTAssertEqual(options.unmediatedWeight(for: .mcrae), 0.5)
    }

    /// Batch means and sample means differ only when batches differ in size.
    func testMeanOfEpochs() {
        var bySample = LossMean()
        var byBatch = LossMean()
        var terms = LossTerms()
        for (loss, count) in [(2.0, 4), (8.0, 1)] {
            terms.mediated = loss
            bySample.add(terms, samples: count, weighsSamples: true)
            byBatch.add(terms, samples: count, weighsSamples: false)
        }
        XCTAssertEqual(bySample.mean?.loss ?? 0, 3.2, accuracy: 1e-12)
        XCTAssertEqual(byBatch.mean?.loss ?? 0, 5, accuracy: 1e-12)
        XCTAssertNil(LossMean().mean)
    }

    func testSeparateValidationAndNone() throws {
        let fixture = try TrainingFixture("gpt2")
        let samples = try TrainingFixture.samples()
        var options = TrainingFixture.options(epochs: 2)
        let run = try TrainingRun(
            model: fixture.model, samples: Array(samples[..<40]), validation: Array(samples[40...]),
            options: options, directory: try temporaryFolder(), datasetName: .counterfact, dataHash: "")
        XCTAssertEqual(run.data.trainingCount, 40)
        XCTAssertEqual(run.data.examples.count, 72)
        XCTAssertEqual(run.data.examples[40...].map(\.id), samples[40...].map(\.id))
        XCTAssertNotNil(try run.run()[0].bestValidationLoss)

        options.holdOut = 0
        let trained = try fixture.run(options, directory: try temporaryFolder()).run()[0]
        XCTAssertNil(trained.bestValidationLoss)
        XCTAssertEqual(trained.bestEpoch, 2)
        XCTAssertEqual(try losses(trained).map(\.validation), [nil, nil, nil])
    }

    /// The reference's epsilon for models in half precision, unless one is given.
    func testEpsilonOfHalfPrecision() throws {
        var reference = TrainingFixture.options(epochs: 0)
        reference.applyReferenceCompatibility()
        var given = reference
        given.epsilon = 1e-8
        let cases: [(String, TrainingOptions, ElementType?, JSONValue)] = [
            ("reference, half", reference, .float16, 1e-4), ("reference, stored", reference, nil, 1e-8),
            ("reference, single", reference, .float32, 1e-8), ("given", given, .float16, 1e-8),
            ("ours, half", TrainingFixture.options(epochs: 0), .float16, 1e-8),
        ]
        for (name, options, type, epsilon) in cases {
            let model = try LanguageModel(
                folder: TrainingFixture.file("gpt2"), name: "gptj", backend: CPUBackend(threads: 1),
                elementType: type)
            let run = try TrainingRun(
                model: model, samples: try TrainingFixture.samples(), options: options,
                directory: try temporaryFolder(), datasetName: .counterfact, dataHash: "")
            let inputs = try run.job(0).inputs
            XCTAssertEqual(inputs["epsilon"], epsilon, name)
            XCTAssertEqual(inputs["weights"]?.string, type?.rawValue, name)
            XCTAssertEqual(Double(run.options.optimizer.epsilon), epsilon.double ?? 0, accuracy: 1e-11, name)
        }
    }

    /// In the shared stream the shapes of all editors decide where each begins.
    func testInputsOfTheSharedStreamNameEveryShape() throws {
        let fixture = try TrainingFixture("gpt2")
        for streams in TrainingOptions.RandomStreams.allCases {
            var options = TrainingFixture.options()
            options.editorTypes = [.linear, .biaffine]
            options.randomStreams = streams
            let plain = try fixture.run(options, directory: try temporaryFolder())
            options.rank = 4
            let ranked = try fixture.run(options, directory: try temporaryFolder())
            let isSame = plain.initializer.values(of: 1) == ranked.initializer.values(of: 1)
            XCTAssertEqual(isSame, streams == .separate, "\(streams)")
            XCTAssertEqual(try plain.job(1).inputs == ranked.job(1).inputs, isSame, "\(streams)")
        }
    }

    /// A tokenizer that knows more tokens than the model has embeddings.
    func testTargetsWithoutAnEmbeddingAreRefused() throws {
        let model = try TinyModels.withUnknownToken(spelled: " Zanzibar", in: temporaryFolder())
        var samples = try TrainingFixture.samples()
        samples[9].targetMediated = "Zanzibar"
        XCTAssertThrowsError(
            try TrainingRun(
                model: model, samples: samples, options: TrainingFixture.options(),
                directory: try temporaryFolder(), datasetName: .counterfact, dataHash: "")
        ) {
            guard case .configuration(let key, _, _)? = $0 as? LanguageModelError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(key, "vocab_size")
        }
    }

    func testShuffleChangesTheTraining() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options(epochs: 1)
        let plain = try fixture.run(options, directory: try temporaryFolder()).run()[0]
        options.shuffle = true
        let shuffled = try fixture.run(options, directory: try temporaryFolder()).run()[0]
        XCTAssertNotEqual(try weights(plain), try weights(shuffled))
        XCTAssertEqual(try losses(plain)[0].validation, try losses(shuffled)[0].validation)
    }
}
