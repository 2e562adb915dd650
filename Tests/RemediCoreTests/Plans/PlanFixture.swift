import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Runs of plans on the tiny checkpoints.
enum PlanFixture {
    /// A context with the linear editor of the evaluation fixture at block 1.
    static func context(
        _ dataset: Dataset, family: String = "gpt2", in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> EvaluationContext {
        EvaluationContext(
            model: try TinyModels.open(family), modelName: ModelName(family), dataset: dataset,
            directory: folder, editorsDirectory: TinyModels.editors, blocks: [1],
            workplace: Workplace(environment: [:], workingFolder: folder), resultsRoot: folder,
            openModel: { _ in throw RemediError.editorMissing(path: "no other model") }, progress: progress)
    }

    /// The first samples of the McRae fixture.
    static func norms(_ count: Int) throws -> Dataset {
        let all = try Dataset.load(.mcrae, file: FixtureFiles.shared("mcrae.txt"))
        return Dataset(name: .mcrae, samples: Array(all.samples.prefix(count)), fileHash: all.fileHash)
    }

    /// What PyTorch found of entailment and mediation.
    static func expected(_ family: String) throws -> JSONValue {
        let file = FixtureFiles.own("entailment/expected.json")
        return try XCTUnwrap(JSONValue(parsing: Data(contentsOf: file))[family])
    }

    static func json(_ name: String, in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// Runs `work` until it is not stopped any more, each time for one batch of cases longer.
    ///
    /// - Returns: how often it was stopped.
    static func untilDone(
        advances: Int, _ work: (any ProgressReporter) throws -> Void
    ) throws -> Int {
        var stops = 0
        while true {
            do {
                try work(RecordedProgress(stopsAfter: advances))
                return stops
            } catch RemediError.interrupted {
                stops += 1
            }
        }
    }
}
