import Foundation
import LanguageModels

/// `eval cls`: classifies with every probe of the options and writes the reference's result files.
package struct ClassificationRun {
    package let model: LanguageModel
    package let control: ControlModel
    package let dataset: Dataset
    /// What `dataset` is a part of, whose training split normalises.
    let wholeDataset: Dataset
    package let options: ClassificationOptions
    /// The experiment's folder; results go to `<type>/<block>/` below it.
    package let directory: URL
    package let progress: any ProgressReporter

    package init(
        model: LanguageModel, control: ControlModel, dataset: Dataset, wholeDataset: Dataset? = nil,
        options: ClassificationOptions, directory: URL, progress: any ProgressReporter
    ) {
        self.model = model
        self.control = control
        self.dataset = dataset
        self.wholeDataset = wholeDataset ?? dataset
        self.options = options
        self.directory = directory
        self.progress = progress
    }

    /// Refuses a run that would find no samples or no fitting editors, before anything gives way to it.
    ///
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.editorMismatch`; `LanguageModelError`;
    ///   what opening the control model throws.
    package func check() throws {
        _ = try samples()
        _ = try probes()
    }

    /// Runs what is not there yet.
    /// - Returns: one summary for each variant, edited block and entity block, in the order of the options.
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.resultsDiffer`, `.interrupted` (what is done is
    ///   kept); `LanguageModelError`; `ComputeError`.
    package func run(_ kind: any Classification.Type) throws -> [EvaluationSummary] {
        let samples = try samples()
        dataset.reportCut(of: options.split, samples: samples, to: progress)
        let probes = try self.probes()
        let store = try ResultStore(
            directory: directory, replaces: options.overwrite, device: model.backend.deviceDescription,
            model: model, progress: progress)
        var found = [[EvaluationSummary]](repeating: [], count: probes.count)
        for members in groups(of: probes) {
            let group = ProbeGroup(
                model: probes[members[0]].model, tokens: probes[members[0]].tokens,
                probes: members.map { probes[$0] }, samples: samples, inputs: inputs, dataset: wholeDataset,
                options: options, directory: directory, progress: progress)
            let classification = kind.init(group)
            for index in members {
                found[index] = try results(of: probes[index], classification, kind.name, in: store)
            }
            try classification.finish()
        }
        // Everything is there, so nobody goes on from what a killed run left.
        let controls = [ProbeControls(), ProbeControls(model: true)]
        try StateFile.removeLeftovers(
            of: [kind.name, kind.trainingName].flatMap { name in controls.map { name + $0.suffix } },
            in: directory)
        return found.flatMap { $0 }
    }

    private func samples() throws -> [Sample] {
        try dataset.samples(of: options.split, mentions: options.tokens.mentions)
    }

    private func results(
        of probe: Probe, _ classification: any Classification, _ name: String, in store: ResultStore
    ) throws -> [EvaluationSummary] {
        let names = (0..<probe.model.blocks).flatMap { block in
            [false, true].flatMap { task in
                [false, true].map { model in
                    "\(name)_layer_\(block)\(ProbeControls(task: task, model: model).suffix)"
                }
            }
        }
        let section = try store.section(
            probe.folder, kind: "classifications", names: names, inputs: inputs,
            circumstances: ["batch_size": .integer(options.batchSize)])
        var own = try probe.inputs()
        for (key, value) in try classification.inputs(of: probe).members { own[key] = value }
        return try probe.entityBlocks.map { block in
            try section.result(
                probe.resultName(name, entityBlock: block), title: name,
                condition: probe.condition(entityBlock: block), inputs: own
            ) { try classification.result(of: probe, entityBlock: block, journal: $0) }
        }
    }

    /// What decides the samples and all that no probe decides.
    private var inputs: JSONObject {
        var inputs: JSONObject = [
            "version": .string(RemediVersion.current),
            "dataset": .string(dataset.name.rawValue),
            "data": .string(dataset.identity),
            "split": .string(options.split.description),
            "seed": .string(String(options.seed)),
        ]
        inputs.note(options.rules, options.tokens.mentions, batchSize: options.batchSize)
        return inputs
    }
}

// MARK: - Probes

extension ClassificationRun {
    /// The probes of all variants, each result named once.
    private func probes() throws -> [Probe] {
        var probes: [Probe] = []
        for variant in options.variants {
            let isControl = variant == .controlModel
            let model = isControl ? try control.open() : self.model
            let type = variant == .identity ? .identity : options.editorType
            let directory = isControl ? control.editorsDirectory : options.editorsDirectory
            var controls = options.controls
            if variant == .controlTask { controls.task = true }
            if isControl { controls.model = true }
            for block in try blocks(type, in: directory, of: model) {
                let entityBlocks = options.entityBlocks ?? Array(block..<model.blocks)
                for block in entityBlocks { try model.check(block: block) }
                let probe = try Probe(
                    model: model, type: type, block: block, directory: directory ?? self.directory,
                    entityBlocks: entityBlocks, controls: controls, tokens: options.tokens,
                    progress: progress)
                let isKnown = probes.contains {
                    $0.folder == probe.folder && $0.controls == probe.controls
                }
                if !isKnown { probes.append(probe) }
            }
        }
        return probes
    }

    /// The blocks of the options, or those for which editors are saved.
    private func blocks(_ type: EditorType, in directory: URL?, of model: LanguageModel) throws -> [Int] {
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

    /// The places of probes that read the same states, in order of appearance.
    private func groups(of probes: [Probe]) -> [[Int]] {
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
