import LanguageModels

/// Runs as one picture: the main plot of each, in a file of its own.
package struct RunPicture: Sendable {
    package let picture: Picture

    /// What the plots of `runs` show, with `examples` below them.
    ///
    /// - Parameter examplesNote: which examples these are.
    package init(
        _ runs: [StoredRun], examples: [Picture.Example] = [], examplesNote: String = ""
    ) {
        precondition(!runs.isEmpty)
        picture = Picture(runs.map(Self.section), examples: examples, examplesNote: examplesNote)
    }

    /// The differences of two runs.
    package init(_ comparison: RunComparison) {
        let names = "A: \(comparison.first.name), B: \(comparison.second.name)"
        picture = Picture([
            Picture.Section(
                title: "What B does otherwise than A", subtitle: names, charts: comparison.charts,
                note: "Mean differences over the samples that both have, with 95 % bootstrap intervals.")
        ])
    }

    /// The document.
    package var svg: String { picture.svg }

    private static func section(_ run: StoredRun) -> Picture.Section {
        let figures = RunFigures(run)
        let benchmarks = Set(run.results.map(\.place.benchmark))
        let pictured = MainMetric.pictured.filter { benchmarks.contains($0.benchmark) }
        guard let first = pictured.first else {
            return Picture.Section(
                title: run.trainings.isEmpty ? run.name : "Training of the editor",
                subtitle: run.trainings.isEmpty
                    ? figures.context(of: run.results) : figures.context(of: run.trainings),
                charts: figures.main,
                note: run.trainings.isEmpty ? "" : "Solid: validation; dashed: training.")
        }
        let shown = run.results.filter { result in
            pictured.contains {
                $0.benchmark == result.place.benchmark && $0.setting == result.place.setting
            }
        }
        return Picture.Section(
            title: title(of: first.benchmark), subtitle: figures.context(of: shown), charts: figures.main,
            note: note(on: shown))
    }

    private static func title(of benchmark: String) -> String {
        switch benchmark {
        case "fact_cls", "error_cls": "How well the editor tells what the model believes"
        case "error_correction": "How often the model names the right occupation"
        case "entailment": "How the model's features agree with people's"
        case "mediation": "How often the model takes over what the context says"
        default: "How often the model says what it was told"
        }
    }

    /// What points, bars and conditions are.
    private static func note(on results: [StoredResult]) -> String {
        let conditions = Set(results.map(\.place.condition))
        var sentences = [
            "Points are means over samples, bars and bands 95 % bootstrap intervals; ↑: higher is better."
        ]
        if conditions.contains("prefix") {
            sentences.append("Prefix: the fact stands in front of the prompt.")
        }
        if conditions.contains("replace") {
            sentences.append("Replace: another entity, of whom the fact is true, stands in the prompt.")
        }
        let edited = results.filter { $0.place.condition == EditorType.linear.rawValue }
        if edited.contains(where: { $0.place.entityLayer == nil }) {
            sentences.append("REMEDI: the editor's vector is added to the entity's hidden state.")
        }
        if results.contains(where: { $0.place.variant == "control task" }) {
            sentences.append("Control task: the same against shuffled truths.")
        }
        if conditions.contains("identity") {
            sentences.append("Identity: the attribute's own hidden state instead of the editor's vector.")
        }
        return sentences.joined(separator: " ")
    }
}
