import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class RepresentationsTests: XCTestCase {
    func testMentions() {
        let cases: [(String, String, Int, Range<Int>?)] = [
            ("Al", "Also Al is here", 0, 5..<7), ("Al", "Also there", 0, 0..<2),
            ("Al", "Al and Al", 1, 7..<9), ("Al", "Al and Al", 7, 7..<9), ("Al", "Al and Al", 8, nil),
            ("é", "cafe\u{301} é", 0, 6..<7), ("", "text", 0, nil), ("Bob", "Al", 0, nil),
            ("Bob's", "Bob's house", 0, 0..<5),
        ]
        for (name, text, start, expected) in cases {
            XCTAssertEqual(
                Mentions.first(of: name, in: text, from: start), expected, "\(name) in \(text) from \(start)")
        }
    }

    func testLocate() throws {
        for family in TrainingFixture.families {
            let model = try TrainingFixture(family).model
            var options = TokenOptions()
            let prompt = "Danielle Darrieux's mother tongue is"
            let located = try model.locate(entity: "Danielle Darrieux", in: prompt, options: options)
            let encoding = model.tokenizer.encode(prompt)
            XCTAssertEqual(located.promptTokens, encoding.ids)
            XCTAssertEqual(located.entityInPrompt.lowerBound, encoding.startTokens)
            XCTAssertEqual(encoding.offsets[located.entityInPrompt.upperBound - 1].upperBound, 17)
            XCTAssertEqual(
                located.editedTokens,
                located.entityInPrompt.upperBound - 1..<located.entityInPrompt.upperBound)
            options.useAllEntityTokens = true
            XCTAssertEqual(
                try model.locate(entity: "Danielle Darrieux", in: prompt, options: options).editedTokens,
                located.entityInPrompt)
            XCTAssertThrowsError(
                try model.locate(entity: "Paris", in: prompt, options: options, sample: "7")
            ) {
                XCTAssertEqual(
                    $0 as? RemediError, .entityNotInPrompt(entity: "Paris", prompt: prompt, sample: "7"))
            }
            let end = try model.locate(entity: "tongue is", in: prompt, options: options)
            XCTAssertEqual(end.entityInPrompt.upperBound, encoding.ids.count)
        }
    }

    /// Several blocks in one pass, and any batch, give the same bits as one block and one sample.
    func testBlocksAndBatchesAgree() throws {
        for family in TrainingFixture.families {
            let fixture = try TrainingFixture(family, threads: 2)
            let model = fixture.model
            let samples = try TrainingFixture.samples()
            for options in tokenOptions() {
                let sources = try samples.map { try model.representationSource(of: $0, options: options) }
                let together = try model.representations(of: sources, blocks: [0, 1, 2])
                for block in 0..<3 {
                    let alone = try model.representations(
                        of: Array(samples[30..<31]), block: block, options: options)
                    XCTAssertEqual(
                        try model.backend.read(together[block].entity.rows(30..<31)),
                        try model.backend.read(alone.entity), "\(family) \(block) \(options)")
                    XCTAssertEqual(
                        try model.backend.read(together[block].attribute.rows(30..<31)),
                        try model.backend.read(alone.attribute), "\(family) \(block) \(options)")
                }
            }
        }
    }

    private func tokenOptions() -> [TokenOptions] {
        var all = TokenOptions()
        all.useAllEntityTokens = true
        var alone = TokenOptions()
        alone.attributeWithoutEntity = true
        return [TokenOptions(), all, alone]
    }

    /// What is read: the attribute's tokens in the context or alone, the entity's last token or all.
    func testSources() throws {
        for family in TrainingFixture.families {
            let model = try TrainingFixture(family).model
            let sample = try TrainingFixture.samples()[0]
            let options = tokenOptions()
            let plain = try model.representationSource(of: sample, options: options[0])
            let context = model.tokenizer.encode(sample.context)
            XCTAssertEqual(plain.attributeText, context.ids)
            XCTAssertEqual(plain.attribute.upperBound, context.ids.count)
            let start = sample.context.count - sample.attribute.count
            XCTAssertLessThanOrEqual(context.offsets[plain.attribute.lowerBound].lowerBound, start)
            XCTAssertEqual(plain.entity.count, 1)
            XCTAssertEqual(plain.entity.upperBound, plain.entityText.count)
            let all = try model.representationSource(of: sample, options: options[1])
            XCTAssertEqual(all.entity, context.startTokens..<all.entityText.count)
            let alone = try model.representationSource(of: sample, options: options[2])
            XCTAssertEqual(alone.attributeText, model.tokenizer.encode(sample.attribute).ids)
            XCTAssertEqual(alone.attribute, context.startTokens..<alone.attributeText.count)
        }
    }

    func testReadingBatches() {
        func batches(_ counts: [Int], _ limit: Int) -> [Range<Int>] {
            LanguageModel.readingBatches(counts, limit: limit)
        }
        XCTAssertEqual(batches([], 10), [])
        XCTAssertEqual(batches([4, 4, 4, 20, 1], 10), [0..<2, 2..<3, 3..<4, 4..<5])
        XCTAssertEqual(batches([4, 6, 10], 10), [0..<2, 2..<3])
    }
}
