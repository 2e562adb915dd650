import Foundation
import LanguageModels
import RemediCore

/// A group that is to be looked at: tables, examples, a page and a picture.
extension ExperimentsRun {
    func show(
        _ group: ExperimentGroup, _ members: [Experiment], report: String, options: [String],
        in surroundings: Surroundings
    ) throws {
        let began = surroundings.clock()
        let words = ShowcaseReport(
            width: surroundings.proseWidth, terminal: surroundings.columns(), format: format)
        var object: JSONObject = ["experiment": .string(experiment)]
        var figures = JSONObject()
        for member in members {
            let found = try summaries(of: member, options: options, in: surroundings)
            if case .evaluation = member.plan { object[member.name] = .array(found) }
            guard !found.isEmpty else { continue }
            let table = ConditionTable(found)
            figures[member.name] = table.json
            if !isJSON { try surroundings.write(words.text(of: member, table) + "\n") }
        }
        let (examples, rule) = try self.examples(group, members, in: surroundings)
        if !isJSON, !examples.isEmpty {
            try surroundings.write(words.text(of: examples, rule: rule) + "\n")
        }
        let runs = try members.map { (member: $0, run: try stored($0, in: surroundings)) }
        let page = results.root(in: surroundings.workplace).appendingPathComponent(report)
        let picture = try write(group, runs, to: page, examples, rule: rule)
        let seconds = surroundings.clock() - began
        guard isJSON else {
            var facts = Facts()
            facts.add("report", page.path)
            facts.add("picture", picture.path)
            facts.add("took", ProgressLine.duration(seconds))
            return try surroundings.write(facts.text)
        }
        object["figures"] = .object(figures)
        object["examples"] = .array(examples.map(Self.json))
        object["examples_rule"] = .string(rule)
        for (key, value) in Self.facts(of: runs).members { object[key] = value }
        object["report"] = .string(page.path)
        object["picture"] = .string(picture.path)
        object["seconds"] = .number(seconds)
        try surroundings.write(.object(object))
    }

    /// Runs one experiment; of an evaluation what it found.
    private func summaries(
        of member: Experiment, options: [String], in surroundings: Surroundings
    ) throws -> [JSONValue] {
        let heard = MemorySink()
        let quiet = surroundings.writing(to: heard)
        var words = ["experiments", "run", member.name]
        var options = options
        // Figures are read from JSON, whatever form they get here.
        if let place = options.firstIndex(of: "--format") { options.removeSubrange(place...(place + 1)) }
        options.removeAll { $0 == "--json" }
        words += options
        guard case .evaluation = member.plan else {
            try perform(words, in: quiet)
            return []
        }
        try perform(words + ["--json"], in: quiet)
        return try JSONValue(parsing: heard.text).array ?? []
    }

    // MARK: Examples

    /// Some evaluated samples before and after their edits, and by which rule they were chosen.
    private func examples(
        _ group: ExperimentGroup, _ members: [Experiment], in surroundings: Surroundings
    ) throws -> (results: [SingleEditResult], rule: String) {
        for case .evaluation(let plan as GenerationPlan) in members.map(\.plan) {
            let plan = try adjusted(plan)
            let workplace = surroundings.workplace
            let name = ModelName(plan.scope.model)
            let editors = try ResultsFolder(
                experiment: plan.editorsName(for: name), in: results.root(in: workplace)
            ).url
            let blocks = Editor.savedBlocks(type: plan.scope.editorType, directory: editors)
            guard plan.conditions.contains(.edited), let block = blocks.first else { continue }
            let file = try plan.scope.dataset.locate(file: datasetFile, for: name, in: workplace)
            let samples = Array(try Dataset.load(plan.scope.dataset, file: file)[plan.scope.split])
            let model = try ModelArguments(name: plan.scope.model, device: device)
                .open(in: workplace, progress: SilentProgress())
            let editor = try Editor.load(
                type: plan.scope.editorType, block: block, directory: editors, model: model)
            let edit = SingleEdit(
                model: model, editor: editor, alpha: plan.alpha, beta: plan.beta, top: 1,
                generation: GenerationOptions(sampling: .greedy, limit: .new(24)), seed: plan.scope.seed)
            let typical = TypicalSamples(among: samples, count: group.examples)
            return (try typical.samples.map { try edit.run($0) }, typical.rule)
        }
        return ([], "")
    }

    /// What `inspect edit` says of an edit, with what was told and whether it is said.
    private static func json(of example: SingleEditResult) -> JSONValue {
        var object = example.json.object ?? JSONObject()
        object["told"] = .string(example.sample.context)
        object["hit"] = example.isHit.map { .bool($0) } ?? .null
        return .object(object)
    }

    // MARK: Files

    private typealias Member = (member: Experiment, run: StoredRun)

    /// Writes the page of all members, and beside it the picture of those that compare conditions.
    ///
    /// - Returns: the picture's file.
    private func write(
        _ group: ExperimentGroup, _ runs: [Member], to page: URL, _ examples: [SingleEditResult], rule: String
    ) throws -> URL {
        let shown = examples.map(\.example)
        let note =
            rule.isEmpty
            ? "" : "First sentences; \(rule). ✓ the model says what it was told, ✗ it does not."
        let opening = RunPage.Opening(
            title: "Experiment \(experiment)",
            lead: ShowcaseReport.capitalised(group.summary) + ".", examples: shown, examplesNote: note)
        // What was found comes before how the editor was trained.
        let all = runs.map(\.run)
        let inOrder = all.filter { !$0.results.isEmpty } + all.filter(\.results.isEmpty)
        try AtomicFile.write(try RunPage(inOrder, opening: opening).html(), to: page)
        let generated = runs.filter { member, _ in
            if case .evaluation(is GenerationPlan) = member.plan { true } else { false }
        }.map(\.run)
        let picture = RunPicture(
            generated.isEmpty ? all : generated, examples: shown, examplesNote: note)
        let drawing = page.deletingPathExtension().appendingPathExtension(ExperimentGroup.pictureEnding)
        try AtomicFile.write(picture.svg, to: drawing)
        return drawing
    }

    private func stored(_ member: Experiment, in surroundings: Surroundings) throws -> StoredRun {
        let folder = try ResultsFolder(
            experiment: member.resultsName(model: model), in: results.root(in: surroundings.workplace))
        return try StoredRun(existing: folder.url)
    }

    /// Model, seed, how the training went, and where the results are.
    private static func facts(of runs: [Member]) -> JSONObject {
        var object = JSONObject()
        var folders = JSONObject()
        for (member, run) in runs {
            folders[member.name] = .string(run.folder.path)
            for name in ["model", "model fingerprint", "device"] {
                let key = name.replacing(" ", with: "_")
                if object[key] == nil { object[key] = run.facts[name].map { .string($0) } }
            }
        }
        let seed = runs.lazy.compactMap { $0.run.facts["seed"] }.first
        object["seed"] = seed.map { text in Int(text).map { .integer($0) } ?? .string(text) }
        object["version"] = .string(RemediVersion.current)
        object["training"] = .array(runs.flatMap { $0.run.trainings.map(\.json) })
        object["folders"] = .object(folders)
        return object
    }
}
