import Foundation
import LanguageModels

/// Classification by probes: do an editor's directions tell what a model will say?
package struct ClassificationMeasure: Measure {
    private let kind: any Classification.Type
    package let title: String
    package let metrics: [MetricForm]
    package var headings: [MeasureHeading] = []
    package var showcase: [ShowcaseForm] = []

    init(_ kind: any Classification.Type, title: String, metrics: [MetricForm]) {
        self.kind = kind
        self.title = title
        self.metrics = metrics
    }

    package var name: String { kind.name }
    package var question: String { "How well the editor tells what the model believes" }
    package let figure: FigureForm? = FigureForm(
        title: "Classification",
        caption: "How well the editor's directions predict what the model believes.",
        sweep: (
            "Classification by entity layer",
            "How well the editor's directions predict what the model believes, by the layer at which the"
                + " entity's state is read."
        ), isOfEntityLayers: true)
    package let isLayered = true
    package let isChoice = false
    package let manifestKey = "classifications"
    package let readsDirections = false

    /// Every entity block of every probe.
    package func conditions(of evaluation: Evaluation) throws -> [EvaluationCondition] {
        try table(of: evaluation).probes.flatMap { probe in
            probe.entityBlocks.map { probe.condition(entityBlock: $0) }
        }
    }

    /// One for each group of probes that read the same states.
    package func batches(
        of conditions: [EvaluationCondition], in evaluation: Evaluation
    ) throws -> [[EvaluationCondition]] {
        let table = try table(of: evaluation)
        return table.groups.map { members in conditions.filter { members.contains(table.place(of: $0)) } }
    }

    package func finish(_ batch: [EvaluationCondition], isLast: Bool, of evaluation: Evaluation) throws {
        let table = try table(of: evaluation)
        if let condition = batch.first { try table.classification(of: condition, kind).finish() }
        guard isLast else { return }
        // Everything is there, so nobody continues what a killed run left.
        let controls = [ProbeControls(), ProbeControls(model: true)]
        try StateFile.removeLeftovers(
            of: [kind.name, kind.trainingName].flatMap { name in controls.map { name + $0.suffix } },
            in: evaluation.directory)
    }

    package func outputs(
        under condition: EvaluationCondition, of evaluation: Evaluation
    ) throws -> [MeasureOutput] {
        let table = try table(of: evaluation)
        let probe = table.probes[table.place(of: condition)]
        guard let block = condition.entityBlock else { preconditionFailure("probes read entities") }
        var output = MeasureOutput(
            probe.resultName(name, entityBlock: block), under: condition, folder: probe.folder
        ) { journal, _ in
            try table.classification(of: condition, kind)
                .result(of: probe, entityBlock: block, journal: journal)
        }
        output.title = name
        output.siblings = siblings(of: probe.model)
        output.inputs = table.inputs
        output.ownInputs = try table.ownInputs(of: condition, kind)
        output.circumstances = ["batch_size": .integer(evaluation.options.batchSize)]
        return [output]
    }

    /// Every result that runs may write beside each other.
    private func siblings(of model: LanguageModel) -> [String] {
        (0..<model.blocks).flatMap { block in
            [false, true].flatMap { task in
                [false, true].map { model in
                    "\(name)_layer_\(block)\(ProbeControls(task: task, model: model).suffix)"
                }
            }
        }
    }

    private func table(of evaluation: Evaluation) throws -> ProbeTable {
        try evaluation.shared { try ProbeTable(evaluation) }
    }
}

/// The probes of an evaluation, and what those share that read the same states.
private final class ProbeTable {
    /// Those of all variants, each result named once.
    let probes: [Probe]
    /// The places of probes that read the same states, in order of appearance.
    let groups: [[Int]]
    /// Inputs that no probe decides.
    let inputs: JSONObject
    private let evaluation: Evaluation
    private var classifications: [Int: any Classification] = [:]
    private var ownInputs: [Int: JSONObject] = [:]

