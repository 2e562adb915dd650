import Foundation
import LanguageModels

/// Which of many results a page shows sample by sample, and in what colours.
struct ShownResults {
    let run: StoredRun
    /// The editor and layer with the highest number of the first benchmark that has one; nil without editors.
    let best: (condition: String, layer: Int)?
    /// Why this one.
    let reason: String?

    init(_ run: StoredRun) {
        self.run = run
        if let sweep = run.sweep, sweep.swept == "layer", let chosen = sweep.chosen,
            let result = run.results.first(where: { $0.place.layer == chosen })
        {
            best = (result.place.condition, chosen)
            reason = "chosen on validation samples"
            return
        }
        for measure in Measures.all {
            guard let metric = measure.layerCriterion else { continue }
            let benchmark = measure.name
            let edited = run.results.filter { $0.place.benchmark == benchmark && $0.place.layer != nil }
            func value(_ result: StoredResult) -> Double {
                let found = result[metric]?.value ?? -.infinity
                return found.isFinite ? found : -.infinity
            }
            // Of equals the first.
            guard let top = edited.map(value).max(), let first = edited.first(where: { value($0) == top })
            else {
                continue
            }
            best = (first.place.condition, first.place.layer ?? 0)
            reason = "the one with the highest \(benchmark) \(metric)"
            return
        }
        best = nil
        reason = nil
    }

    /// Baselines of a benchmark, then the best editor; in `setting` where it has several.
    func results(of benchmark: String, setting: String? = nil) -> [StoredResult] {
        let all = run.results.filter {
            $0.place.benchmark == benchmark && $0.place.setting == setting && $0.place.entityLayer == nil
        }
        return all.filter { $0.place.layer == nil }
            + all.filter { $0.place.condition == best?.condition && $0.place.layer == best?.layer }
    }

    /// The settings in which a benchmark was run, or nil alone.
    func settings(of benchmark: String) -> [String?] {
        var found: [String?] = []
        for result in run.results where result.place.benchmark == benchmark {
            if !found.contains(result.place.setting) { found.append(result.place.setting) }
        }
        return found
    }

    /// The colour of a condition: the same in all plots.
    static func color(of place: ResultPlace) -> Int {
        switch place.variant {
        case "control task"?: return 5
        case "control model"?: return 2
        case .some: return 7
        case nil: break
        }
        let editors = ["linear": 3, "identity": 4, "biaffine": 4, "mlp": 5]
        return Baselines.named(place.condition)?.color ?? editors[place.condition] ?? 7
    }

    /// `prefix`, `REMEDI`, `REMEDI (mlp), control task`, `identity`
    static func label(of place: ResultPlace) -> String {
        var names = [place.condition]
        switch EditorType(rawValue: place.condition) {
        case .linear: names = ["REMEDI"]
        case .biaffine, .mlp: names = ["REMEDI (\(place.condition))"]
        default: break
        }
        return (names + [place.variant].compactMap { $0 }).joined(separator: ", ")
    }

    /// With the layer: `REMEDI, layer 8`.
    static func name(of place: ResultPlace) -> String {
        label(of: place) + (place.layer.map { ", layer \($0)" } ?? "")
    }
}
