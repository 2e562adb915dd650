import LanguageModels

/// Makes the stored normalisers of some probes out of the training split, which is read once for all of them
/// and for every block at which an entity could be read.
struct NormalizerFitting {
    private let probes: [Probe]
    private let group: ProbeGroup

    init(_ probes: [Probe], _ group: ProbeGroup) {
        self.probes = probes
        self.group = group
    }

    /// - Returns: one for each probe.
    /// - Throws: `RemediError.noSamples`, `.interrupted`; `LanguageModelError`; `ComputeError`.
    func run() throws -> [StoredNormalizer] {
        let blocks = Array(0..<group.model.blocks)
        let states = blocks.flatMap { block in FactTask.allCases.map { $0.state(block) } }
        var inputs = try group.inputsOfStates()
        inputs["split"] = .string(Split.training.description)
        let controls = ProbeControls(model: probes[0].controls.model)
        // A normalizer kept with an editor does not depend on whose rules an evaluation follows.
        let measured = try FactMeasurements(
            Array(group.dataset[.training]), model: group.model, tokens: probes[0].ownTokens,
            states: states + FactDirections.states(probes),
            place: group.directory.appendingPathComponent(
                FactClassification.trainingName + controls.suffix), inputs: inputs,
            batchSize: group.options.batchSize, label: " of the training split", progress: group.progress)
        // One vector has no deviation.
        guard measured.texts.count > 1 else {
            try measured.remove()
            throw RemediError.noSamples(
                dataset: group.dataset.name.rawValue, split: Split.training.description,
                count: group.dataset.placeCount)
        }
        let made = try probes.map { probe in
            try StoredNormalizer.write(
                content(of: probe, measured), for: probe, dataset: group.dataset,
                samples: measured.texts.count)
            return try StoredNormalizer(for: probe)
        }
        try measured.remove()
        return made
    }

    private func content(of probe: Probe, _ measured: FactMeasurements) throws -> StoredNormalizer.Content {
        let size = group.model.hiddenSize
        let directions = try FactDirections(probe, measured: measured, entities: nil)
        let together = DimensionStatistics(
            of: [directions.mediated, directions.unmediated], dimensions: size)
        var content = StoredNormalizer.Content(
            mediated: directions.mediatedSpread, unmediated: directions.unmediatedSpread,
            directions: together)
        for task in FactTask.allCases {
            let believesMediated = try measured.likelihoods(task).map {
                $0.target.first > $0.comparator.first
            }
            for block in 0..<group.model.blocks {
                let entities = try measured.states(task.state(block))
                let spread = DimensionStatistics(of: [entities], dimensions: size)
                let product = NormalizedDotProduct(spread, together)
                let scores = zip(
                    product(entities, directions.mediated), product(entities, directions.unmediated)
                ).map(FactScore.init(mediated:unmediated:))
                let spoiled = zip(measured.texts, scores).filter { !($1.mediated + $1.unmediated).isFinite }
                if !spoiled.isEmpty { throw RemediError.notFinite(samples: spoiled.map(\.0.id)) }
                content.entities[task, default: []].append(spread)
                content.calibrations[task, default: []].append(
                    ProbeCalibration(scores, believesMediated: believesMediated))
            }
        }
        return content
    }
}
