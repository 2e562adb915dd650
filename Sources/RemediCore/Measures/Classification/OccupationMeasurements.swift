import Foundation
import LanguageModels

/// A language model's measurements of people, before any probe is asked: their states, those that directions are
/// made of, and which occupation it would name.  Computed once for all probes, kept on disk meanwhile,
/// resumable.
///
/// Every direction of a title is made of a text that only names the person by the first name, so it is read
/// once for all who share it.  Letters: N people, T titles, M texts: T for every distinct name, then the
/// people's own.
final class OccupationMeasurements {
    let people: [PersonTexts]
    let skipped: SkippedSamples
    let occupations: Occupations
    /// Where each person's true title is among the titles.
    let truths: [Int]
    private let model: LanguageModel
    private let settings: Settings
    private let sources: [RepresentationSource]
    /// The first text of each person's name.
    private let firstOfName: [Int]
    private let journal: CaseJournal
    private let entities: StateTable
    private let attributes: StateTable
    private var isRead = false
    private var known: [[Double]]?

    /// The reading: which states, where, and how.
    struct Settings {
        var tokens: TokenOptions
        /// Where people's states are read.
        var entityBlocks: [Int]
        /// Where the states that directions are made of are read: those of attributes, and of names alone.
        var attributeBlocks: [Int]
        var nameBlocks: [Int]
        var batchSize: Int
        /// Where texts that the reference pads begin to count.
        var positions: EvaluationRules.Origin = .text
        /// The samples in progress lines: " of the training split".
        var label = ""
        var progress: any ProgressReporter

        fileprivate var json: JSONObject {
            func list(_ blocks: [Int]) -> JSONValue { .array(blocks.map { .integer($0) }) }
            return [
                "entity_blocks": list(entityBlocks), "attribute_blocks": list(attributeBlocks),
                "name_blocks": list(nameBlocks),
            ]
        }
    }

    /// - Parameters:
    ///   - place: the path that names of files start with.
    ///   - inputs: everything that decides what is measured, besides the blocks.
    /// - Throws: `LanguageModelError`.
    init(
        _ samples: [Sample], occupations: Occupations, model: LanguageModel, place: URL, inputs: JSONObject,
        settings: Settings
    ) throws {
        self.model = model
        self.settings = settings
        self.occupations = occupations
        let (usable, skipped) = try Self.usable(samples, model: model, settings: settings)
        people =
            settings.positions == .padding
            ? PersonTexts.padded(usable, batchSize: settings.batchSize) : usable.compactMap { $0 }
        self.skipped = skipped
        truths = people.map { occupations.index(of: $0.title)! }
        (sources, firstOfName) = try Self.sources(people, occupations, model: model, settings: settings)
        func file(_ suffix: String) -> URL {
            place.deletingLastPathComponent().appendingPathComponent(place.lastPathComponent + suffix)
        }
        var all = inputs
        for (key, value) in settings.json.members { all[key] = value }
        all["titles"] = .array(occupations.titles.map { .string($0) })
        let (ofPeople, ofTitles) = (
            try StateFile(
                file("_people" + StateFile.suffix), slots: settings.entityBlocks.count,
                samples: people.count, hiddenSize: model.hiddenSize),
            try StateFile(
                file("_titles" + StateFile.suffix),
                slots: settings.attributeBlocks.count + settings.nameBlocks.count, samples: sources.count,
                hiddenSize: model.hiddenSize)
        )
        let lines = file(CaseJournal.suffix)
        // A journal without its states is worth nothing.
        if ofPeople.isNew || ofTitles.isNew { try? FileManager.default.removeItem(at: lines) }
        journal = try CaseJournal(file: lines, inputs: all, progress: settings.progress)
        entities = StateTable(ofPeople, model: model, journal: journal, part: "people")
        attributes = StateTable(ofTitles, model: model, journal: journal, part: "titles")
    }

    /// The texts about every sample; nil for those that are skipped.
    private static func usable(
        _ samples: [Sample], model: LanguageModel, settings: Settings
    ) throws -> ([PersonTexts?], SkippedSamples) {
        var people: [PersonTexts?] = []
        var skipped = SkippedSamples()
        for sample in samples {
            do {
                people.append(try PersonTexts(sample, model: model, options: settings.tokens))
            } catch {
                guard let reason = SkipReason(error) else { throw error }
                skipped.add(sample.id, reason)
                people.append(nil)
            }
        }
        return (people, skipped)
    }

    private static func sources(
        _ people: [PersonTexts], _ occupations: Occupations, model: LanguageModel, settings: Settings
    ) throws -> ([RepresentationSource], [Int]) {
        var sources: [RepresentationSource] = []
        var ofName: [String: Int] = [:]
        for person in people where ofName[person.name] == nil {
            ofName[person.name] = sources.count
            for title in occupations.titles {
                sources.append(
                    try PersonTexts.source(
                        ofTitle: title, about: person.name, model: model, options: settings.tokens))
            }
        }
        return (sources + people.map(\.own), people.map { ofName[$0.name]! })
    }

    // MARK: What the model says

