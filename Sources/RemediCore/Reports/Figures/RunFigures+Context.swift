extension RunFigures {
    /// `Model demo, counterfact (evaluation split), n = 300, edited layer 2, seed 123456.`
    func context(of results: [StoredResult]) -> String {
        var parts = setting
        if let counts = Self.range(results.map(\.sampleCount)) { parts.append("n = \(counts)") }
        parts += layers(of: results.map(\.place))
        if let seed = run.facts["seed"] { parts.append("seed \(seed)") }
        return Self.sentence(parts)
    }

    /// The same of how editors were trained.
    func context(of trainings: [StoredTraining]) -> String {
        var parts = setting
        if let counts = Self.range(trainings.compactMap(\.trainingSamples)) {
            parts.append("\(counts) training samples")
        }
        if let counts = Self.range(trainings.compactMap(\.validationSamples)) {
            parts.append("\(counts) validation samples")
        }
        parts += Self.words(forLayers: trainings.map(\.layer), of: "edited layer")
        if let seed = run.facts["seed"] { parts.append("seed \(seed)") }
        return Self.sentence(parts)
    }

    private static func sentence(_ parts: [String]) -> String {
        guard let first = parts.first else { return "" }
        // The letter n keeps its form.
        let text = parts.joined(separator: ", ") + "."
        return first.hasPrefix("n =") ? text : capitalised(text)
    }

    private var setting: [String] {
        let data = run.facts["data set"].map { name in
            name + (run.facts["split"].map { " (\($0) split)" } ?? "")
        }
        return [run.facts["model"].map { "model \($0)" }, data].compactMap { $0 }
    }

    private func layers(of places: [ResultPlace]) -> [String] {
        Self.words(forLayers: places.compactMap(\.layer), of: "edited layer")
            + Self.words(forLayers: places.compactMap(\.entityLayer), of: "entity layer")
    }

    /// `edited layers 1, 4, 8`; of many the first and the last.
    private static func words(forLayers layers: [Int], of name: String) -> [String] {
        let distinct = Set(layers).sorted()
        guard let first = distinct.first, let last = distinct.last else { return [] }
        if distinct.count == 1 { return ["\(name) \(first)"] }
        let list = distinct.map(String.init).joined(separator: ", ")
        return [
            distinct.count <= 6 ? "\(name)s \(list)" : "\(distinct.count) \(name)s from \(first) to \(last)"
        ]
    }

    private static func range(_ counts: [Int]) -> String? {
        guard let least = counts.min(), let most = counts.max() else { return nil }
        return least == most ? "\(most)" : "\(least)–\(most)"
    }
}
