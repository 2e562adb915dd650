import Compute
import Foundation
import LanguageModels

/// Does the direction of what the model will say lie closer to the entity's state than that of what it will
/// not say?  (Semantics.md §7.6)
///
/// Letters: N usable samples, D hidden size.
final class FactClassification: Classification {
    static let name = "fact_cls"
    static let trainingName = "normalizer"

    private let group: ProbeGroup
    private var made: FactMeasurements?
    private var directions: (folder: String, found: FactDirections)?
    private var scores: [ScoreKey: [FactTask: [FactScore]]] = [:]
    private var normalizers: [String: StoredNormalizer] = [:]

    private struct ScoreKey: Hashable {
        let folder: String
        let entityBlock: Int
    }

    init(_ group: ProbeGroup) { self.group = group }

    func inputs(of probe: Probe) throws -> JSONObject {
        var inputs: JSONObject = ["normalize": .string(group.options.normalization.rawValue)]
        if probe.usesEntity { inputs["editor_entity"] = .string(group.options.entityInput.rawValue) }
        if group.options.normalization == .train {
            inputs["normalizer"] = .string(try normalizer(of: probe).fileHash)
        }
        return inputs
    }

    func result(of probe: Probe, entityBlock: Int, journal: CaseJournal) throws -> MeasureResult {
        let measured = try measurements()
        let scores = try scores(of: probe, entityBlock: entityBlock)
        let shuffle = group.shuffle(of: probe, entityBlock: entityBlock)
        let outcomes = try FactTask.allCases.map { task in
            FactOutcome(
                task, likelihoods: try measured.likelihoods(task), scores: scores[task]!, shuffle: shuffle)
        }
        let measure = ClassificationMeasure.facts
        let indices = measured.texts.indices
        var result = MeasureResult(
            samples: indices.map { index in
                var sample: JSONObject = ["id": .string(measured.texts[index].id)]
                for outcome in outcomes { sample[outcome.task.rawValue] = outcome.json(of: index) }
                return .object(sample)
            },
            metrics: outcomes.reduce(into: JSONObject()) { object, outcome in
                let task = outcome.task.rawValue
                object[task] = .object(
                    measure.numbers(
                        of: indices.map(outcome.json), group.bootstrap, key: "\(Self.name).\(task)"))
            })
        result.skipped = measured.skipped
        return result
    }

    func finish() throws {
        try made?.remove()
        made = nil
    }

    // MARK: What probes share

    private func measurements() throws -> FactMeasurements {
        if let made { return made }
        var states = group.entityBlocks.flatMap { block -> [FactState] in
            [.entityInContext(block: block), .entityInPrompt(block: block)]
        }
        states += FactDirections.states(group.probes)
        let controls = ProbeControls(model: group.probes[0].controls.model)
        let new = try FactMeasurements(
            group.samples, model: group.model, tokens: group.tokens, states: states,
            place: group.directory.appendingPathComponent(Self.name + controls.suffix),
            inputs: group.inputsOfStates(), batchSize: group.options.batchSize,
            positions: group.options.rules.positions, progress: group.progress)
        made = new
        return new
    }

    private func scores(of probe: Probe, entityBlock: Int) throws -> [FactTask: [FactScore]] {
        let key = ScoreKey(folder: probe.folder, entityBlock: entityBlock)
        if let known = scores[key] { return known }
        let measured = try measurements()
        var found: [FactTask: [FactScore]] = [:]
        for task in FactTask.allCases {
            let state = task.state(entityBlock)
            let entities = try measured.states(state)
            let directions = try directions(of: probe, entities: entities, state: state)
            found[task] = try score(entities, directions, probe, task, entityBlock)
        }
        // The same probe comes again as the control task.
        if group.probes.count(where: { $0.folder == probe.folder }) > 1 { scores[key] = found }
        return found
    }

