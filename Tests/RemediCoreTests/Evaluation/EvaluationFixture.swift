import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Runs of the tiny checkpoints on the ten cases of the fixture.
enum EvaluationFixture {
    static func options(_ conditions: [EvaluationOptions.Condition] = [.edited]) -> EvaluationOptions {
        var options = EvaluationOptions()
        options.split = .all
        options.conditions = conditions
        options.editorsDirectory = TinyModels.editors
        options.blocks = [1]
        return options
    }

    static func run(
        _ options: EvaluationOptions, family: String = "gpt2", in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        try Evaluation(
            model: TinyModels.open(family), dataset: TinyModels.cases(), options: options, directory: folder,
            progress: progress
        ).run()
    }

    /// What PyTorch found.
    static func expected() throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: FixtureFiles.own("evaluation/expected.json")))
    }
}
