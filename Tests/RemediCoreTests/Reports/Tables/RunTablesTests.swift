import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class RunTablesTests: XCTestCase {
    func testTraining() throws {
        XCTAssertEqual(
            RunTables(try ReportFixture.run("editors_demo")).all.map { $0.text(.plain) },
            [
                """
                training
                editor  layer  epochs  best epoch  validation loss  mediated  unmediated     kl
                ──────  ─────  ──────  ──────────  ───────────────  ────────  ──────────  ─────
                linear      1       5           5            2.984     2.035       0.109  0.795
                linear      4       5           5            3.016     2.063       0.109  0.795

                editor  layer  training samples  seconds
                ──────  ─────  ────────────────  ───────
                linear      1                90     17.5
                linear      4                90     17.5

                """
            ])
    }

    func testAllFormats() throws {
        let run = try StoredRun(existing: ReportFixture.folder("eval_gen_demo/prefix"))
        let table = try XCTUnwrap(RunTables(run).all.first { $0.title == "efficacy" })
        XCTAssertEqual(
            table.text(.plain),
            """
            efficacy
            condition  samples                 score              magnitude
            ─────────  ───────  ────────────────────  ─────────────────────
            prefix           5  0.400 [0.000, 0.800]  0.005 [-0.168, 0.176]

            """)
        XCTAssertEqual(
            table.text(.markdown),
            """
            ### efficacy

            | condition | samples |                score |             magnitude |
            |:----------|--------:|---------------------:|----------------------:|
            | prefix    |       5 | 0.400 [0.000, 0.800] | 0.005 [-0.168, 0.176] |

            """)
        XCTAssertEqual(
            table.text(.latex),
            """
            \\begin{table}
            \\centering
            \\caption{efficacy}
            \\begin{tabular}{lrrr}
            \\toprule
            condition & samples & score & magnitude \\\\
            \\midrule
            prefix & 5 & 0.400 [0.000, 0.800] & 0.005 [$-$0.168, 0.176] \\\\
            \\bottomrule
            \\end{tabular}
            \\end{table}

            """)
        XCTAssertEqual(
            RunTables.tidy([try ReportFixture.run("eval_med_demo")]).text(.csv),
            """
            run,benchmark,condition,layer,entity_layer,variant,setting,samples,metric,value,std,lower,upper
            eval_med_demo,mediation,unedited,,,,contextual,5,accuracy,1.0,,1.0,1.0
            eval_med_demo,mediation,unedited,,,,decontextual,5,accuracy,1.0,,1.0,1.0

            """)
    }

    /// LaTeX finds no command in any text.
    func testLaTeX() {
        XCTAssertEqual(
            TextTable.latexEscaped("50% of {A_b} & \\input{x} ~^#$\n–3 -3 [-1, x-2] −Δ\u{1B}"),
            "50\\% of \\{A\\_b\\} \\& \\textbackslash{}input\\{x\\} \\textasciitilde{}\\textasciicircum{}\\#\\$"
                + " --3 $-$3 [$-$1, x-2] $-$$\\Delta$")
        var table = TextTable(columns: [.init("[a]"), .init("b", .right)])
        table.add(["*", "1"])
        XCTAssertEqual(
            table.text(.latex),
            """
            \\begin{tabular}{lr}
            \\toprule
            {}[a] & b \\\\
            \\midrule
            {}* & 1 \\\\
            \\bottomrule
            \\end{tabular}

            """)
    }
}
