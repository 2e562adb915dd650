import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Generation and essence on a tiny random model and cases with every raw field.
final class GenerationMeasureTests: XCTestCase {
    private func options(
        _ conditions: [EvaluationOptions.Condition], _ benchmarks: [MeasureName]
    ) -> EvaluationOptions {
        var options = EvaluationFixture.options(conditions)
        options.benchmarks = benchmarks
        options.split = .first(6, of: .all)
        options.generation.limit = .total(80)
        return options
    }

    private func run(
        _ options: EvaluationOptions, in folder: URL,
        progress: any ProgressReporter = SilentProgress()
    ) throws -> [EvaluationSummary] {
        try Evaluation(
            model: TinyModels.withLongContext(in: temporaryFolder()),
            dataset: Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json")),
            options: options, directory: folder, texts: referenceTexts(),
            progress: progress
        ).run()
    }

    private func json(_ folder: URL, _ path: String) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(path)))
    }

    private func strings(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }

    func testFilesAndScores() throws {
        let folder = try temporaryFolder()
        let summaries = try run(options([.unedited, .prefix, .replace, .edited], [.generation]), in: folder)
        XCTAssertEqual(summaries.map(\.condition.folder), ["unedited", "prefix", "replace", "linear/1"])
        let dataset = try Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json"))
        let texts = try ReferenceTexts(folder: referenceTexts())
        let fluency = NGramEntropy()
        for summary in summaries {
            let place = summary.condition.folder
            let file = try json(folder, "\(place)/generation.json")
            XCTAssertEqual(file.object?.keys.prefix(2), ["samples", "metrics"], place)
            let entries = try XCTUnwrap(file["samples"]?.array, place)
            XCTAssertEqual(entries.count, 6, place)
            var scores: [Double] = []
            for entry in entries {
                let id = try XCTUnwrap(entry["id"]?.string)
                let name = "\(place), \(id)"
                XCTAssertEqual(
                    entry.object?.keys,
                    ["id", "generations", "references", "fluency_score", "consistency_score"], name)
                let sample = try XCTUnwrap(dataset.samples.first { $0.id == id })
                let prompts = try XCTUnwrap(CounterFact.generationPrompts(of: sample))
                XCTAssertEqual(prompts.count, Set(prompts).count, name)
                let made = strings(entry["generations"])
                XCTAssertEqual(made.count, prompts.count, name)
                for (text, prompt) in zip(made, prompts) {
                    check(text, of: sample, prompt: prompt, summary.condition, name)
                }
                let score = try XCTUnwrap(entry["fluency_score"]?.double)
                let expected = made.map(fluency.fluency(of:)).reduce(0, +) / Double(made.count)
                XCTAssertEqual(score, expected, accuracy: 1e-12, name)
                scores.append(score)
                let (relation, target) = try XCTUnwrap(CounterFact.relation(of: sample))
                XCTAssertEqual(
                    strings(entry["references"]),
                    try texts.snippets.texts(relation: relation, target: target), name)
                XCTAssertEqual(
                    entry["consistency_score"]?.double,
                    try texts.consistency(of: made, relation: relation, target: target), name)
            }
            let mean = file["metrics"]?["fluency"]?["mean"]?.double
            XCTAssertEqual(
                try XCTUnwrap(mean), scores.reduce(0, +) / Double(scores.count), accuracy: 1e-12, place)
        }
    }

    private func check(
        _ text: String, of sample: Sample, prompt: String, _ condition: EvaluationCondition, _ name: String
    ) {
        switch condition {
        case .prefix: XCTAssertTrue(text.hasPrefix(sample.inContext(prompt).text), name)
        case .replace: XCTAssertFalse(text.contains(sample.entity), name)
        default: XCTAssertTrue(text.hasPrefix(prompt), name)
        }
    }

    /// The same random numbers everywhere: only an edit tells texts apart, and one of nothing changes nothing.
    func testOnlyTheEditChangesTexts() throws {
        var made: [[String]] = []
        for type in [nil, EditorType.null, .linear] {
            let folder = try temporaryFolder()
            var options = options([type == nil ? .unedited : .edited], [.generation])
            if let type {
                options.editorType = type
                if type == .null { options.editorsDirectory = nil }
            }
            let summary = try run(options, in: folder)[0]
            let file = try JSONValue(parsing: Data(contentsOf: summary.file))
            made.append(file["samples"]!.array!.flatMap { strings($0["generations"]) })
        }
        XCTAssertEqual(made[0], made[1])
        XCTAssertNotEqual(made[0], made[2])
    }

    func testEssence() throws {
        let folder = try temporaryFolder()
        let summaries = try run(options([.prefix, .replace, .edited], [.essence]), in: folder)
        let references = strings(try json(folder, "essence_references.json")["references"])
        XCTAssertEqual(references.count, 6)
        XCTAssertFalse(
            FileManager.default.fileExists(
                atPath: folder.appendingPathComponent("essence_references_metrics.json").path))
        let dataset = try Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json"))
        for (text, sample) in zip(references, dataset.samples) {
            XCTAssertTrue(text.hasPrefix("\(sample.entity) is"), text)
        }
        for summary in summaries {
            let place = summary.condition.folder
            let file = try JSONValue(parsing: Data(contentsOf: summary.file))
            let metrics = try XCTUnwrap(file["metrics"]?.object)
            XCTAssertEqual(
                metrics.keys,
                ["essence", "fluency_generaton", "fluency_generation", "fluency_references"], place)
            XCTAssertEqual(metrics["fluency_generaton"], metrics["fluency_generation"], place)
            let texts = try ReferenceTexts(folder: referenceTexts())
            XCTAssertEqual(summary.sampleCount, 6, place)
            for entry in file["samples"]!.array! {
                let index = try XCTUnwrap(dataset.samples.firstIndex { $0.id == entry["id"]?.string })
                XCTAssertEqual(strings(entry["references"]), [references[index]], place)
                let text = try XCTUnwrap(entry["generation"]?.string)
                let sample = dataset.samples[index]
                XCTAssertFalse(text.contains("Wikipedia"), place)
                XCTAssertEqual(text.hasPrefix("\(sample.entity) is"), summary.condition != .replace, place)
                XCTAssertEqual(
                    try XCTUnwrap(entry["essence_score"]?.double),
                    texts.vectorizer.vector(of: text).consistency(
                        with: texts.vectorizer.vector(of: references[index])), accuracy: 1e-12, place)
            }
        }
        // A second run asks the model for nothing.
        let progress = RecordedProgress()
        _ = try run(options([.prefix, .replace, .edited], [.essence]), in: folder, progress: progress)
        XCTAssertEqual(progress.stages.filter { !$0.hasPrefix("indexing") }, [])
    }

    func testStoppedRunsEndWithTheSameBytes() throws {
        let options = options([.replace, .edited], [.generation, .essence])
        let whole = try temporaryFolder()
        _ = try run(options, in: whole)
        let stopped = try temporaryFolder()
        var stops = 0
        while true {
            do {
                _ = try run(options, in: stopped, progress: RecordedProgress(stopsAfter: 3))
                break
            } catch RemediError.interrupted {
                stops += 1
            }
        }
        XCTAssertGreaterThan(stops, 5)
        let names = ["generation", "essence"].flatMap { ["\($0).json", "\($0)_metrics.json"] }
        for file in ["replace", "linear/1"].flatMap({ place in names.map { "\(place)/\($0)" } })
            + ["essence_references.json"]
        {
            XCTAssertEqual(
                try Data(contentsOf: stopped.appendingPathComponent(file)),
                try Data(contentsOf: whole.appendingPathComponent(file)), file)
        }
    }

    /// Cases without generation prompts, and a target that no text is about.
    func testWhatIsMissingIsCounted() throws {
        var dataset = try Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json"))
        var samples = Array(dataset.samples.prefix(3))
        var source = samples[1].source!.object!
        source["generation_prompts"] = nil
        samples[1].source = .object(source)
        source = samples[2].source!.object!
        var rewrite = source["requested_rewrite"]!.object!
        rewrite["relation_id"] = "P0"
        source["requested_rewrite"] = .object(rewrite)
        samples[2].source = .object(source)
        dataset = Dataset(name: .counterfact, samples: samples, fileHash: "")
        func run(_ condition: EvaluationOptions.Condition) throws -> EvaluationSummary {
            try Evaluation(
                model: TinyModels.open("gpt2"), dataset: dataset,
                options: options([condition], [.generation]), directory: temporaryFolder(),
                texts: referenceTexts(), progress: SilentProgress()
            ).run()[0]
        }
        let edited = try run(.edited)
        XCTAssertEqual(edited.skipped.reasons.map(\.ids), [[samples[1].id]])
        XCTAssertEqual(edited.skipped.reasons.map(\.reason), ["the source names no such prompts"])
        XCTAssertEqual(edited.counts["without_references"], 1)
        XCTAssertEqual(edited.metrics.map(\.metric.count), [2, 1])
        let replaced = try run(.replace)
        XCTAssertEqual(
            replaced.skipped.reasons.map(\.reason),
            ["the source names no such prompts", "no reference text about the target"])
    }

    /// Where the only snippet is about the entity itself, nothing can replace it, but by the reference's rules.
    func testReplacingByItself() throws {
        let sample = try XCTUnwrap(
            Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json")).samples.first)
        let (relation, target) = try XCTUnwrap(CounterFact.relation(of: sample))
        let folder = try referenceTexts()
        let snippets: JSONValue = [
            [
                "relation_id": .string(relation), "target_id": .string(target),
                "samples": [["name": .string(sample.entity), "text": "A text."]],
            ]
        ]
        try AtomicFile.write(
            snippets.text(), to: folder.appendingPathComponent(ReferenceTexts.snippetsFile))
        let model = try TinyModels.open("gpt2")
        for replacesByItself in [false, true] {
            var options = options([.replace], [.efficacy])
            options.rules.replacement = replacesByItself ? .any : .others
            let subject = try EvaluationSubject(
                model: model, samples: [sample], condition: .replace, editor: nil, options: options,
                unedited: KnownScores(), texts: ReferenceTexts(folder: folder), progress: SilentProgress())
            func text() throws -> String { try subject.prompt(sample.prompt, of: 0).text }
            if replacesByItself {
                XCTAssertEqual(try text(), sample.prompt)
            } else {
                XCTAssertThrowsError(try text()) { XCTAssertEqual($0 as? SkipReason, .noSnippet) }
            }
        }
    }

    /// Results that other snippets, frequencies or vocabularies decide are not taken for one another.
    func testOtherReferenceTextsAreOtherInputs() throws {
        let texts = try referenceTexts()
        let folder = try temporaryFolder()
        let dataset = try Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json"))
        func run(_ condition: EvaluationOptions.Condition, _ name: MeasureName) throws {
            var options = options([condition], [name])
            options.split = .first(2, of: .all)
            _ = try Evaluation(
                model: TinyModels.withLongContext(in: temporaryFolder()), dataset: dataset, options: options,
                directory: folder, texts: texts, progress: SilentProgress()
            ).run()
        }
        func assertRefuses(
            _ key: String, _ condition: EvaluationOptions.Condition, _ name: MeasureName
        ) {
            XCTAssertThrowsError(try run(condition, name), key) {
                guard case .resultsDiffer(_, let differences)? = $0 as? RemediError else {
                    return XCTFail("\(key): \($0)")
                }
                XCTAssertEqual(differences.map { $0.prefix { $0 != ":" } }, [key[...]])
            }
        }
        try run(.unedited, .generation)
        try run(.replace, .efficacy)
        let frequencies = texts.appendingPathComponent(ReferenceTexts.frequenciesFile)
        let old = try Data(contentsOf: frequencies)
        var new = old
        new[new.count - 8] ^= 1
        try new.write(to: frequencies)
        assertRefuses("document_frequencies", .unedited, .generation)
        try old.write(to: frequencies)
        try run(.unedited, .generation)
        let snippets = texts.appendingPathComponent(ReferenceTexts.snippetsFile)
        var text = try String(contentsOf: snippets, encoding: .utf8)
        text += "\n"
        try AtomicFile.write(text, to: snippets)
        assertRefuses("reference_texts", .unedited, .generation)
        assertRefuses("replacement_texts", .replace, .efficacy)
    }

    /// Once the file would grow too large, texts are left out of it, and counted.
    func testReferenceTextsWithinTheirLimit() throws {
        let dataset = try Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json"))
        let texts = try ReferenceTexts(folder: referenceTexts())
        let first = try XCTUnwrap(CounterFact.relation(of: dataset.samples[0]))
        let size = try texts.snippets.texts(relation: first.relation, target: first.target)
            .reduce(0) { $0 + $1.utf8.count }
        for (limit, expected) in [(size - 1, 3), (size, 2), (1 << 20, 0)] {
            var scores = GenerationScores()
            scores.limit = limit
            for sample in dataset.samples.prefix(3) {
                try scores.add(sample, made: ["A text."], texts: texts, fluency: NGramEntropy())
            }
            XCTAssertEqual(scores.referencesLeftOut, expected, "\(limit)")
        }
    }

    func testPromptsUnderReplacement() throws {
        let folder = try temporaryFolder()
        var options = options([.replace], MeasureName.usual)
        options.split = .all
        let summaries = try run(options, in: folder)
        let file = try json(folder, "replace/efficacy.json")
        let dataset = try Dataset.load(.counterfact, file: FixtureFiles.shared("counterfact-full.json"))
        for entry in file["samples"]!.array! {
            let sample = try XCTUnwrap(dataset.samples.first { $0.id == entry["id"]?.string })
            XCTAssertEqual(entry["prompt"]?.string, sample.prompt)
        }
        let neighborhood = try XCTUnwrap(summaries.last)
        XCTAssertEqual(neighborhood.counts["unedited_prompts"], neighborhood.counts["prompts"])
        XCTAssertGreaterThan(neighborhood.sampleCount, 20)
    }

    func testRulesForWordsDecideFluencyAndNothingElse() throws {
        let folder = try temporaryFolder()
        var options = options([.unedited], [.efficacy, .generation])
        _ = try run(options, in: folder)
        let texts = try json(folder, "unedited/generation.json")["samples"]?.array?.map { $0["generations"] }
        options.wordRules = .reference
        XCTAssertThrowsError(try run(options, in: folder)) { error in
            guard case .resultsDiffer(_, let differences)? = error as? RemediError else {
                return XCTFail("\(error)")
            }
            XCTAssertEqual(differences, ["word_rules: not recorded there, \"reference\" now"])
        }
        options.overwrite = true
        XCTAssertEqual(try run(options, in: folder).count, 2)
        let again = try json(folder, "unedited/generation.json")["samples"]?.array
        XCTAssertEqual(again?.map { $0["generations"] }, texts)
        let fluency = NGramEntropy(tokenizer: WordTokenizer(rules: .reference))
        for entry in again ?? [] {
            XCTAssertEqual(entry["fluency_score"]?.double, fluency.fluency(of: strings(entry["generations"])))
        }
    }

    func testMissingReferenceTextsAreNamed() throws {
        let run = Evaluation(
            model: try TinyModels.open("gpt2"), dataset: try TinyModels.cases(),
            options: options([.unedited], [.essence]), directory: try temporaryFolder(),
            texts: try temporaryFolder(), progress: SilentProgress())
        for body in [run.check, { _ = try run.run() }] {
            XCTAssertThrowsError(try body()) {
                guard case .referenceTextsMissing(_, let files)? = $0 as? RemediError else {
                    return XCTFail("\($0)")
                }
                XCTAssertEqual(files, ["attribute_snippets.json", "idf.npy", "tfidf_vocab.json"])
            }
        }
    }
}
