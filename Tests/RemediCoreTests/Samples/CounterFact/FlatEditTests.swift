import LanguageModels
import XCTest

@testable import RemediCore

/// Edits whose parts are members of one object: EasyEdit's, KnowEdit's, QAEdit's and MEND's.
final class FlatEditTests: XCTestCase {
    private func load(_ text: String) throws -> Dataset {
        try Dataset.load(.counterfact, file: temporaryFile(text))
    }

    /// The same case in both forms gives the same sample.
    func testTheFlatFormOfACounterFactCase() throws {
        let flat = """
            [{"case_id": 7, "prompt": "The mother tongue of Ada Quill is", "target_new": "English",
            "subject": "Ada Quill", "ground_truth": "French",
            "rephrase_prompt": "Perth is dry. Where Ada Quill is from, people speak the language of",
            "locality_prompt": "Bo Reed is a native speaker of", "locality_ground_truth": "French"}]
            """
        let nested = """
            [{"case_id": 7, "requested_rewrite": {"prompt": "The mother tongue of {} is", "subject": "Ada Quill",
            "target_new": {"str": "English"}, "target_true": {"str": "French"}},
            "paraphrase_prompts": ["Perth is dry. Where Ada Quill is from, people speak the language of"],
            "neighborhood_prompts": ["Bo Reed is a native speaker of"]}]
            """
        let samples = try [flat, nested].map { try load($0).samples[0] }
        for sample in samples {
            XCTAssertEqual(sample.id, "7")
            XCTAssertEqual(sample.entity, "Ada Quill")
            XCTAssertEqual(sample.context, "The mother tongue of Ada Quill is English")
            XCTAssertEqual(sample.attribute, "is English")
            XCTAssertEqual(sample.prompt, "Where Ada Quill is from, people speak the language of")
            XCTAssertEqual(sample.targetMediated, "English")
            XCTAssertEqual(sample.targetUnmediated, "French")
            XCTAssertEqual(CounterFact.rewritePrompt(of: sample), "The mother tongue of Ada Quill is")
            XCTAssertEqual(
                CounterFact.paraphrasePrompts(of: sample),
                ["Perth is dry. Where Ada Quill is from, people speak the language of"])
            XCTAssertEqual(
                CounterFact.neighborhoodPrompts(of: sample), ["Bo Reed is a native speaker of"])
            XCTAssertNil(CounterFact.generationPrompts(of: sample))
        }
    }

    func testOtherNamesOfTheParts() throws {
        let forms:
            [(name: String, text: String, id: String, prompt: String, truth: String?, near: [String]?)] = [
                (
                    "QAEdit",
                    """
                    {"id": 11, "source": "NQ", "prompt": "who made the Quillon 5?", "target": "Google",
                    "subject": "Quillon 5", "rephrase": "Who is the maker of the Quillon 5?",
                    "locality": [{"loc": "who plays golf", "loc_ans": "Bo"}]}
                    """, "11", "Who is the maker of the Quillon 5?", nil, nil
                ),
                (
                    "KnowEdit",
                    """
                    {"subject": "Quillon 5", "prompt": "The maker of Quillon 5 is", "target_new": "Google",
                    "ground_truth": ["Apple", "Apple Inc."], "portability": {"Reasoning": []},
                    "locality": {"Relation_Specificity": [{"prompt": "The maker of Reed 7 is",
                    "ground_truth": [["Apple"], ["Apple Inc."]]}, {"prompt": "The owner of Reed 7 is",
                    "ground_truth": "Bo"}]}}
                    """, "0", "The maker of Quillon 5 is", "Apple", ["The maker of Reed 7 is"]
                ),
                (
                    "MEND's zsRE",
                    """
                    {"case_id": "z-3", "subject": "Quillon 5", "src": "Who made Quillon 5?", "alt": "Google",
                    "answers": ["Apple"], "rephrase": "Quillon 5 is made by whom?", "loc": "who plays golf",
                    "loc_ans": "Bo", "pred": "x"}
                    """, "z-3", "Quillon 5 is made by whom?", "Apple", nil
                ),
                (
                    "lists",
                    """
                    {"id": "a", "subject": "Quillon 5", "prompt": "{} was made by", "target_new": {"str": "Google"},
                    "ground_truth": "Apple", "rephrase_prompt": ["Quillon 5, by", "Whose is Quillon 5? It is of"],
                    "locality_prompt": ["Reed 7 was made by", "Reed 8 was made by"],
                    "locality_ground_truth": ["Apple", "Ford"]}
                    """, "a", "Quillon 5, by", "Apple", ["Reed 7 was made by"]
                ),
            ]
        for (name, text, id, prompt, truth, near) in forms {
            let sample = try XCTUnwrap(load(text).samples.first, name)
            XCTAssertEqual(sample.id, id, name)
            XCTAssertEqual(sample.entity, "Quillon 5", name)
            XCTAssertEqual(sample.prompt, prompt, name)
            XCTAssertTrue(sample.attribute.hasSuffix("Google"), name)
            XCTAssertTrue(sample.context.contains(sample.attribute), name)
            XCTAssertEqual(sample.targetMediated, "Google", name)
            XCTAssertEqual(sample.targetUnmediated, truth, name)
            XCTAssertEqual(CounterFact.neighborhoodPrompts(of: sample), near, name)
        }
    }

