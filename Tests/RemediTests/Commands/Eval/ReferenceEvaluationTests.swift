import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// `--compat reference` against what the reference's own program computed on the demonstration's model and data.
final class ReferenceEvaluationTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func run(_ line: String, _ paths: [String] = []) {
        let words = line.split(separator: " ").map(String.init) + paths
        let run = TestRun(
            words + ["-m", "demo", "--compat", "reference", "--threads", "1", "-q"],
            environment: ["XDG_CACHE_HOME": folder.path + "/cache"], in: folder)
        XCTAssertEqual(run.code, 0, "\(words): \(run.diagnostics)")
    }

    private func json(_ file: URL) throws -> JSONValue { try JSONValue(parsing: Data(contentsOf: file)) }

    private func result(_ path: String) throws -> JSONValue {
        try json(folder.appendingPathComponent("results/\(path)"))
    }

    /// Some of the demonstration's cases, as a file of raw records.
    private func cases(_ range: Range<Int>) throws -> String {
        let file = TestFiles.package.appendingPathComponent("Sources/CDemo/data/counterfact.json")
        let records = try XCTUnwrap(json(file).array)[range]
        let path = folder.appendingPathComponent("cases-\(range.count).json")
        try Data(JSONValue.array(Array(records)).text().utf8).write(to: path)
        return path.path
    }

    /// Where `found` lacks something of `expected` or differs from it.
    private func differences(_ expected: JSONValue, _ found: JSONValue?, _ place: String) -> [String] {
        guard let found else { return ["\(place) is missing"] }
        switch expected {
        case .object(let object):
            return object.members.flatMap { differences($0.value, found[$0.key], "\(place).\($0.key)") }
        case .array(let elements):
            guard let others = found.array, others.count == elements.count else {
                return ["\(place): \(elements.count) elements there, \(found.array?.count ?? -1) here"]
            }
            return zip(elements, others).enumerated().flatMap {
                differences($0.element.0, $0.element.1, "\(place)[\($0.offset)]")
            }
        case .integer, .number:
            guard let number = expected.double, let other = found.double else {
                return ["\(place): not a number"]
            }
            let isNear = number.isNaN ? other.isNaN : abs(number - other) <= 1e-4
            return isNear ? [] : ["\(place): \(number) there, \(other) here"]
        default: return expected == found ? [] : ["\(place): \(expected.text()) there, \(found.text()) here"]
        }
    }

    private func compare(_ expected: JSONValue, _ found: JSONValue, _ place: String) {
        let differences = differences(expected, found, "")
        XCTAssertTrue(
            differences.isEmpty, "\(place): \(differences.count), \(differences.prefix(3))")
    }

    // MARK: With what the program has inside

    /// Every rule that needs no trained editor, by values of `Scripts/oracle/make_reference_evaluations.py`.
    func testChosenValues() throws {
        let fixture = try json(TestFiles.fixtures.appendingPathComponent("reference-evaluations.json"))
        let all = try cases(1440..<1600)
        let first = try cases(1440..<1480)
        for batch in [16, 1] {
            let identity = "-t identity -l 1 --entity-layers 1 3 --batch-size \(batch)"
            run(
                "eval cls counterfact -n eval-cls-counterfact-batch\(batch) --split all \(identity)",
                ["-f", all])
            run("eval cls biosbias -n eval-cls-biosbias-batch\(batch) --size 48 \(identity)")
            run(
                "eval gen biosbias -n eval-gen-biosbias-batch\(batch) --size 48 --top-k 1"
                    + " --baseline unedited --contexts contextual decontextual --batch-size \(batch)")
        }
        run(
            "eval gen counterfact -n eval-gen-counterfact-greedy --split all --top-k 1"
                + " --conditions prefix replace -b efficacy paraphrase generation essence", ["-f", first])
        run("eval ent mcrae -n eval-ent-mcrae --size 24 --baseline prefix")
        for (path, expected) in try XCTUnwrap(fixture.object).members where path.hasSuffix(".json") {
            let found = try result(path)
            compare(try XCTUnwrap(expected["metrics"]), try XCTUnwrap(found["metrics"]), path)
            for (place, sample) in try XCTUnwrap(expected["samples"]?.object).members {
                let number = try XCTUnwrap(Int(place))
                compare(sample, try XCTUnwrap(found["samples"]?.array)[number], "\(path), sample \(place)")
            }
        }
        // "A warnor is used for war": the target first occurs in the concept's name.
        let expected = try XCTUnwrap(fixture["first occurrence"])
        let unedited = try XCTUnwrap(result("eval-ent-mcrae/unedited/entailment.json")["samples"]?.array)
        let sample = try XCTUnwrap(unedited.first { $0["id"] == expected["id"] })
        let place = try XCTUnwrap(expected["place"]?.integer)
        compare(
            try XCTUnwrap(expected["feature"]), try XCTUnwrap(sample["co_features"]?.array)[place], "war")
    }

    /// Argument files name what the reference's do, as it does.
    func testArgumentFiles() throws {
        let file = try cases(1440..<1444)
        let line = "eval cls counterfact -t identity -l 1 --split all --args-file-name mine.json"
        for (name, words, layers, device) in [
            ("a", "--entity-layers 1 3", "[1, 3]", "None"), ("b", "", "None", "None"),
            ("c", "--entity-layers 2 --device cpu", "[2]", "cpu"),
        ] {
            run("\(line) \(words) -n \(name)", ["-f", file])
            let arguments = try result("\(name)/mine.json")
            XCTAssertEqual(arguments["entity_layers"]?.string, layers, name)
            XCTAssertEqual(arguments["device"]?.string, device, name)
            XCTAssertEqual(arguments["layers"]?.string, "[1]", name)
        }
    }

    // MARK: With all that the reference's program computed

    /// What the reference's runs left, which is not part of this repository.
    private func runs() throws -> URL {
        let folder = TestFiles.package.deletingLastPathComponent().appendingPathComponent(
            "shared/reference-runs")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw XCTSkip("the reference's results are not here: \(folder.path) is missing")
        }
        return folder
    }

    /// Every number, text and name of every result file.  Left out are results of the control model, whose
    /// random weights were not kept; a case's prompts, which the reference takes from a Python set in an order
    /// that is another in every process, are compared in the order of their texts.
    func testEveryResultFile() throws {
        let runs = try runs()
        let samples = runs.appendingPathComponent("samples")
        func path(_ name: String) -> String { runs.appendingPathComponent(name).path }
        let fact = ["-f", samples.appendingPathComponent("counterfact-160.jsonl").path]
        let editors = ["-e", path("train-counterfact")]
        let people = ["-e", path("train-biosbias")]
        run(
            "eval gen counterfact -n eval-gen-counterfact-greedy --split all --top-k 1 -l 1 3"
                + " --conditions edited prefix replace -b efficacy paraphrase generation essence",
            ["-f", samples.appendingPathComponent("counterfact-40.jsonl").path] + editors)
        // The reference's batches of 16 were probed at every layer, which its draws depend on.
        for (batch, layers) in [(16, ""), (1, " --entity-layers 1 3")] {
            let usual = " -l 1\(layers) --batch-size \(batch)"
            let facts = "eval cls counterfact -n eval-cls-counterfact-batch\(batch) --split all" + usual
            run(facts + " --variants editor control-task", fact + editors)
            run(facts + " --variants identity", fact)
            let errors = "eval cls biosbias -n eval-cls-biosbias-batch\(batch) --size 48" + usual
            run(errors + " --variants editor control-task", people)
            run(errors + " --variants identity")
            run(
                "eval gen biosbias -n eval-gen-biosbias-batch\(batch) --size 48 --top-k 1 -l 1"
                    + " --contexts contextual decontextual --batch-size \(batch)", people)
        }
        run(
            "eval ent mcrae -n eval-ent-mcrae --split all -l 1 --conditions edited prefix",
            ["-f", samples.appendingPathComponent("mcrae-24.jsonl").path, "-e", path("train-mcrae")])
        var count = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: runs.path).sorted()
        where name.hasPrefix("eval-") && name.hasSuffix(".json") && !name.contains("control_model") {
            let expected = try json(runs.appendingPathComponent(name))
            compare(try Self.ordered(expected), try Self.ordered(result(name)), name)
            count += 1
        }
        XCTAssertEqual(count, 91)
    }

    /// The same result with every case's prompts and texts in the order of their texts.
    private static func ordered(_ file: JSONValue) throws -> JSONValue {
        guard var object = file.object, let samples = object["samples"]?.array else { return file }
        object["samples"] = .array(
            samples.map { sample in
                guard var sample = sample.object else { return sample }
                for (key, text) in [
                    ("prompts", { (entry: JSONValue) in entry["prompt"]?.string ?? "" }),
                    ("generations", { $0.string ?? "" }),
                ] {
                    guard let entries = sample[key]?.array else { continue }
                    sample[key] = .array(entries.sorted { text($0) < text($1) })
                }
                return .object(sample)
            })
        return .object(object)
    }
}
