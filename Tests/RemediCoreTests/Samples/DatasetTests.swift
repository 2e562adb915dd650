import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class DatasetTests: XCTestCase {
    func testCounterFact() throws {
        let file = FixtureFiles.shared("facts.json")
        let dataset = try Dataset.load(.counterfact, file: file)
        let written = try Dataset.load(.counterfact, file: FixtureFiles.own("training/samples.jsonl"))
        XCTAssertEqual(dataset.dropped.map(\.reason), [])
        XCTAssertEqual(dataset.samples.count, 72)
        for (sample, expected) in zip(dataset.samples, written.samples) {
            XCTAssertEqual(sample.id, expected.id)
            XCTAssertEqual(sample.context, expected.context, sample.id)
            XCTAssertEqual(sample.attribute, expected.attribute, sample.id)
            XCTAssertEqual(sample.prompt, expected.prompt, sample.id)
        }
        XCTAssertEqual(dataset.fileHash, try SHA256.hash(file: file))
        let first = dataset.samples[0]
        XCTAssertEqual(first.id, "1000")
        XCTAssertEqual(first.entity, "Odran Velk")
        XCTAssertEqual(first.context, "Odran Velk works as baker")
        XCTAssertEqual(first.attribute, "works as baker")
        XCTAssertEqual(first.prompt, "The thing that made Odran Velk known is")
        XCTAssertEqual(first.targetMediated, "baker")
        XCTAssertEqual(first.targetUnmediated, "sailor")
        XCTAssertEqual(first.source?["case_id"], 1000)
        XCTAssertEqual(CounterFact.rewritePrompt(of: first), "Odran Velk works as")
        XCTAssertEqual(
            CounterFact.neighborhoodPrompts(of: first), ["Mirela Stoy earned a living as a"])
    }

    func testContextsAndAttributesAgreeWithTheReference() throws {
        let dataset = try Dataset.load(.counterfact, file: FixtureFiles.real("counterfact-6k.json"))
        let lines = try String(
            contentsOf: FixtureFiles.real("counterfact-6k-prompts.jsonl"), encoding: .utf8)
        var expected: [String: JSONValue] = [:]
        for line in lines.split(separator: "\n") {
            let record = try JSONValue(parsing: String(line))
            expected[record["id"]!.string!] = record
        }
        XCTAssertEqual(dataset.samples.count, 5_998)
        for sample in dataset.samples {
            let record = try XCTUnwrap(expected[sample.id], sample.id)
            XCTAssertEqual(record["context"]?.string, sample.context, sample.id)
            XCTAssertEqual(record["attribute"]?.string, sample.attribute, sample.id)
        }
        XCTAssertEqual(dataset.dropped.map(\.reason), ["empty attribute"])
        XCTAssertEqual(dataset.dropped[0].ids.count, 2)
        for id in dataset.dropped[0].ids { XCTAssertEqual(expected[id]?["attribute"], "", id) }
    }

    func testDroppedSamplesKeepTheirPlaces() throws {
        let ids = (0..<6_000).map { "\($0)" }
        let lines = ids.map { id in
            let attribute = ["4999", "5003"].contains(id) ? "" : "is in Peru"
            return #"{"id": "\#(id)", "entity": "E\#(id)", "attribute": "\#(attribute)", "#
                + #""context": "E\#(id) is in Peru", "prompt": "E\#(id) lies"}"# + "\n"
        }
        let dataset = try Dataset.load(.counterfact, file: temporaryFile(lines.joined()))
        XCTAssertEqual(dataset[.training].first?.id, ids[0])
        XCTAssertEqual(dataset[.training].last?.id, ids[4_998])
        XCTAssertEqual(dataset[.evaluation(small: true)].first?.id, ids[5_000])
        XCTAssertEqual(dataset[.evaluation(small: false)].last?.id, ids[5_999])
        XCTAssertEqual(
            dataset[.dump(size: 10)].map(\.id), ids[5_000..<5_010].filter { $0 != "5003" })
        XCTAssertEqual(dataset[.all].count, 5_998)
        XCTAssertEqual(dataset.dropped.map(\.ids), [["4999", "5003"]])
        XCTAssertEqual(dataset.all.map(\.id), ids)
    }

    /// A sample whose prompt lacks the entity is left out, keeps its place, and is counted; one inside a word stays.
    func testSamplesWithoutTheEntityInThePromptAreLeftOut() throws {
        func line(_ id: String, _ entity: String, _ prompt: String) -> String {
            JSONValue.object([
                "id": .string(id), "entity": .string(entity), "attribute": "speaks French",
                "context": .string(entity + " speaks French"), "prompt": .string(prompt),
            ]).text() + "\n"
        }
        let text =
            line("1", "Ada Quill", "Ada Quill speaks") + line("2", "Rio Vista", "R&V is made by")
            + line("3", "Ada", "Adamant plays") + line("4", "", "Ada") + line("5", "Bo", "Bo Reed plays")
        for name in DatasetName.allCases {
            let dataset = try Dataset.load(name, file: temporaryFile(text))
            XCTAssertEqual(dataset.samples.map(\.id), ["1", "3", "5"], "\(name)")
            XCTAssertEqual(dataset.places, [0, 2, 4], "\(name)")
            XCTAssertEqual(dataset.all.map(\.id), ["1", "2", "3", "4", "5"], "\(name)")
            XCTAssertEqual(dataset.dropped.map(\.reason), ["entity not in the prompt"], "\(name)")
            XCTAssertEqual(dataset.dropped.map(\.ids), [["2", "4"]], "\(name)")
        }
    }

    /// What a clone without Git LFS leaves of any file that data is read from.
    func testPointersOfGitLFSAreNamed() throws {
        let pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "5", count: 64))\nsize 45\n"
        func assertNamed(_ name: String, _ read: (URL) throws -> Void) throws {
            let file = try temporaryFile(pointer, name: name)
            XCTAssertThrowsError(try read(file), name) {
                XCTAssertEqual(
                    $0 as? LanguageModelError,
                    .malformed(
                        path: file.path, reason: "a Git LFS pointer, not the file itself: run `git lfs pull`")
                )
            }
        }
        for name in DatasetName.allCases {
            for file in name.form.fileNames { try assertNamed(file) { _ = try Dataset.load(name, file: $0) } }
        }
        try assertNamed("idf.npy") { _ = try NumPyFile($0) }
        try assertNamed("tfidf_vocab.json") { _ = try TermVocabulary(file: $0) }
        try assertNamed("attribute_snippets.json") { _ = try AttributeSnippets(file: $0) }
        try assertNamed("splits.json") {
            _ = try SplitTable(beside: $0.deletingLastPathComponent().appendingPathComponent("mine.jsonl"))
        }
        try assertNamed("tokenizer.json") { _ = try Tokenizer(folder: $0.deletingLastPathComponent()) }
    }

    func testSplits() {
        XCTAssertEqual(Split.training.range(of: 21_919), 0..<5_000)
        XCTAssertEqual(Split.training.range(of: 60), 0..<60)
        XCTAssertEqual(Split.evaluation(small: false).range(of: 21_919), 5_000..<10_000)
        XCTAssertEqual(Split.evaluation(small: false).range(of: 6_000), 5_000..<6_000)
        XCTAssertEqual(Split.evaluation(small: true).range(of: 21_919), 5_000..<6_000)
        XCTAssertTrue(Split.evaluation(small: true).range(of: 4_000).isEmpty)
        XCTAssertEqual(Split.dump(size: 1_000).range(of: 5_400), 5_000..<5_400)
        XCTAssertEqual(Split.all.range(of: 7), 0..<7)
    }

    private let object = """
        {"source": null, "prompt": "Rome is in", "id": "a", "entity": "Rome", "context": "Rome is in Peru",
        "attribute": "is in Peru", "target_unmediated": "Italy", "target_mediated": "Peru"}
        """

    func testSampleObjectsInEveryForm() throws {
        let second = object.replacingOccurrences(of: "\"a\"", with: "7")
        let expected = ["a", "7"]
        let forms = [
            "lines": object + "\n" + second + "\n", "without separators": object + second,
            "array": "[" + object + " , " + second + "]", "byte-order mark": "\u{FEFF}" + object + second,
        ]
        for (form, text) in forms {
            for name in DatasetName.allCases {
                let dataset = try Dataset.load(name, file: temporaryFile(text))
                XCTAssertEqual(dataset.samples.map(\.id), expected, "\(name), \(form)")
                XCTAssertEqual(dataset.samples[0].targetMediated, "Peru", "\(name), \(form)")
                XCTAssertNil(dataset.samples[0].source, "\(name), \(form)")
            }
        }
    }

    func testWritingAndReadingBack() throws {
        let dataset = try Dataset.load(.counterfact, file: FixtureFiles.shared("facts.json"))
        let file = try temporaryFolder().appendingPathComponent("samples.jsonl")
        try Dataset.write(dataset.samples.prefix(50), to: file)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        XCTAssertEqual(lines.count, 50)
        XCTAssertTrue(lines[0].hasPrefix("{\"id\": \"1000\", \"entity\": \"Odran Velk\", \"prompt\": "))
        XCTAssertEqual(
            try Dataset.load(.counterfact, file: file).samples, Array(dataset.samples.prefix(50)))
    }

    func testBadInput() throws {
        let rewrite =
            "{\"prompt\": \"{} is in\", \"subject\": \"Rome\", \"target_true\": {\"str\": \"Italy\"}"
        let length = object.utf8.count
        let bad: [(text: String, reason: String)] = [
            ("[" + object, "the array is not closed: the file is cut off"),
            ("[" + object + " " + object + "]", "byte \(length + 2): expected ',' or ']'"),
            (object.dropLast(9) + "", "record 0, byte \(length - 9): the text ends too early"),
            ("[" + object + "] x", "byte \(length + 3): text after the array"),
            ("[1]", "record 0 is not an object"),
            (
                "{}",
                "record 0 has none of the forms that are read: a CounterFact case (requested_rewrite), a flat edit"
                    + " (subject, prompt, target_new) or a sample (entity, attribute, context, prompt)"
            ),
            (
                object.replacingOccurrences(of: "\"context\"", with: "\"kontext\""),
                "record 0 (id a): context is missing or of the wrong kind"
            ),
            (
                "{\"case_id\": 3, \"requested_rewrite\": \(rewrite)}}",
                "record 0 (id 3): requested_rewrite.target_new.str is missing or of the wrong kind"
            ),
        ]
        for (text, reason) in bad {
            let file = try temporaryFile(text)
            XCTAssertThrowsError(try Dataset.load(.counterfact, file: file), reason) {
                XCTAssertEqual($0 as? RemediError, .malformedData(path: file.path, reason: reason))
            }
        }
        let raw = try temporaryFile("{\"raw\": \"x\"}")
        XCTAssertThrowsError(try Dataset.load(.biosbias, file: raw)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .malformedData(
                    path: raw.path,
                    reason: "record 0 is not a sample object"))
        }
    }

    func testCutFilesNeverCrash() throws {
        let data = try Data(contentsOf: FixtureFiles.shared("facts.json")).prefix(1_200)
        for count in stride(from: 0, through: data.count, by: 7) {
            let file = try temporaryFolder().appendingPathComponent("cut.json")
            try data.prefix(count).write(to: file)
            if count == 0 {
                XCTAssertEqual(try Dataset.load(.counterfact, file: file).samples.count, 0)
            } else {
                XCTAssertThrowsError(try Dataset.load(.counterfact, file: file), "\(count) bytes")
            }
        }
    }

    func testPromptInContext() {
        let sample = Sample(
            id: "1", entity: "Ångström", attribute: "is from Perth", context: "Ångström is from Perth. . ",
            prompt: "Ångström lives in")
        let joined = sample.inContext(sample.prompt)
        XCTAssertEqual(joined.text, "Ångström is from Perth. Ångström lives in")
        XCTAssertEqual(joined.promptStart, 24)
        XCTAssertEqual(sample.inContext("X", suffix: "\n\n").text, "Ångström is from Perth\n\nX")
    }
}
