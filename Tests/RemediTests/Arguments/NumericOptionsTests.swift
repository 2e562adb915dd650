import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// Every number that a command line or a configuration can give: each has a range, and nothing beyond it gets in.
final class NumericOptionsTests: XCTestCase {
    private static let extremes = [
        "-1", "0", "1", "-9223372036854775808", "9223372036854775807", "9223372036854775806", "2147483648",
        "-2147483649", "4294967296", "18446744073709551615", "18446744073709551616", "1e300", "-1e300",
        "1e-300", "1e400",
        "nan", "-nan", "inf", "-inf", "0x7fffffffffffffff", "1e18", "5e-324", "1000000001", "1025T",
        "9999999T",
        "1e300T", "-1K", "١",
    ]

    /// The range that a setting names; nil for what is not a number.
    private func range(of expectation: Expectation) -> ClosedRange<Double>? {
        switch expectation {
        case .integer(let minimum, let maximum): Double(minimum)...Double(maximum)
        case .number(let minimum, let maximum): minimum...maximum
        case .size: 0...0x1p50
        case .seed: 0...0x1p64
        default: nil
        }
    }

    private func numbers(in value: JSONValue) -> [Double] {
        switch value {
        case .array(let values): values.flatMap(numbers)
        case .string(let text): Double(text).map { [$0] } ?? []
        default: value.double.map { [$0] } ?? []
        }
    }

    /// Gives a setting every extreme, as a word and as JSON; returns whether it is numeric.
    private func check<Target>(_ setting: Setting<Target>, of target: Target, _ label: String) -> Bool {
        guard let range = range(of: setting.expectation) else { return false }
        // Wider numbers are what nobody needs.
        XCTAssertTrue(range.upperBound <= 0x1p64 && range.lowerBound >= -1e9, label)
        for word in Self.extremes {
            var words = target
            if (try? setting.assign(words: [word], to: &words)) != nil {
                let found = numbers(in: setting.json(of: words))
                XCTAssertTrue(found.allSatisfy(range.contains), "\(label) \(word): \(found)")
            }
            for text in [word, "\"\(word)\"", "[\(word)]"] {
                guard let value = try? JSONValue(parsing: text) else { continue }
                var members = target
                if (try? setting.assign(json: value, to: &members)) != nil {
                    let found = numbers(in: setting.json(of: members))
                    XCTAssertTrue(found.allSatisfy(range.contains), "\(label) \(text): \(found)")
                }
            }
        }
        return true
    }

    private func options<C: Command>(of type: C.Type, _ path: String) -> Int {
        let arguments =
            type.options.map { ("--" + $0.name, $0.setting) }
            + type.positionals.map { ($0.setting.name, $0.setting) }
        return arguments.count { check($1, of: C(), "\(path) \($0)") }
    }

    private func options(in nodes: [CommandNode], _ path: String) -> Int {
        nodes.reduce(0) { sum, node in
            switch node {
            case .command(let type): sum + options(of: type, path + " " + type.name)
            case .group(let name, _, let members): sum + options(in: members, path + " " + name)
            }
        }
    }

    func testEveryOption() {
        XCTAssertGreaterThanOrEqual(options(in: Commands.tree, "remedi"), 82)
    }

    func testEveryConfigurationKey() {
        let training = TrainingPlan.settings.count { check($0, of: TrainingPlan(), "train \($0.key)") }
        XCTAssertGreaterThanOrEqual(training, 16)
        func count<Plan: EvaluationPlanning>(_ plan: Plan) -> Int {
            Plan.settings.count { check($0, of: plan, "\(Plan.kind) \($0.key)") }
        }
        XCTAssertGreaterThanOrEqual(
            count(GenerationPlan()) + count(ClassificationPlan()) + count(DumpPlan()), 12)
    }

    /// Each command is done or refused at the ends of its options' ranges and beyond them.
    func testCommandsAtTheEnds() throws {
        let folder = try TestFiles.temporaryFolder()
        let gpt2 = TestFiles.training.appendingPathComponent("gpt2").path
        let lines = [
            "inspect model -m \(gpt2) --samples N", "inspect model -m \(gpt2) --batch-size N",
            "inspect model -m \(gpt2) --prefix-tokens N", "inspect model -m \(gpt2) --read-tokens N",
            "inspect model -m \(gpt2) --prompt-tokens N", "inspect model -m \(gpt2) --memory --layer N",
            "inspect model -m \(gpt2) --memory --device cuda --text-tokens N",
            "inspect model -m \(gpt2) --memory --device cuda --cache-memory N",
            "inspect model -m \(gpt2) --memory --device cuda --device-memory N",
            "inspect tokens -m \(gpt2) --substring a --occurrence N aaa",
            "inspect predict -m \(gpt2) -k N aaa",
            "inspect predict -m \(gpt2) --threads N aaa", "inspect predict -m \(gpt2) --device N aaa",
            "train -n x -m \(gpt2) -l 0 -f demo --size 20 --rank N",
        ]
        for line in lines {
            for number in [
                "-1", "0", "1000000", "9223372036854775807", "-9223372036854775808", "1e300", "nan",
            ] {
                let words = line.replacing("N", with: number)
                let code = TestRun(words, environment: ["PATH": "/usr/bin:/bin"], in: folder).code
                XCTAssertTrue([0, 1, 2].contains(code), "\(words): \(code)")
                if number.hasPrefix("92") {
                    XCTAssertTrue(code == 2 || line.contains("memory N"), "\(words): \(code)")
                }
            }
        }
        try FileManager.default.removeItem(at: folder)
    }

    func testALowRankEditorIsNotWiderThanItsModel() throws {
        let folder = try TestFiles.temporaryFolder()
        let gpt2 = TestFiles.training.appendingPathComponent("gpt2").path
        let run = TestRun(
            "train -n x -m \(gpt2) -l 0 -f demo --size 20 --rank 65536", environment: [:], in: folder)
        XCTAssertEqual(run.code, 2)
        XCTAssertTrue(
            run.diagnostics.contains("--rank: 65536 is not a whole number from 1 to "), run.diagnostics)
        try FileManager.default.removeItem(at: folder)
    }
}
