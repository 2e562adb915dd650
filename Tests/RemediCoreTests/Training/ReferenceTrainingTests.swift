import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Training by the reference's rules against what the authors' program computed on the demonstration
/// (`Fixtures/reference-training.json`).
final class ReferenceTrainingTests: XCTestCase {
    private func folder() throws -> DemoFolder {
        try DemoFolder(cache: try temporaryFolder(), temporary: [URL(fileURLWithPath: "/nowhere")])
    }

    private func fixture(_ name: String) throws -> JSONValue {
        let file = FixtureFiles.own("reference-training.json")
        return try XCTUnwrap(JSONValue(parsing: Data(contentsOf: file))[name], name)
    }

    private func samples(_ name: DatasetName, _ file: String, count: Int) throws -> [Sample] {
        let file = try folder().data.appendingPathComponent(file)
        let dataset = try Dataset.load(name, file: file, norms: McRae.Options(.reference))
        return Array(dataset[.training].prefix(count))
    }

    private func options(layers: [Int], epochs: Int, from initial: URL?) -> TrainingOptions {
        var plan = TrainingPlan()
        plan.follow(.reference)
        plan.options.blocks = layers
        plan.options.maxEpochs = epochs
        plan.options.initialEditors = initial
        return plan.options
    }

    private func numbers(_ value: JSONValue, _ name: String) throws -> [Double] {
        try XCTUnwrap(value[name]?.array, name).compactMap(\.double)
    }

