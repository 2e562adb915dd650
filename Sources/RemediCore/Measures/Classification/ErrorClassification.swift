import Foundation
import LanguageModels

/// Will the model name a wrong occupation?  It will, says the probe, if the occupation that the model finds
/// likeliest is not among those whose directions lie closest to the person's state (Semantics.md §7.8).
final class ErrorClassification: Classification {
    static let name = "error_cls"
    static let trainingName = "error_normalizer"

    private let group: ProbeGroup
    private var made: OccupationMeasurements?
    private var training: OccupationMeasurements?
    /// By the probe's folder and the entity's block: every person's score of every title.
    private var scores: [String: [Int: [[Double]]]] = [:]

    init(_ group: ProbeGroup) { self.group = group }

    func inputs(of probe: Probe) throws -> JSONObject {
        var inputs: JSONObject = [
            "normalize": .string(group.options.normalization.rawValue),
            "top_k_labels": .integer(group.options.topKLabels),
        ]
        if probe.usesEntity { inputs["editor_entity"] = .string(group.options.entityInput.rawValue) }
        return inputs
    }

    func result(of probe: Probe, entityBlock: Int, journal: CaseJournal) throws -> MeasureResult {
        let measured = try measurements()
        let outcome = ErrorOutcome(
            people: measured.people, occupations: measured.occupations,
            likelihoods: try measured.logProbabilities(),
            scores: try scores(of: probe)[entityBlock]!, k: group.options.topKLabels,
            shuffle: group.shuffle(of: probe, entityBlock: entityBlock))
        let entries = outcome.entries
        var result = MeasureResult(
            samples: entries,
            metrics: ClassificationMeasure.errors.numbers(
                of: entries, group.bootstrap, settings: ["k": outcome.k]))
        result.skipped = measured.skipped
        return result
    }

    func finish() throws {
        try made?.remove()
        try training?.remove()
        (made, training) = (nil, nil)
    }

    // MARK: What probes share

    private func measurements() throws -> OccupationMeasurements {
        if let made { return made }
        let new = try measurements(of: group.samples, file: Self.name, inputs: group.inputsOfStates())
        made = new
        return new
    }

    /// The same of the training split, with the titles of the samples that are classified.
    private func trainingMeasurements() throws -> OccupationMeasurements {
        if let training { return training }
        var inputs = try group.inputsOfStates()
        inputs["split"] = .string(Split.training.description)
        let new = try measurements(
            of: Array(group.dataset[.training]), file: Self.trainingName, inputs: inputs,
            isTraining: true)
        training = new
        return new
    }

    private func measurements(
        of samples: [Sample], file: String, inputs: JSONObject, isTraining: Bool = false
    ) throws -> OccupationMeasurements {
        let occupations = try Occupations(of: group.samples, model: group.model)
        let controls = ProbeControls(model: group.probes[0].controls.model)
        return try OccupationMeasurements(
            samples.filter { $0.targetMediated == nil || occupations.index(of: $0.targetMediated) != nil },
            occupations: occupations, model: group.model,
            place: group.directory.appendingPathComponent(file + controls.suffix), inputs: inputs,
            settings: OccupationMeasurements.Settings(
                tokens: group.tokens, entityBlocks: group.entityBlocks, attributeBlocks: group.blocks,
                nameBlocks: Set(group.probes.filter(\.usesEntity).map(\.block)).sorted(),
                batchSize: group.options.batchSize,
                positions: isTraining ? .text : group.options.rules.positions,
                label: isTraining ? " of the training split" : "", progress: group.progress))
    }

    // MARK: Scores

    /// So many people's directions are held at once.
    private static let piece = 64

    /// At every entity block of the probe, one score for each person and title: the dot product of the
    /// person's state and the title's direction, both normalised.  Directions are made twice, once for their
    /// statistics, since they are too many to be kept.
    private func scores(of probe: Probe) throws -> [Int: [[Double]]] {
        if let known = scores[probe.folder] { return known }
        var found: [Int: [[Double]]] = [:]
        if probe.usesEntity, group.options.entityInput == .prompt {
            for block in probe.entityBlocks {
                found[block] = try scores(of: probe, at: [block], input: .prompt(block: block))[block]
            }
        } else {
            found = try scores(of: probe, at: probe.entityBlocks, input: probe.usesEntity ? .alone : .none)
        }
        for values in found.values {
            let spoiled = zip(try measurements().people, values).filter { !$1.allSatisfy(\.isFinite) }
            if !spoiled.isEmpty { throw RemediError.notFinite(samples: spoiled.map(\.0.id)) }
        }
        scores[probe.folder] = found
        return found
    }