    /// The log-probability of every title's first token after each person's prompt in context, [N][T].
    ///
    /// - Throws: `RemediError.interrupted`, `LanguageModelError`, `ComputeError`.
    func logProbabilities() throws -> [[Double]] {
        if let known { return known }
        let scorer = PromptScorer(
            model: model, block: nil, alpha: 1, beta: 1, batchSize: settings.batchSize)
        let words = occupations.firstTokens.map { [$0] }
        let found = try journal.map(
            people, part: "answers", batchSize: settings.batchSize, stage: "prompts\(settings.label)",
            progress: settings.progress, fits: { $1.count == words.count }
        ) { batch in
            let prompts = batch.map {
                ScoredPrompt(tokens: $0.inContext, words: words, shift: $0.padding)
            }
            return try scorer.scores(of: prompts).map {
                $0.map(\.first)
            }
        }
        let spoiled = zip(people, found).filter { !$1.allSatisfy(\.isFinite) }
        if !spoiled.isEmpty { throw RemediError.notFinite(samples: spoiled.map(\.0.id)) }
        known = found
        return found
    }

    // MARK: States

    /// All people's states after `block`, [N, D].
    ///
    /// - Throws: `RemediError.interrupted`, `LanguageModelError`, `ComputeError`.
    func states(_ block: Int) throws -> [Float] {
        try readAll()
        return try entities.file.states(slot(block, in: settings.entityBlocks))
    }

    /// Those of some people, [people, D].
    func states(_ block: Int, of people: Range<Int>) throws -> [Float] {
        try readAll()
        return try entities.file.states(slot(block, in: settings.entityBlocks), of: Array(people))
    }

    /// Which states of the people editors get.
    enum EntityInput {
        /// None: they do not use one.
        case none
        /// That of the name alone, at the editor's block.
        case alone
        /// That in the prompt, after this block.
        case prompt(block: Int)
    }

    /// The directions of every title for some people, [people · T, D]: those of a person are consecutive.
    ///
    /// - Throws: `RemediError.interrupted`, `LanguageModelError`, `ComputeError`.
    func directions(of people: Range<Int>, by editor: Editor, input: EntityInput) throws -> [Float] {
        try readAll()
        let rows = people.flatMap { texts(of: $0) }
        let ids = people.flatMap { person in
            occupations.titles.map { "\(self.people[person].id) \($0)" }
        }
        let names: [Float]?
        switch input {
        case .none: names = nil
        case .alone:
            let slot = settings.attributeBlocks.count + slot(editor.block, in: settings.nameBlocks)
            names = try attributes.file.states(slot, of: rows)
        case .prompt(let block): names = try statesForTitles(block, of: people)
        }
        return try editor.directions(
            attributes: attributes.file.states(slot(editor.block, in: settings.attributeBlocks), of: rows),
            entities: names, sampleIds: ids)
    }

    /// People's states after `block`, each once for every title, [people · T, D].
    func statesForTitles(_ block: Int, of people: Range<Int>) throws -> [Float] {
        let states = try states(block, of: people)
        var result: [Float] = []
        result.reserveCapacity(states.count * occupations.count)
        for start in stride(from: 0, to: states.count, by: model.hiddenSize) {
            for _ in 0..<occupations.count { result += states[start..<start + model.hiddenSize] }
        }
        return result
    }

    /// The text of every title for a person: for the true one, the person's own.
    private func texts(of person: Int) -> [Int] {
        occupations.titles.indices.map { title in
            title == truths[person]
                ? sources.count - people.count + person : firstOfName[person] + title
        }
    }

    private func slot(_ block: Int, in blocks: [Int]) -> Int {
        guard let slot = blocks.firstIndex(of: block) else {
            preconditionFailure("block \(block) was not announced")
        }
        return slot
    }

    /// Titles have short texts: so many of them fill a pass.
    private static let titlesPerBatch = 8

    private func readAll() throws {
        if isRead { return }
        try entities.read(
            batchSize: settings.batchSize, stage: "hidden states\(settings.label)",
            progress: settings.progress, of: { people[$0].id }
        ) { index in
            let person = people[index]
            return StateTable.Text(
                sequences: [person.inContext], shifts: [person.padding],
                readings: settings.entityBlocks.map {
                    StateReading(sequence: 0, block: $0, tokens: person.entity..<person.entity + 1)
                })
        }
        try attributes.read(
            batchSize: settings.batchSize * Self.titlesPerBatch,
            stage: "hidden states of titles\(settings.label)", progress: settings.progress,
            of: { "title \($0)" }
        ) { index in
            let source = sources[index]
            let alone = settings.nameBlocks.map {
                StateReading(sequence: 1, block: $0, tokens: source.entity)
            }
            return StateTable.Text(
                sequences: [source.attributeText] + (alone.isEmpty ? [] : [source.entityText]), shifts: [],
                readings: settings.attributeBlocks.map {
                    StateReading(sequence: 0, block: $0, tokens: source.attribute)
                } + alone)
        }
        isRead = true
    }

    /// Removes what was kept for the case of an interruption.
    func remove() throws {
        try journal.remove()
        entities.file.remove()
        attributes.file.remove()
    }
}