    private func score(
        _ entities: [Float], _ directions: FactDirections, _ probe: Probe, _ task: FactTask,
        _ entityBlock: Int
    ) throws -> [FactScore] {
        let measured = try measurements()
        let size = group.model.hiddenSize
        let spread:
            (entity: DimensionStatistics, mediated: DimensionStatistics, unmediated: DimensionStatistics)
        switch group.options.normalization {
        case .evaluation:
            spread = (
                DimensionStatistics(of: [entities], dimensions: size), directions.mediatedSpread,
                directions.unmediatedSpread
            )
        case .train:
            let stored = try normalizer(of: probe)
            spread = (stored.entity(task, block: entityBlock), stored.mediated, stored.unmediated)
        }
        let mediated = NormalizedDotProduct(spread.entity, spread.mediated)(entities, directions.mediated)
        let unmediated = NormalizedDotProduct(spread.entity, spread.unmediated)(
            entities, directions.unmediated)
        let spoiled = measured.texts.indices.filter { !(mediated[$0] + unmediated[$0]).isFinite }
        guard spoiled.isEmpty else {
            throw RemediError.notFinite(samples: spoiled.map { measured.texts[$0].id })
        }
        return zip(mediated, unmediated).map { FactScore(mediated: $0, unmediated: $1) }
    }

    /// The directions of a probe; those of editors that get the classified state change with it.
    private func directions(of probe: Probe, entities: [Float], state: FactState) throws -> FactDirections {
        let followsState = probe.usesEntity && group.options.entityInput == .prompt
        let key = followsState ? "\(probe.folder) \(state.text)" : probe.folder
        if let directions, directions.folder == key { return directions.found }
        let found = try FactDirections(
            probe, measured: measurements(), entities: followsState ? entities : nil)
        directions = (key, found)
        return found
    }

    /// The training split's statistics: those kept with the editor, or new ones for all probes that lack them.
    private func normalizer(of probe: Probe) throws -> StoredNormalizer {
        if let known = normalizers[probe.folder] { return known }
        if try stored(for: probe) == nil { try makeNormalizers() }
        let found = try normalizers[probe.folder] ?? StoredNormalizer(for: probe)
        normalizers[probe.folder] = found
        return found
    }

    private func makeNormalizers() throws {
        var missing: [Probe] = []
        for probe in group.probes where !missing.contains(where: { $0.folder == probe.folder }) {
            if try stored(for: probe) == nil { missing.append(probe) }
        }
        let made = try NormalizerFitting(missing, group).run()
        for (probe, normalizer) in zip(missing, made) { normalizers[probe.folder] = normalizer }
    }

    /// nil if there is none, or one that does not fit and may be replaced.
    private func stored(for probe: Probe) throws -> StoredNormalizer? {
        do {
            return try StoredNormalizer(for: probe)
        } catch RemediError.normalizerMissing {
            return nil
        } catch RemediError.normalizerDamaged(let path) {
            group.progress.report(.warning("\(path) does not match its checksum; it is made again"))
            return nil
        } catch RemediError.normalizerMismatch where group.options.overwrite {
            return nil
        }
    }
}

extension ClassificationMeasure {
    static let facts: ClassificationMeasure = {
        var measure = ClassificationMeasure(
            FactClassification.self, title: "Fact classification",
            metrics: MetricForm.scores { sample in
                guard
                    let says = sample["control_truth"]?.bool
                        ?? sample.isGreater("logp_target", "logp_comparator"),
                    let predicted = sample.isGreater("score_target", "score_comparator")
                else { return nil }
                return Judgement(truth: !says, prediction: !predicted)
            })
        measure.headings = [
            MeasureHeading(
                metric: "f1", "Contextual", setting: FactTask.contextual.rawValue, .pictureAlone,
                notes: ["fact in front"]),
            MeasureHeading(
                metric: "f1", "Decontextual", setting: FactTask.decontextual.rawValue, .pictureAlone,
                notes: ["prompt alone"]),
        ]
        measure.showcase = [
            ShowcaseForm(
                "contextual f1", "contextual F1",
                meaning: "with the fact in front of the prompt: how well the editor tells, from the entity's"
                    + " hidden state alone, that the model will not say it"),
            ShowcaseForm(
                "decontextual f1", "decontextual F1",
                meaning: "the same of the old fact, with the prompt alone; 0 if the model says it every time"),
        ]
        return measure
    }()
}

extension FactTask {
    /// h_e of the task.
    func state(_ block: Int) -> FactState {
        self == .contextual ? .entityInContext(block: block) : .entityInPrompt(block: block)
    }
}

extension ProbeGroup {
    /// Inputs of the states that are read.
    ///
    /// - Throws: `LanguageModelError`.
    func inputsOfStates() throws -> JSONObject {
        var result = inputs
        result["model"] = .string(model.fingerprint)
        result["tokenizer"] = .string(try model.tokenizer.fingerprint())
        result["weights"] = model.elementType.map { .string($0.rawValue) } ?? .null
        for (key, value) in tokens.inputs.members { result[key] = value }
        return result
    }
}
