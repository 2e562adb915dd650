import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class CaseJournalTextsTests: XCTestCase {
    private let settings = TextSettings(
        options: GenerationOptions(sampling: .topK(5, temperature: 1), limit: .total(14)), seed: 7)

    private func prompts(_ model: LanguageModel) throws -> [ContinuedPrompt] {
        try TinyModels.cases().samples.enumerated().map { index, sample in
            let direction = try model.backend.makeMatrix(rows: 1, columns: model.hiddenSize)
            model.backend.fill(direction, with: Float(index))
            let tokens = Array(model.tokenizer.encode(sample.prompt).ids.prefix(3 + index % 3))
            // The sequence of an edit does not matter.
            let edit = Edit(sequence: 99, block: 1, tokens: 0..<1, direction: direction)
            return ContinuedPrompt(
                tokens: tokens, edits: index % 3 == 0 ? [] : [edit], stream: "text \(index)")
        }
    }

    func testTextsAreThoseOfTheModel() throws {
        let model = try TinyModels.open("gpt2")
        let prompts = try prompts(model)
        let progress = RecordedProgress()
        let texts = try CaseJournal().texts(
            of: prompts, part: "texts", settings: settings, model: model, stage: "writing",
            progress: progress)
        XCTAssertEqual(progress.stages, ["writing"])
        for (index, prompt) in prompts.enumerated() {
            let edits = prompt.edits.map {
                Edit(sequence: 0, block: $0.block, tokens: $0.tokens, direction: $0.direction)
            }
            let alone = try model.generate(
                [prompt.tokens], edits: edits, options: settings.options, seed: 7,
                streamIds: [prompt.stream])
            XCTAssertEqual(texts[index], alone[0], "prompt \(index)")
        }
        XCTAssertEqual(
            try CaseJournal().texts(
                of: [], part: "texts", settings: settings, model: model, stage: "", progress: progress), [])
    }

    /// Stopped after every text that ends, the texts are the same and none is made twice.
    func testStoppedTextsGoOn() throws {
        let model = try TinyModels.open("llama")
        let prompts = try prompts(model)
        func texts(_ journal: CaseJournal, _ progress: any ProgressReporter) throws -> [[Int]?] {
            try journal.texts(
                of: prompts, part: "texts", settings: settings, model: model, stage: "writing",
                progress: progress)
        }
        let whole = try texts(CaseJournal(), SilentProgress())
        let file = try temporaryFolder().appendingPathComponent("a.journal.jsonl")
        var stops = 0
        while true {
            let journal = try CaseJournal(file: file, inputs: [:])
            let known = journal.count
            do {
                let made = try texts(journal, RecordedProgress(stopsAfter: 1))
                XCTAssertEqual(made, whole)
                break
            } catch RemediError.interrupted {
                stops += 1
                XCTAssertGreaterThan(journal.count, known)
            }
        }
        XCTAssertGreaterThan(stops, 1)
        XCTAssertEqual(try texts(CaseJournal(file: file, inputs: [:]), SilentProgress()), whole)
    }

    /// A signal does not wait for a text to end.
    func testASignalStopsBetweenTokens() throws {
        let model = try TinyModels.open("gpt2")
        let journal = CaseJournal()
        XCTAssertThrowsError(
            try journal.texts(
                of: prompts(model), part: "texts", settings: settings, model: model, stage: "writing",
                progress: RecordedProgress(stopsAfter: 0))
        ) { XCTAssertEqual($0 as? RemediError, .interrupted(signal: 15)) }
        XCTAssertEqual(journal.count, 0)
    }
}
