import LanguageModels

/// Runs as one picture: the main plot of each, in a file of its own.
package struct RunPicture: Sendable {
    package let picture: Picture

    /// The main plots of `runs`, with `examples` below them.
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
            title: Measures.named(first.benchmark)?.question ?? "", subtitle: figures.context(of: shown),
            charts: figures.main,
            note: note(on: shown))
    }

    /// The meaning of points, bars and conditions.
    private static func note(on results: [StoredResult]) -> String {
        let conditions = Set(results.map(\.place.condition))
        var sentences = [
            "Points are means over samples, bars and bands 95 % bootstrap intervals; ↑: higher is better."
        ]
        sentences += Baselines.all.filter { conditions.contains($0.name) }.compactMap(\.note)
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
