import Foundation
import LanguageModels

/// A group that was run to be looked at: figures, examples, a page and a picture.
package struct Showcase: Sendable {
    package typealias Member = (experiment: Experiment, run: StoredRun)

    let experiment: Experiment
    package let page: URL
    package let picture: URL
    package let seconds: Double
    /// The summaries of each evaluation, as `remedi eval --json` writes them.
    let found: [(name: String, summaries: [JSONValue])]
    let examples: [SingleEditResult]
    let rule: String
    let members: [Member]

    /// All of it as one object.
    package var json: JSONValue {
        var object: JSONObject = ["experiment": .string(experiment.name)]
        var figures = JSONObject()
        for (name, summaries) in found {
            object[name] = .array(summaries)
            if !summaries.isEmpty { figures[name] = ConditionTable(summaries).json }
        }
        object["figures"] = .object(figures)
        object["examples"] = .array(examples.map(Self.json))
        object["examples_rule"] = .string(rule)
        for (key, value) in facts.members { object[key] = value }
        object["report"] = .string(page.path)
        object["picture"] = .string(picture.path)
        object["seconds"] = .number(seconds)
        return .object(object)
    }

    /// An edit as `inspect edit` writes it, with what was told and whether it is said.
    private static func json(of example: SingleEditResult) -> JSONValue {
        var object = example.json.object ?? JSONObject()
        object["told"] = .string(example.sample.context)
        object["hit"] = example.isHit.map { .bool($0) } ?? .null
        return .object(object)
    }

    /// Model, seed, how the training went, and where the results are.
    private var facts: JSONObject {
        var object = JSONObject()
        var folders = JSONObject()
        for (experiment, run) in members {
            folders[experiment.name] = .string(run.folder.path)
            for name in ["model", "model fingerprint", "device"] {
                let key = name.replacing(" ", with: "_")
                if object[key] == nil { object[key] = run.facts[name].map { .string($0) } }
            }
        }
        let seed = members.lazy.compactMap { $0.run.facts["seed"] }.first
        object["seed"] = seed.map { text in Int(text).map { .integer($0) } ?? .string(text) }
        object["version"] = .string(RemediVersion.current)
        object["training"] = .array(members.flatMap { $0.run.trainings.map(\.json) })
        object["folders"] = .object(folders)
        return object
    }

    package static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }
}

extension ExperimentRunner {
    /// Runs a group's members and shows their figures, examples, and where the page and its picture are.
    func show(
        _ group: ExperimentGroup, _ experiment: Experiment, _ members: [ResolvedExperiment], report: String
    ) throws {
        let began = host.clock
        var found: [(name: String, summaries: [JSONValue])] = []
        for member in members {
            switch member {
            case .training(_, let training): _ = try training.run(in: host)
            case .evaluation(let experiment, let evaluation):
                let summaries = try run(evaluation, experiment).map(\.json)
                found.append((experiment.name, summaries))
                if !summaries.isEmpty { try host.hear(.figures(experiment, ConditionTable(summaries))) }
            case .group: preconditionFailure("groups give way to their members")
            }
        }
        let (examples, rule) = try self.examples(group, members)
        if !examples.isEmpty { try host.hear(.examples(examples, rule: rule)) }
        let runs = try members.map { (experiment: $0.experiment, run: try stored($0)) }
        let page = request.options.results.root(in: host.workplace).appendingPathComponent(report)
        let picture = try write(group, experiment, runs, to: page, examples, rule: rule)
        try host.hear(
            .showcase(
                Showcase(
                    experiment: experiment, page: page, picture: picture, seconds: host.clock - began,
                    found: found, examples: examples, rule: rule, members: runs)))
    }

    // MARK: Examples

    /// Some evaluated samples before and after their edits, and by which rule they were chosen.
    private func examples(
        _ group: ExperimentGroup, _ members: [ResolvedExperiment]
    ) throws -> (results: [SingleEditResult], rule: String) {
        for case .evaluation(_, let evaluation) in members {
            guard let plan = evaluation.plan as? GenerationPlan else { continue }
            let editors = try evaluation.trainedEditors(of: evaluation.model, in: host.workplace)
            let blocks = Editor.savedBlocks(type: plan.scope.editorType, directory: editors)
            guard plan.conditions.contains(.edited), let block = blocks.first else { continue }
            let file = try plan.scope.dataset.locate(
                file: evaluation.options.datasetFile, for: evaluation.model, in: host.workplace)
            let samples = Array(try Dataset.load(plan.scope.dataset, file: file)[plan.scope.split])
            let model = try host.open(
                plan.scope.model, on: evaluation.options.device, progress: SilentProgress())
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

    // MARK: Files

    /// Writes the page of all members, and beside it the picture of those that compare conditions.
    ///
    /// - Returns: the picture's file.
    private func write(
        _ group: ExperimentGroup, _ experiment: Experiment, _ runs: [Showcase.Member], to page: URL,
        _ examples: [SingleEditResult], rule: String
    ) throws -> URL {
        let shown = examples.map(\.example)
        let note =
            rule.isEmpty
            ? "" : "First sentences; \(rule). ✓ the model says what it was told, ✗ it does not."
        let opening = RunPage.Opening(
            title: "Experiment \(experiment.name)", lead: Showcase.capitalized(group.summary) + ".",
            examples: shown, examplesNote: note)
        // Results come before how the editor was trained.
        let all = runs.map(\.run)
        let inOrder = all.filter { !$0.results.isEmpty } + all.filter(\.results.isEmpty)
        try AtomicFile.write(try RunPage(inOrder, opening: opening).html(), to: page)
        let generated = runs.filter { experiment, _ in
            if case .evaluation(is GenerationPlan) = experiment.plan { true } else { false }
        }.map(\.run)
        let picture = RunPicture(
            generated.isEmpty ? all : generated, examples: shown, examplesNote: note)
        let drawing = page.deletingPathExtension().appendingPathExtension(ExperimentGroup.pictureEnding)
        try AtomicFile.write(picture.svg, to: drawing)
        return drawing
    }

    private func stored(_ member: ResolvedExperiment) throws -> StoredRun {
        let folder: ResultsFolder
        switch member {
        case .training(_, let training): folder = try training.folder(in: host.workplace)
        case .evaluation(_, let evaluation): folder = try evaluation.folder(in: host.workplace)
        case .group: preconditionFailure("groups give way to their members")
        }
        return try StoredRun(existing: folder.url)
    }
}
