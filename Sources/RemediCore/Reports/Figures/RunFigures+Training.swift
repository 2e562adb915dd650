import LanguageModels

extension RunFigures {
    /// More layers than this are thinned out evenly.
    private static let curveLimit = 6

    /// Losses by epoch, and the best one by layer.
    var losses: Figure? {
        let trained = run.trainings.filter { !$0.epochs.isEmpty }
        guard !trained.isEmpty else { return nil }
        let chosen = Self.thinned(trained)
        var terms: [String] = []
        for term in chosen.flatMap({ $0.epochs.flatMap { ($0.train + $0.validation).map(\.name) } })
        where !terms.contains(term) { terms.append(term) }
        var charts: [any Chart] = terms.map { term in
            LineChart(
                title: term == "loss" ? "Total loss" : Self.capitalised("\(Measures.words(for: term)) loss"),
                x: "epoch", y: "mean over samples (nats)",
                series: chosen.enumerated().flatMap { curves(of: term, $1, $0, chosen.count) })
        }
        if trained.count > 1 { charts.append(bestLosses(trained)) }
        let number =
            chosen.count < trained.count ? " \(chosen.count) of \(trained.count) layers are shown." : ""
        return Figure(
            title: "Training",
            caption:
                "Loss by epoch; epoch 0 is before the first step. Solid: validation; dashed: training.\(number)",
            context: context(of: trained), charts: charts)
    }

    private static func thinned(_ trainings: [StoredTraining]) -> [StoredTraining] {
        guard trainings.count > curveLimit else { return trainings }
        return (0..<curveLimit).map { trainings[$0 * (trainings.count - 1) / (curveLimit - 1)] }
    }

    private func curves(
        of term: String, _ training: StoredTraining, _ index: Int, _ count: Int
    ) -> [LineChart.Series] {
        let place = ResultPlace(benchmark: "", condition: training.type, layer: training.layer)
        let name = ShownResults.name(of: place)
        let color = count == 1 ? 3 : ChartStyle.firstOfRamp + index * (Self.rampCount - 1) / max(count - 1, 1)
        func points(_ values: KeyPath<StoredTraining.Epoch, [(name: String, value: Double)]>) -> [LineChart
            .Point]
        {
            training.epochs.compactMap { epoch in
                epoch[keyPath: values].first { $0.name == term }.map { .init(x: epoch.number, y: $0.value) }
            }
        }
        let single = count == 1
        return [
            .init(single ? "validation" : name, color: color, points: points(\.validation)),
            .init(single ? "training" : "", color: color, isDashed: true, points: points(\.train)),
        ]
    }

    private static let rampCount = 6

    private func bestLosses(_ trainings: [StoredTraining]) -> LineChart {
        var types: [String] = []
        for training in trainings where !types.contains(training.type) { types.append(training.type) }
        let series = types.map { type in
            let place = ResultPlace(benchmark: "", condition: type, layer: 0)
            return LineChart.Series(
                ShownResults.label(of: place), color: ShownResults.color(of: place),
                points: trainings.filter { $0.type == type }.compactMap { training in
                    training.bestValidationLoss.map { .init(x: training.layer, y: $0) }
                })
        }
        return LineChart(
            title: "Best validation loss", x: "edited layer", y: "mean over samples (nats)", series: series
        )
    }
}

// MARK: - Choosing a layer

extension RunFigures {
    /// The figure of merit by which a sweep chose.
    var choice: Figure? {
        guard let sweep = run.sweep else { return nil }
        func points(_ value: KeyPath<StoredSweep.Row, Double?>) -> [LineChart.Point] {
            sweep.rows.compactMap { row in row[keyPath: value].map { .init(x: row.layer, y: $0) } }
        }
        let chart = LineChart(
            title: "Sweep: \(sweep.criterion)", x: sweep.swept == "layer" ? "edited layer" : sweep.swept,
            y: "figure of merit",
            series: [
                .init("validation samples", color: 1, points: points(\.validation)),
                .init("test samples", color: 3, isDashed: true, points: points(\.test)),
            ], marked: sweep.chosen)
        let chosen = sweep.chosen.map { " \(sweep.swept) \($0) is chosen" } ?? " none is chosen"
        return Figure(
            title: "Choice of the layer",
            caption: "By the samples that validated the editors,\(chosen); test samples have no say in it.",
            context: context(of: run.results), charts: [chart])
    }
}
