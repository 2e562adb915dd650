extension RunFigures {
    /// Curves of what was measured in several layers, then what has one value for each condition, all values of
    /// the same quantity in one plot.
    func charts(of measures: [Measure]) -> [any Chart] {
        let curves = measures.compactMap(curve)
        let others = measures.filter {
            !$0.values.isEmpty && $0.layers.count <= 1 && $0.entityLayers.count <= 1
        }
        return curves as [any Chart] + intervals(others)
    }

    private func curve(_ measure: Measure) -> LineChart? {
        if measure.entityLayers.count > 1 {
            return lines(measure, x: "layer of the entity's state", \.entityLayer)
        }
        return measure.layers.count > 1 ? lines(measure, x: "edited layer", \.layer) : nil
    }

    private func lines(
        _ measure: Measure, x: String, _ layer: KeyPath<ResultPlace, Int?>
    ) -> LineChart {
        let isOfEntity = layer == \.entityLayer
        var names: [String] = []
        for (place, _) in measure.values where place[keyPath: layer] != nil {
            let name = ShownResults.label(of: place)
            if !names.contains(name) { names.append(name) }
        }
        let series = names.map { name in
            let mine = measure.values.filter {
                ShownResults.label(of: $0.place) == name && $0.place[keyPath: layer] != nil
            }
            return LineChart.Series(
                name, color: ShownResults.color(of: mine[0].place),
                points: mine.map { place, metric in
                    .init(
                        x: place[keyPath: layer]!, y: metric.value, lower: metric.interval?.lower,
                        upper: metric.interval?.upper)
                })
        }
        return LineChart(
            title: measure.title, x: x, y: measure.form.unit, series: series,
            baselines: measure.values.filter { $0.place[keyPath: layer] == nil }.map {
                Self.value($0.place, $0.metric, name: ShownResults.label(of: $0.place))
            },
            bounds: measure.form.bounds,
            marked: isOfEntity == (run.sweep?.swept != "layer") ? run.sweep?.chosen : nil)
    }

    static func value(_ place: ResultPlace, _ metric: StoredMetric, name: String) -> ChartValue {
        ChartValue(
            name, color: ShownResults.color(of: place), value: metric.value, lower: metric.interval?.lower,
            upper: metric.interval?.upper)
    }

    /// One plot for each quantity, a group for each measure.
    private func intervals(_ measures: [Measure]) -> [IntervalChart] {
        var quantities: [String] = []
        for measure in measures where !quantities.contains(measure.form.unit) {
            quantities.append(measure.form.unit)
        }
        return quantities.map { quantity in
            let mine = measures.filter { $0.form.unit == quantity }
            let benchmark =
                Set(mine.map(\.benchmark)).count == 1 ? Measures.title(of: mine[0].benchmark) : nil
            let metric = Set(mine.map(\.metric)).count == 1 ? mine[0].form.words : nil
            let title = [benchmark, metric].compactMap { $0 }.joined(separator: ": ")
            return IntervalChart(
                title: Self.capitalised(title.isEmpty ? quantity : title), x: quantity,
                groups: mine.map { measure in
                    var parts: [String] = []
                    if benchmark == nil { parts.append(Measures.title(of: measure.benchmark)) }
                    if let setting = measure.setting { parts.append(setting) }
                    if metric == nil { parts.append(measure.form.words) }
                    return .init(Self.capitalised(parts.joined(separator: ", ")), rows: Self.rows(measure))
                }, bounds: mine[0].form.bounds)
        }
    }

    static func rows(_ measure: Measure) -> [ChartValue] {
        measure.values.map { value($0.place, $0.metric, name: ShownResults.name(of: $0.place)) }
    }

    static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    // MARK: - The main plot

    /// The main numbers, as a picture shows them; the training of a run that has nothing else.
    var main: [any Chart] {
        let measures = MainMetric.pictured.compactMap { main -> (MainMetric, Measure)? in
            let measure = measure(main.metric, of: main.benchmark, main.setting)
            return measure.values.isEmpty ? nil : (main, measure)
        }
        let isSweep = measures.contains { $1.layers.count > 1 || $1.entityLayers.count > 1 }
        if isSweep { return charts(of: measures.map(\.1)) }
        let shown = measures.filter { [.picture, .pictureAlone].contains($0.0.heading.prominence) }
        guard let first = shown.first else { return losses?.charts ?? ofMetrics.first?.charts ?? [] }
        return [
            IntervalChart(
                title: shown.map(\.0.plainWords).joined(separator: ", "),
                x: "\(first.1.form.unit), mean and 95 % interval",
                groups: shown.map { main, measure in
                    .init(
                        main.plainWords + " ↑", notes: main.heading.notes,
                        rows: measure.values.map {
                            Self.value($0.place, $0.metric, name: ShownResults.label(of: $0.place))
                        })
                }, bounds: first.1.form.bounds)
        ]
    }
}
