/// A number that a measure is known by, with its measure.
struct MainMetric: Sendable, Equatable {
    var benchmark: String
    var heading: MeasureHeading

    var setting: String? { heading.setting }
    var metric: String { heading.metric }
    var words: String { heading.words }
    /// Without the places where a narrow column may break them.
    var plainWords: String { words.replacingExactly("\u{AD}", with: "") }

    private static let known = Measures.all.flatMap { measure in
        measure.headings.map { MainMetric(benchmark: measure.name, heading: $0) }
    }

    /// Those of the summary's table.
    static let all = known.filter { $0.heading.prominence != .pictureAlone }

    /// Those of pictures; those of measures without a column in the summary come last.
    static let pictured =
        all.filter { $0.heading.prominence != .table }
        + known.filter { $0.heading.prominence == .pictureAlone }
}
