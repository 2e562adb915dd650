import Foundation
import RemediCore
import XCTest

@testable import remedi

/// Every rule that `--compat reference` sets is named in `Sources/RemediCore/Compatibility.md`, and every option
/// named there exists.
final class CompatibilityTests: XCTestCase {
    private func table() throws -> String {
        let file = TestFiles.package.appendingPathComponent("Sources/RemediCore/Compatibility.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// Names of the settings that differ between a plan by our rules and one by the reference's.
    private func differing<Plan>(
        _ settings: [Setting<Plan>], _ ours: Plan, _ reference: Plan
    ) -> [String] {
        settings.filter { $0.name != "compat" && $0.json(of: ours) != $0.json(of: reference) }.map(\.name)
    }

    func testTheTableNamesEveryRule() throws {
        var training = TrainingPlan()
        training.follow(.reference)
        func evaluation<Plan: EvaluationPlanning>(_: Plan.Type) -> [String] {
            var plan = Plan()
            plan.scope.compatibility = .reference
            return differing(Plan.settings, Plan(), plan)
        }
        // The reference's choice where nothing is given, decided by the model or by the plan itself.
        let undecided = [
            "adam-epsilon", "editor-precision", "word-rules", "editor-entity", "reference-probabilities",
            "unrelated", "co-prob", "articles",
        ]
        let names =
            differing(TrainingPlan.settings, TrainingPlan(), training) + undecided
            + evaluation(GenerationPlan.self) + evaluation(ClassificationPlan.self)
            + evaluation(EntailmentPlan.self) + evaluation(MediationPlan.self)
        XCTAssertTrue(names.contains("kl") && names.contains("byte-token"))
        let table = try table()
        for name in Set(names).sorted() {
            XCTAssertTrue(table.contains("`--\(name) "), "Compatibility.md does not name --\(name)")
        }
    }

    func testEveryOptionOfTheTableExists() throws {
        let pages = ["train", "eval gen", "eval cls", "eval ent", "eval med", "data reformat"]
        let help = pages.map { TestRun("\($0) --help").output }.joined()
        let options = try table().split(separator: "`").filter {
            $0.hasPrefix("--") && !$0.hasPrefix("--compat")
        }
        .compactMap { $0.split(separator: " ").first.map(String.init) }
        XCTAssertGreaterThan(options.count, 10)
        for option in Set(options).sorted() {
            XCTAssertTrue(
                [" ", "\n"].contains { help.contains(option + $0) }, "no help page names \(option)")
        }
    }
}