    init(_ evaluation: Evaluation) throws {
        self.evaluation = evaluation
        probes = try Self.probes(evaluation)
        groups = Self.groups(of: probes)
        inputs = evaluation.inputsOfSamples
    }

    func place(of condition: EvaluationCondition) -> Int {
        let place = probes.firstIndex { probe in
            condition.entityBlock.map { probe.condition(entityBlock: $0) } == condition
        }
        guard let place else { preconditionFailure("conditions are those of probes") }
        return place
    }

    func classification(
        of condition: EvaluationCondition, _ kind: any Classification.Type
    ) throws -> any Classification {
        let place = place(of: condition)
        guard let group = groups.firstIndex(where: { $0.contains(place) }) else {
            preconditionFailure("every probe is in a group")
        }
        if let known = classifications[group] { return known }
        let first = probes[groups[group][0]]
        let made = kind.init(
            ProbeGroup(
                model: first.model, tokens: first.tokens, probes: groups[group].map { probes[$0] },
                samples: try evaluation.samples(), inputs: inputs, dataset: evaluation.wholeDataset,
                options: evaluation.options, directory: evaluation.directory,
                progress: evaluation.progress))
        classifications[group] = made
        return made
    }

    /// Inputs of a probe's results besides the samples.
    func ownInputs(of condition: EvaluationCondition, _ kind: any Classification.Type) throws -> JSONObject {
        let place = place(of: condition)
        if let known = ownInputs[place] { return known }
        var inputs = try probes[place].inputs()
        let others = try classification(of: condition, kind).inputs(of: probes[place])
        for (key, value) in others.members { inputs[key] = value }
        ownInputs[place] = inputs
        return inputs
    }

    private static func probes(_ evaluation: Evaluation) throws -> [Probe] {
        let options = evaluation.options
        var probes: [Probe] = []
        for variant in options.variants {
            let isControl = variant == .controlModel
            let model = isControl ? try evaluation.openControl() : evaluation.model
            let type = variant == .identity ? .identity : options.editorType
            let directory = isControl ? evaluation.control?.editorsDirectory : options.editorsDirectory
            var controls = options.controls
            if variant == .controlTask { controls.task = true }
            if isControl { controls.model = true }
            for block in try blocks(type, in: directory, of: model, options) {
                let entityBlocks = options.entityBlocks ?? Array(block..<model.blocks)
                for block in entityBlocks { try model.check(block: block) }
                let probe = try Probe(
                    model: model, type: type, block: block, directory: directory ?? evaluation.directory,
                    entityBlocks: entityBlocks, controls: controls, tokens: options.tokens,
                    progress: evaluation.progress)
                let isKnown = probes.contains {
                    $0.folder == probe.folder && $0.controls == probe.controls
                }
                if !isKnown { probes.append(probe) }
            }
        }
        return probes
    }

    /// The blocks of the options, or those for which editors are saved.
    private static func blocks(
        _ type: EditorType, in directory: URL?, of model: LanguageModel, _ options: EvaluationOptions
    ) throws -> [Int] {
        if let blocks = options.blocks {
            for block in blocks { try model.check(block: block) }
            return blocks
        }
        let saved = directory.map { Editor.savedBlocks(type: options.editorType, directory: $0) } ?? []
        if !saved.isEmpty { return saved }
        if type.isParameterless { return Array(0..<model.blocks) }
        throw RemediError.editorMissing(
            path: directory?.appendingPathComponent(type.rawValue).path ?? type.rawValue)
    }

    private static func groups(of probes: [Probe]) -> [[Int]] {
        var groups: [[Int]] = []
        for (index, probe) in probes.enumerated() {
            let place = groups.firstIndex {
                let first = probes[$0[0]]
                return first.model === probe.model && first.tokens == probe.tokens
            }
            if let place { groups[place].append(index) } else { groups.append([index]) }
        }
        return groups
    }
}
