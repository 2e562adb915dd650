import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Runs of the tiny checkpoints on the cases whose results are known from PyTorch.
enum ClassificationFixture {
    static let trainingCount = 40

    /// What PyTorch found for a family.
    static func expected(_ family: String) throws -> JSONValue {
        let file = FixtureFiles.own("classification/expected.json")
        return try XCTUnwrap(try JSONValue(parsing: Data(contentsOf: file))[family])
    }

    /// Cases 0 to 39 as training split, or 40 to 71.
    static func dataset(training: Bool) throws -> Dataset {
        let all = try Dataset.load(.counterfact, file: FixtureFiles.own("training/samples.jsonl"))
        return Dataset(
            name: .counterfact,
            samples: Array(
                training ? all.samples.prefix(trainingCount) : all.samples.dropFirst(trainingCount)),
            fileHash: training ? "training" : "evaluation")
    }

    /// A folder of the fixture's editors that tests may write into.
    static func copyEditors(to folder: URL) throws {
        for (type, source) in [("linear", "evaluation"), ("biaffine", "classification")] {
            let place = folder.appendingPathComponent("\(type)/1")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: FixtureFiles.own("\(source)/\(type)/1/weights.pth"),
                to: place.appendingPathComponent("weights.pth"))
        }
    }

    static func options(
        _ type: EditorType = .linear, editors: URL, blocks: [Int] = [1], entityBlocks: [Int]? = nil
    ) -> EvaluationOptions {
        var options = EvaluationOptions()
        options.editorType = type
        options.editorsDirectory = editors
        options.blocks = blocks
        options.entityBlocks = entityBlocks
        options.split = .all
        return options
    }

    static func run(
        _ options: EvaluationOptions, family: String = "gpt2", dataset: Dataset? = nil, in folder: URL,
        control: ControlModel? = nil, progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        try run(
            options, model: TinyModels.open(family), dataset: dataset, in: folder, control: control,
            progress: progress)
    }

    static func run(
        _ options: EvaluationOptions, model: LanguageModel, dataset: Dataset? = nil, in folder: URL,
        control: ControlModel? = nil, progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        try Evaluation(
            model: model, dataset: dataset ?? self.dataset(training: false),
            measures: [ClassificationMeasure.facts], options: options, directory: folder,
            control: control
                ?? ControlModel(name: "none", editorsDirectory: nil) {
                    throw RemediError.editorMissing(path: "")
                }, progress: progress
        ).run()
    }

    static func json(_ name: String, in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(name)))
    }
}
