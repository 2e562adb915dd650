/// The table of measures: the only place that lists them.
package enum Measures {
    /// In the order in which tables and pages show them.
    package static let all: [any Measure] = [
        PreferenceMeasure.efficacy, PreferenceMeasure.rewrite, PreferenceMeasure.paraphrase,
        PreferenceMeasure.neighborhood, GenerationMeasure(), EssenceMeasure(),
        ClassificationMeasure.facts, ClassificationMeasure.errors, CorrectionMeasure(), EntailmentMeasure(),
        MediationMeasure(), DumpMeasure(),
    ]

    /// Those that `eval gen` offers.
    package static var choices: [any Measure] { all.filter(\.isChoice) }

    package static func named(_ name: String) -> (any Measure)? { all.first { $0.name == name } }

    /// The measure of which tables of a run call results `title`.
    static func titled(_ title: String) -> (any Measure)? { all.first { $0.resultTitles.contains(title) } }

    /// Its place in the table; of other names the number of measures.
    static func place(of name: String) -> Int { all.firstIndex { $0.name == name } ?? all.count }

    /// The form of a metric: that of the measure, else of another measure that has one of this name, else one
    /// about which nothing is known.  Of `contextual f1` the last word counts.
    static func form(of metric: String, in measure: String) -> MetricForm {
        let key = metric.split(separator: " ").last.map(String.init) ?? metric
        let own = named(measure) ?? titled(measure)
        return own?.metric(key) ?? all.lazy.compactMap { $0.metric(key) }.first ?? MetricForm(key)
    }

    /// `Fact classification`; of a measure that is none of ours the name, capitalised.
    static func title(of name: String) -> String {
        named(name)?.title ?? name.prefix(1).uppercased() + name.dropFirst().replacing("_", with: " ")
    }

    /// The name of a metric, a loss term or anything else in a table's head.
    static func words(for column: String) -> String {
        if let form = all.lazy.compactMap({ $0.metric(column) }).first { return form.words }
        return column == "kl" ? "KL" : column.replacing("_", with: " ")
    }

    /// Whether a result file, or its metrics, may have this name without `.json`.
    static func writes(_ stem: String) -> Bool {
        let name = stem.hasSuffix("_metrics") ? String(stem.dropLast("_metrics".count)) : stem
        return all.contains { measure in
            measure.aliases.contains(name) || measure.sideFiles.contains(name)
                || (measure.isLayered ? name.hasPrefix("\(measure.name)_layer_") : name == measure.name)
        }
    }
}

extension MeasureName: RawRepresentable, CaseIterable {
    package init?(rawValue: String) {
        guard Measures.choices.contains(where: { $0.name == rawValue }) else { return nil }
        self.init(rawValue)
    }

    package static var allCases: [MeasureName] { Measures.choices.map { MeasureName($0.name) } }

    /// Those that run where none is named.
    package static var usual: [MeasureName] {
        Measures.choices.filter(\.isUsual).map { MeasureName($0.name) }
    }

    package var measure: any Measure {
        guard let measure = Measures.named(rawValue) else { preconditionFailure("names are of the table") }
        return measure
    }
}
