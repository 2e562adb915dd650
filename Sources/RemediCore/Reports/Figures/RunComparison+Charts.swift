extension RunComparison {
    /// Differences with their intervals: shares together, and every other unit by itself.
    var charts: [IntervalChart] {
        var units: [String] = []
        for entry in entries {
            let unit = Self.form(of: entry).unit
            if !units.contains(unit) { units.append(unit) }
        }
        let hasOneCondition = Set(entries.map(\.first.fullLabel)).count == 1
        return units.map { unit in
            let mine = entries.filter { Self.form(of: $0).unit == unit }
            return IntervalChart(
                title: "B − A: \(unit)", x: "difference",
                rows: mine.map { entry in
                    let place = entry.first
                    let name =
                        Measures.title(of: place.benchmark) + (place.setting.map { ", \($0)" } ?? "")
                        + ": " + Self.words(for: entry)
                    return .init(
                        name + (hasOneCondition ? "" : ", \(place.fullLabel)"), color: 3,
                        value: entry.difference, lower: entry.interval.lower, upper: entry.interval.upper)
                }, reference: 0)
        }
    }

    /// Of `co_corr_post : co_corr_pre` the first.
    private static func form(of entry: Entry) -> MetricForm {
        let name = entry.metric.split(separator: " ").first.map(String.init) ?? entry.metric
        return Measures.form(of: name, in: entry.first.benchmark)
    }

    private static func words(for entry: Entry) -> String {
        let form = form(of: entry)
        return form.key == entry.metric ? form.words : entry.metric.replacingExactly("_", with: " ")
    }
}