    /// The same at blocks for which the directions are the same.
    private func scores(
        of probe: Probe, at blocks: [Int], input: OccupationMeasurements.EntityInput
    ) throws -> [Int: [[Double]]] {
        let measured = try measurements()
        let editor = try probe.editor()
        let normal = group.options.normalization == .train ? try trainingMeasurements() : measured
        let spread = try spread(of: probe, editor, input, normal)
        let products = try blocks.map { block in
            let states = DimensionStatistics(
                of: [try normal.states(block)], dimensions: editor.hiddenSize)
            return (block: block, product: NormalizedDotProduct(states, spread))
        }
        let titles = measured.occupations.count
        var found: [Int: [[Double]]] = [:]
        for block in blocks { found[block] = [] }
        try forEachPiece(of: measured, probe, editor, input, stage: "scores") { people, directions in
            for (block, product) in products {
                let values = product(try measured.statesForTitles(block, of: people), directions)
                for start in stride(from: 0, to: values.count, by: titles) {
                    found[block]?.append(Array(values[start..<start + titles]))
                }
            }
        }
        return found
    }

    /// How the directions of all people and titles are spread, all together.
    private func spread(
        of probe: Probe, _ editor: Editor, _ input: OccupationMeasurements.EntityInput,
        _ measured: OccupationMeasurements
    ) throws -> DimensionStatistics {
        var statistics = StreamedStatistics(dimensions: editor.hiddenSize)
        try forEachPiece(of: measured, probe, editor, input, stage: "directions") { statistics.add($1) }
        return statistics.statistics
    }

    /// Calls `body` with the directions of a few people at a time.
    private func forEachPiece(
        of measured: OccupationMeasurements, _ probe: Probe, _ editor: Editor,
        _ input: OccupationMeasurements.EntityInput, stage: String,
        _ body: (Range<Int>, [Float]) throws -> Void
    ) throws {
        let count = measured.people.count
        group.progress.report(
            .started(stage: "\(stage), \(probe.type.rawValue), layer \(probe.block)", total: count))
        for start in stride(from: 0, to: count, by: Self.piece) {
            let people = start..<min(start + Self.piece, count)
            try body(
                people, measured.directions(of: people, by: editor, input: input))
            try group.progress.advance(to: people.upperBound)
        }
        group.progress.report(.finished)
    }
}

extension ClassificationMeasure {
    static let errors: ClassificationMeasure = {
        func recall(_ who: String, _ suffix: String, _ answers: String) -> MetricForm {
            .share("\(who)_recall_\(suffix)", "\(who)'s recall at \(suffix)") { sample in
                guard let truth = sample["ground_truth"]?.string,
                    let named = sample[answers]?.array?.compactMap(\.string)
                else { return nil }
                return suffix == "1" ? named.first == truth : named.contains(truth)
            }
        }
        let scores = MetricForm.scores { sample in
            guard let truth = sample["ground_truth"]?.string,
                let top = sample["model_top_k"]?.array?.first?.string,
                let probed = sample["predicted_top_k"]?.array?.compactMap(\.string)
            else { return nil }
            let errs = sample["control_truth"]?.bool ?? (top != truth)
            return Judgement(truth: errs, prediction: !probed.contains(top))
        }
        var measure = ClassificationMeasure(
            ErrorClassification.self, title: "Error classification",
            metrics: scores.filter { $0.key != JudgementScore.accuracy.rawValue } + [
                recall("probe", "1", "predicted_top_k"), recall("probe", "k", "predicted_top_k"),
                recall("model", "1", "model_top_k"), recall("model", "k", "model_top_k"),
                MetricForm.setting("k"),
            ])
        measure.headings = [MeasureHeading(metric: "f1", "Errors", .pictureAlone)]
        measure.showcase = [ShowcaseForm("f1", "F1")]
        return measure
    }()
}
