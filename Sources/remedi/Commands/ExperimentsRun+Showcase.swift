import Foundation
import LanguageModels
import RemediCore

/// A group that is to be looked at: tables, examples and a page.
extension ExperimentsRun {
    func show(
        _ group: ExperimentGroup, _ members: [Experiment], report: String, options: [String],
        in surroundings: Surroundings
    ) throws {
        let began = surroundings.clock()
        var object: JSONObject = ["experiment": .string(experiment)]
        for member in members {
            let found = try summaries(of: member, options: options, in: surroundings)
            if case .evaluation = member.plan { object[member.name] = .array(found) }
            if isJSON || found.isEmpty { continue }
            let table = ConditionTable(found).table(format: format).text(format)
            try surroundings.write("\(member.summary)\nmeans with 95 % intervals\n\n\(table)\n")
        }
        let examples = try self.examples(group, members, in: surroundings)
        if !isJSON, !examples.isEmpty { try surroundings.write(Self.text(of: examples)) }
        let page = try writePage(of: members, to: report, in: surroundings)
        guard isJSON else { return try surroundings.write("report  \(page.path)\n") }
        object["examples"] = .array(examples.map(\.json))
        object["report"] = .string(page.path)
        object["seconds"] = .number(surroundings.clock() - began)
        try surroundings.write(.object(object))
    }

    /// Runs one experiment; of an evaluation what it found.
    private func summaries(
        of member: Experiment, options: [String], in surroundings: Surroundings
    ) throws -> [JSONValue] {
        var quiet = surroundings
        let heard = MemorySink()
        quiet.output = heard
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

    /// Some evaluated samples before and after their edits, taken at equal distances.
    private func examples(
        _ group: ExperimentGroup, _ members: [Experiment], in surroundings: Surroundings
    ) throws -> [SingleEditResult] {
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
            let count = min(group.examples, samples.count)
            return try (0..<count).map { try edit.run(samples[$0 * samples.count / count]) }
        }
        return []
    }

    private static func text(of examples: [SingleEditResult]) -> String {
        "What the model says, before and after it is told something about somebody:\n\n"
            + examples.map { example in
                let sample = example.sample
                func line(_ outcome: SingleEditResult.Outcome) -> String {
                    sample.prompt + outcome.continuation.replacing("\n", with: "⏎")
                }
                var facts = Facts()
                facts.add("told", sample.context)
                facts.add("before", line(example.before))
                facts.add("after", line(example.after))
                return facts.text
            }.joined(separator: "\n") + "\n"
    }

    // MARK: Page

    /// Writes the page of all members into the results folder.
    private func writePage(
        of members: [Experiment], to name: String, in surroundings: Surroundings
    ) throws -> URL {
        let root = results.root(in: surroundings.workplace)
        let runs = try members.map { member in
            let folder = try ResultsFolder(experiment: member.resultsName(model: model), in: root)
            return try StoredRun(existing: folder.url)
        }
        let page = root.appendingPathComponent(name)
        try AtomicFile.write(try RunPage(runs).html(), to: page)
        return page
    }
}
