import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class DumpPlanTests: XCTestCase {
    private func run(
        _ change: (inout DumpPlan) -> Void = { _ in }, in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        var plan = DumpPlan()
        plan.scope.splitChoice = .all
        plan.scope.editorType = .identity
        plan.scope.batchSize = 3
        change(&plan)
        var context = try PlanFixture.context(TinyModels.cases(), in: folder, progress: progress)
        context.blocks = [0, 2]
        return try plan.run(context)
    }

    private let files = ["dump.json", "dump.pth", "dump.safetensors"]

    private func contents(_ folder: URL) throws -> [Data] {
        try ["identity/0", "identity/2"].flatMap { layer in
            try files.map { try Data(contentsOf: folder.appendingPathComponent("\(layer)/\($0)")) }
        }
    }

    func testFilesOfEveryLayer() throws {
        let folder = try temporaryFolder()
        let summaries = try run(in: folder)
        XCTAssertEqual(
            summaries.map(\.condition), [.edited(.identity, block: 0), .edited(.identity, block: 2)])
        XCTAssertEqual(summaries.map(\.sampleCount), [8, 8])
        XCTAssertEqual(summaries[0].skipped.count, 2)
        let place = folder.appendingPathComponent("identity/2")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: place.path).sorted(), files)
        let index = try PlanFixture.json("identity/2/dump.json", in: folder)
        XCTAssertEqual(index["samples"]?.array?.count, 8)
        XCTAssertGreaterThan(index["metrics"]?["norm"]?["mean"]?.double ?? 0, 0)
        XCTAssertEqual(DumpPlan().scope.split, .first(1000, of: .evaluation(small: false)))
    }

    func testStoppedRunsEndWithTheSameBytes() throws {
        let whole = try temporaryFolder()
        _ = try run(in: whole)
        let stopped = try temporaryFolder()
        // Three batches a layer: the first run ends inside the second layer.
        XCTAssertThrowsError(try run(in: stopped, progress: RecordedProgress(stopsAfter: 4)))
        let second = stopped.appendingPathComponent("identity/2/dump.pth").path
        XCTAssertFalse(FileManager.default.fileExists(atPath: second))
        XCTAssertEqual(try run(in: stopped).map(\.isReused), [true, false])
        XCTAssertEqual(try contents(stopped), try contents(whole))
        // A file that is gone is made again.
        try FileManager.default.removeItem(atPath: second)
        XCTAssertEqual(try run(in: stopped).map(\.isReused), [true, false])
        XCTAssertEqual(try contents(stopped), try contents(whole))
    }

    func testOtherOptionsAreRefusedOrReplace() throws {
        let folder = try temporaryFolder()
        _ = try run(in: folder)
        let before = try contents(folder)
        XCTAssertThrowsError(try run({ $0.alpha = 2 }, in: folder)) {
            guard case .resultsDiffer(_, let differences)? = $0 as? RemediError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(differences, ["alpha: 1.0 there, 2.0 now"])
        }
        XCTAssertEqual(try contents(folder), before)
        XCTAssertEqual(try run({ $0.formats = [.pth] }, in: folder).map(\.isReused), [true, true])
    }
}