    func testWhatIsMissingIsNamed() throws {
        let cases = [
            (#"{"case_id": 0, "prompt": "A is", "target_new": "x"}"#, "record 0 (id 0): subject"),
            (#"{"case_id": 0, "subject": "A", "target_new": "x"}"#, "record 0 (id 0): prompt"),
            (#"{"id": "b", "subject": "A", "prompt": "A is"}"#, "record 0 (id b): target_new"),
            (#"{"id": "b", "subject": "A", "prompt": "A is", "target": 3}"#, "record 0 (id b): target"),
            (#"{"id": [1], "subject": "A", "prompt": "A is", "target": "x"}"#, "record 0: id"),
        ]
        for (text, place) in cases {
            let file = try temporaryFile(text)
            XCTAssertThrowsError(try Dataset.load(.counterfact, file: file), text) {
                XCTAssertEqual(
                    $0 as? RemediError,
                    .malformedData(path: file.path, reason: "\(place) is missing or of the wrong kind"))
            }
        }
    }

    func testRecordsWithoutTheSubjectAreLeftOut() throws {
        let dataset = try load(
            """
            {"subject": "A Quill", "prompt": "The pen is", "target_new": "x"}
            {"subject": "A Quill", "prompt": "A Quill is", "target_new": "x", "rephrase_prompt": "The pen is"}
            {"subject": "A Quill", "prompt": "A Quill is", "target_new": "x"}
            """)
        XCTAssertEqual(dataset.samples.map(\.id), ["2"])
        XCTAssertEqual(
            dataset.dropped.map(\.reason), ["subject not in the context", "entity not in the prompt"])
        XCTAssertEqual(dataset.dropped.map(\.ids), [["0"], ["1"]])
    }

    /// Records of all kinds of members and kinds of values: a sample, a reason or an error of ours.
    func testAwkwardRecordsNeverCrash() throws {
        var numbers = RandomStream(seed: 11, purpose: "flat edits", sample: "")
        func below(_ count: Int) -> Int { Int(numbers.next() % UInt64(count)) }
        let keys = [
            "case_id", "id", "subject", "prompt", "src", "target_new", "target", "alt", "ground_truth",
            "answers",
            "rephrase_prompt", "rephrase", "locality_prompt", "locality_ground_truth", "locality", "loc",
            "loc_ans",
            "str",
        ]
        func value(_ depth: Int) -> JSONValue {
            switch below(depth > 3 ? 5 : 8) {
            case 0: return .null
            case 1: return .integer(below(2) == 0 ? .max : below(9))
            case 2: return ["A", "", "{}", "A is {} A", "é\u{301}", "A"][below(6)]
            case 3, 4: return "A is A"
            case 5, 6: return .array((0..<below(3)).map { _ in value(depth + 1) })
            default: return .object(record(depth + 1))
            }
        }
        func record(_ depth: Int) -> JSONObject {
            var object = JSONObject()
            for _ in 0...below(keys.count) { object[keys[below(keys.count)]] = value(depth) }
            return object
        }
        var taken = 0
        for round in 0..<RandomStream.rounds(3_000) {
            let object = record(0)
            do {
                let text = JSONValue.object(object).text()
                let sample = try FlatEdit(object, number: round).sample(text: text)
                XCTAssertTrue(sample.context.containsExactly(sample.attribute), text)
                _ = CounterFact.rewritePrompt(of: sample)
                _ = CounterFact.neighborhoodPrompts(of: sample)
                taken += 1
            } catch { XCTAssertTrue(error is RecordError, "\(error)") }
        }
        XCTAssertGreaterThan(taken, 0)
    }
}
