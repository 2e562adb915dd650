import LanguageModels
import XCTest

@testable import RemediCore

/// What is told of samples that are used all the same.
final class SampleCaveatsTests: XCTestCase {
    private func sample(
        _ id: String, entity: String = "Ada", prompt: String, targets: (String?, String?) = ("chess", "golf")
    ) -> Sample {
        Sample(
            id: id, entity: entity, attribute: "plays chess", context: "\(entity) plays chess",
            prompt: prompt,
            targetMediated: targets.0, targetUnmediated: targets.1)
    }

    private var samples: [Sample] {
        [
            sample("own word", prompt: "Adamant Ada plays"), sample("inside", prompt: "Adamant plays"),
            sample("inside too", prompt: "We saw McAda play"), sample("at the end", prompt: "This is Ada"),
            sample("same", prompt: "Ada plays", targets: ("chess", "chess")),
            sample("one target", prompt: "Ada plays", targets: ("chess", nil)),
            sample("nowhere", prompt: "Bo plays"),
        ]
    }

    func testEachIsToldWithItsSamples() throws {
        let model = try TrainingFixture("gpt2").model
        let none = model.caveats(of: samples, options: TokenOptions(), block: nil)
        XCTAssertEqual(none.groups.map(\.kind), [.entityInsideWord, .sharedFirstToken])
        XCTAssertEqual(none.groups.map(\.ids), [["inside", "inside too"], ["same"]])
        XCTAssertEqual(model.caveats(of: samples, options: TokenOptions(), block: model.blocks - 2), none)
        let last = model.caveats(of: samples, options: TokenOptions(), block: model.blocks - 1)
        XCTAssertEqual(last.groups.map(\.kind), SampleCaveats.Kind.allCases)
        XCTAssertEqual(last.groups[2].ids, ["own word", "inside", "inside too", "same", "one target"])
        XCTAssertEqual(
            none.sentences,
            [
                "2 samples: the entity is in the prompt only as part of another word: inside, inside too",
                "1 sample: both targets begin with the same token, so their first tokens cannot differ: same",
            ])
    }

    func testScriptsWithoutSpacesAreNotTold() {
        for (name, text, isInside) in [
            ("北京", "我爱北京的", false), ("東京", "ここは東京です", false), ("Ada", "Adas", true), ("Ada", "McAda", true),
            ("Ада", "Адамант", true), ("Ada", "Ada's", false), ("Ada", "Ada", false), ("Ada", "Bo", false),
            ("서울", "서울에서", false), ("Ada", "我Ada的", false),
        ] { XCTAssertEqual(Mentions.areInsideWords(of: name, in: text), isInside, "\(name) in \(text)") }
    }

    /// Training tells them before it begins.
    func testTrainingWarns() throws {
        let fixture = try TrainingFixture("gpt2")
        var samples = try TrainingFixture.samples()
        let inside = samples[3].id
        samples[3].prompt = "Mc" + samples[3].entity + "s are"
        samples[4].targetUnmediated = samples[4].targetMediated
        var options = TrainingFixture.options(epochs: 0)
        func warnings() throws -> [String] {
            let progress = RecordedProgress()
            _ = try fixture.run(
                options, directory: temporaryFolder(), samples: samples, progress: progress
            ).run()
            return progress.warnings
        }
        let known = SampleCaveats.Kind.allCases.map(\.rawValue)
        let found = try warnings()
        XCTAssertTrue(found.contains("1 sample: \(known[0]): \(inside)"), "\(found)")
        XCTAssertTrue(found.contains { $0.contains(known[1]) && $0.contains(samples[4].id) }, "\(found)")
        XCTAssertFalse(found.contains { $0.contains(known[2]) }, "\(found)")
        options.blocks = [fixture.model.blocks - 1]
        options.alpha = 0
        let last = try warnings()
        XCTAssertTrue(last.contains { $0.contains(known[2]) }, "\(last)")
        XCTAssertTrue(last.contains("with alpha 0 and beta 1 an edit changes nothing"), "\(last)")
    }

    /// The rule of the reference takes the first mention, be it inside a word.
    func testTheRuleForMentions() throws {
        let model = try TrainingFixture("gpt2").model
        var options = TokenOptions()
        func place(_ text: String) throws -> Range<Int> {
            try model.locate(entity: "Ada", in: text, options: options).entityInPrompt
        }
        let offsets = model.tokenizer.encode("Adamant Ada plays").offsets
        XCTAssertEqual(offsets[try place("Adamant Ada plays").upperBound - 1].upperBound, 11)
        options.mentions = .text
        XCTAssertLessThan(offsets[try place("Adamant Ada plays").upperBound - 1].upperBound, 8)
        XCTAssertEqual(Mentions.first(of: "Ada", in: "Adamant Ada plays"), 8..<11)
        XCTAssertEqual(Mentions.first(of: "Ada", in: "Adamant Ada plays", rule: .text), 0..<3)
        XCTAssertEqual(Mentions.first(of: "Ada", in: "Adamant Adas"), 0..<3)
        XCTAssertEqual(Mentions.first(of: "Ada", in: "Adamant Adas", from: 1), 8..<11)
    }
}
