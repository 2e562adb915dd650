extension RunComparison {
    /// Differences with their intervals: shares together, and every other unit by itself.
    var charts: [IntervalChart] {
        var units: [String] = []
        for entry in entries {
            let unit = RunFigures.quantity(entry.metric)
            if !units.contains(unit) { units.append(unit) }
        }
        let hasOneCondition = Set(entries.map(\.first.fullLabel)).count == 1
        return units.map { unit in
            let mine = entries.filter { RunFigures.quantity($0.metric) == unit }
            return IntervalChart(
                title: "B − A: \(unit)", x: "difference",
                rows: mine.map { entry in
                    let place = entry.first
                    let name =
                        RunFigures.title(of: place.benchmark) + (place.setting.map { ", \($0)" } ?? "")
                        + ": " + RunFigures.words(for: entry.metric)
                    return .init(
                        name + (hasOneCondition ? "" : ", \(place.fullLabel)"), color: 3,
                        value: entry.difference, lower: entry.interval.lower, upper: entry.interval.upper)
                }, reference: 0)
        }
    }
}
