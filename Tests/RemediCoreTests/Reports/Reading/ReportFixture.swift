import Foundation
import LanguageModels

@testable import RemediCore

/// Results of every kind in the reference's form, made by Scripts/oracle/make_report_results.py.
enum ReportFixture {
    static let names = [
        "editors_demo", "eval_bias_demo", "eval_cls_demo", "eval_ent_demo", "eval_gen_demo", "eval_med_demo",
    ]

    static func folder(_ name: String) -> URL { FixtureFiles.own("report/\(name)") }

    /// All of them, read once.
    static let runs = Result { try names.map(run) }

    static func run(_ name: String) throws -> StoredRun { try StoredRun(existing: folder(name)) }
}