    /// What the reference's runs left, which is not part of this repository.
    private func runs() throws -> URL {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let folder = root.deletingLastPathComponent().appendingPathComponent("shared/reference-runs")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw XCTSkip("the reference's first weights are not here: \(folder.path) is missing")
        }
        return folder
    }

    func testSplitsAndOrdersSamplesAlike() throws {
        for (name, count) in [("counterfact", 176), ("half", 480)] {
            let samples = try samples(.counterfact, "counterfact.json", count: count)
            let split = TrainingSplit(SamplePlaces(count: count), holdOut: 0.1, seed: 123456)
            let run = try XCTUnwrap(fixture(name).array?.first)
            let ids = [split.training, split.validation].map { $0.map { samples[$0].id } }
            XCTAssertEqual(Array(ids[0].prefix(8)), run["ends"]?.array?[0].array?.compactMap(\.string), name)
            XCTAssertEqual(Array(ids[1].prefix(8)), run["ends"]?.array?[1].array?.compactMap(\.string), name)
            let text = (ids[0] + ["|"] + ids[1]).joined(separator: " ")
            XCTAssertEqual(SHA256.hash(Data(text.utf8)), run["order"]?.string, name)
        }
    }

    /// Half precision is for half-precision models, and for others where it is asked for.
    func testPrecisionIsSettledByTheModel() throws {
        typealias Precision = TrainingOptions.EditorPrecision
        let cases: [(ElementType?, Compatibility, Precision?, Float?, Precision, Float)] = [
            (nil, .reference, nil, nil, .float32, 1e-8), (.float16, .remedi, nil, nil, .float32, 1e-8),
            (.float16, .reference, nil, nil, .float16, 1e-4),
            (.float16, .reference, .float32, nil, .float32, 1e-4),
            (nil, .remedi, .float16, nil, .float16, 1e-4), (.bfloat16, .reference, nil, nil, .float32, 1e-8),
            (.float16, .reference, nil, 1e-3, .float16, 1e-3),
        ]
        let folder = try folder().model
        for (type, compatibility, asked, epsilon, precision, expectedEpsilon) in cases {
            let model = try LanguageModel(
                folder: folder, name: "demo", backend: CPUBackend(threads: 1), elementType: type)
            var plan = TrainingPlan()
            plan.follow(compatibility)
            plan.options.editorPrecision = asked
            plan.options.epsilon = epsilon
            let settled = plan.options.settled(for: model)
            let name = "\(String(describing: type)) \(compatibility) \(String(describing: asked))"
            XCTAssertEqual(settled.editorPrecision, precision, name)
            XCTAssertEqual(settled.optimizer.epsilon, expectedEpsilon, name)
        }
    }

    func testFloat32WeightsAndLosses() throws {
        let runs = try runs()
        let model = try LanguageModel(
            folder: try folder().model, name: "demo", backend: CPUBackend(threads: 1))
        let first = runs.appendingPathComponent("train-counterfact-first")
        for expected in try XCTUnwrap(fixture("counterfact").array) {
            let layer = try XCTUnwrap(expected["layer"]?.integer)
            let editor = try train(
                model, samples(.counterfact, "counterfact.json", count: 176), .counterfact,
                options(layers: [layer], epochs: 3, from: first))
            try compare(editor, expected, name: "counterfact, layer \(layer)", accuracy: 1e-4)
            try compareLosses(editor, expected, accuracy: 1e-4)
            try compare(editor, withFile: runs.appendingPathComponent("train-counterfact/linear/\(layer)"))
        }
        let editor = try train(
            model, samples(.biosbias, "biosbias.pkl", count: 96), .biosbias,
            options(layers: [1], epochs: 2, from: first))
        try compare(editor, fixture("biosbias"), name: "biosbias", accuracy: 1e-4)
        try compare(editor, withFile: runs.appendingPathComponent("train-biosbias/linear/1"))
    }

    /// Every rounding decides which second moments underflow, so that nothing but the same bits will do: PyTorch's
    /// own training with norms in float64 has a cosine of 0.9956.
    func testHalfPrecisionMovesAlike() throws {
        let runs = try runs()
        let model = try LanguageModel(
            folder: try folder().model, name: "demo", backend: CPUBackend(threads: 1), elementType: .float16)
        let first = runs.appendingPathComponent("train-half-first")
        let expected = try XCTUnwrap(fixture("half").array?.first)
        let editor = try train(
            model, samples(.counterfact, "counterfact.json", count: 480), .counterfact,
            options(layers: [3], epochs: 6, from: first))
        try compareLosses(editor, expected, accuracy: 1e-9)
        let start = try weights(Editor.folder(type: .linear, block: 3, directory: first))
        let theirs = try weights(runs.appendingPathComponent("train-half/linear/3"))
        let ours = try weights(editor.directory)
        for (name, values) in [("ours", ours), ("theirs", theirs)] {
            XCTAssertTrue(values.allSatisfy { $0 == HalfPrecisionBackend.rounded($0) }, name)
        }
        let moves = [ours, theirs].map { zip($0, start).map { Double($0) - Double($1) } }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let cosine =
            dot(moves[0], moves[1]) / (dot(moves[0], moves[0]) * dot(moves[1], moves[1])).squareRoot()
        XCTAssertGreaterThan(cosine, 0.999)
        XCTAssertEqual(ours, theirs, "all weights")
        XCTAssertEqual(dot(moves[0], moves[0]).squareRoot(), expected["move"]?.double ?? 0, accuracy: 0.02)
    }

    /// As the reference's: float16 tensors for an editor in half precision.  Both kinds read back, and are copied,
    /// as they are.
    func testStateDictsHaveTheEditorsPrecision() throws {
        let model = try LanguageModel(
            folder: try folder().model, name: "demo", backend: CPUBackend(threads: 1), elementType: .float16)
        let samples = try samples(.counterfact, "counterfact.json", count: 32)
        var options = options(layers: [3], epochs: 1, from: nil)
        options.writesStateDict = true
        for (precision, type) in [
            (TrainingOptions.EditorPrecision.float16, ElementType.float16), (.float32, .float32),
        ] {
            options.editorPrecision = precision
            let folder = try train(model, samples, .counterfact, options).directory
            let stored = try StoredEditor(folder.appendingPathComponent(Editor.stateDictName))
            XCTAssertEqual(Set(stored.tensors.values.map(\.elementType)), [type])
            let shape = try stored.shape(of: .linear)
            let values = try stored.values(of: .linear, shape: shape).flatMap { $0 }
            XCTAssertEqual(values, try weights(folder), type.rawValue)
            let copy = folder.appendingPathComponent("copy.pth")
            try stored.writeStateDict(of: .linear, to: copy)
            XCTAssertEqual(try Data(contentsOf: copy), try Data(contentsOf: stored.file), type.rawValue)
        }
        if let theirs = try? runs().appendingPathComponent("train-half/linear/3/weights.pth") {
            let copy = try temporaryFolder().appendingPathComponent("copy.pth")
            try StoredEditor(theirs).writeStateDict(of: .linear, to: copy)
            let types = try StoredEditor(copy).tensors.values.map(\.elementType)
            XCTAssertEqual(Set(types), [.float16], "the reference's own file")
        }
    }

    /// Without the reference's first weights: half precision gives the same bytes again, says what the editor
    /// was trained in, and moves otherwise than float32.
    func testHalfPrecisionIsRecordedAndDecides() throws {
        let model = try LanguageModel(
            folder: try folder().model, name: "demo", backend: CPUBackend(threads: 1), elementType: .float16)
        let samples = try samples(.counterfact, "counterfact.json", count: 64)
        var options = options(layers: [3], epochs: 2, from: nil)
        let half = try train(model, samples, .counterfact, options)
        let again = try train(model, samples, .counterfact, options)
        options.editorPrecision = .float32
        let single = try train(model, samples, .counterfact, options)
        XCTAssertEqual(try weights(half.directory), try weights(again.directory))
        XCTAssertNotEqual(try weights(half.directory), try weights(single.directory))
        XCTAssertEqual(try TrainingManifest.inputs(in: half.directory)?["editor_precision"], "float16")
        XCTAssertNil(try TrainingManifest.inputs(in: single.directory)?["editor_precision"])
        let metrics = half.directory.appendingPathComponent("metrics.jsonl")
        for line in try String(contentsOf: metrics, encoding: .utf8).split(separator: "\n") {
            let loss = try XCTUnwrap(JSONValue(parsing: String(line))["validation"]?["loss"]?.double)
            XCTAssertEqual(loss, Double(HalfPrecisionBackend.rounded(Float(loss))), "one batch validates")
        }
    }
}

extension ReferenceTrainingTests {
    private func train(
        _ model: LanguageModel, _ samples: [Sample], _ name: DatasetName, _ options: TrainingOptions
    ) throws -> TrainedEditor {
        let run = try TrainingRun(
            model: model, samples: samples, options: options, directory: try temporaryFolder(),
            datasetName: name, dataHash: "none")
        return try XCTUnwrap(run.run().first)
    }

    /// Weights, row by row, then biases.
    private func weights(_ folder: URL) throws -> [Float] {
        let file = try XCTUnwrap(Editor.weightsFile(in: folder), folder.path)
        let stored = try StoredEditor(file)
        return try stored.values(of: .linear, shape: stored.shape(of: .linear)).flatMap { $0 }
    }

    private func compare(
        _ editor: TrainedEditor, _ expected: JSONValue, name: String, accuracy: Float
    ) throws {
        let values = try weights(editor.directory), size = 144
        for (index, weight) in try numbers(expected, "weight").enumerated() {
            let place = index * 17 % size * size + index * 29 % size
            XCTAssertEqual(values[place], Float(weight), accuracy: accuracy, "\(name), weight \(index)")
        }
        for (index, bias) in try numbers(expected, "bias").enumerated() {
            let value = values[size * size + index * 13]
            XCTAssertEqual(value, Float(bias), accuracy: accuracy, "\(name), bias \(index)")
        }
    }

    private func compare(_ editor: TrainedEditor, withFile folder: URL) throws {
        let differences = zip(try weights(editor.directory), try weights(folder)).map { abs($0 - $1) }
        XCTAssertLessThan(try XCTUnwrap(differences.max()), 1e-4, folder.path)
    }

    private func compareLosses(_ editor: TrainedEditor, _ expected: JSONValue, accuracy: Double) throws {
        let text = try String(
            contentsOf: editor.directory.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
        let epochs = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        for part in ["train", "validation"] {
            let losses = try numbers(expected, part)
            XCTAssertEqual(epochs.count, losses.count, part)
            for (epoch, loss) in losses.enumerated() {
                XCTAssertEqual(
                    epochs[epoch][part]?["loss"]?.double ?? .nan, loss, accuracy: accuracy,
                    "\(part) of epoch \(epoch), layer \(editor.block)")
            }
        }
    }
}
