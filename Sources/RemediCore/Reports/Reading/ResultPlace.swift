import LanguageModels

/// The place of a result: which measure, with which editor or baseline, at which layer.
package struct ResultPlace: Sendable, Hashable {
    /// `efficacy`, `fact_cls`
    package var benchmark: String
    /// `unedited`, `prefix`, `replace`, or an editor's type.
    package var condition: String
    /// The edited layer; nil without an editor.
    package var layer: Int?
    /// The layer at which a classification reads the entity.
    package var entityLayer: Int?
    /// `control task`, `control model`, or both.
    package var variant: String?
    /// `contextual` or `decontextual`, where a benchmark has both.
    package var setting: String?

    init(benchmark: String, condition: String, layer: Int?) {
        self.benchmark = benchmark
        self.condition = condition
        self.layer = layer
    }

    /// The condition with what distinguishes it besides layers: `linear, control task`.
    package var label: String { ([condition] + [variant].compactMap { $0 }).joined(separator: ", ") }

    /// With the layers too: `linear 8, control task, entity layer 20`.
    package var fullLabel: String {
        let edited = condition + (layer.map { " \($0)" } ?? "")
        return ([edited] + [variant, entityLayer.map { "entity layer \($0)" }].compactMap { $0 })
            .joined(separator: ", ")
    }

    package var isEdited: Bool { layer != nil }

    /// Whether the measure is one of ours.
    var isKnown: Bool { Measures.named(benchmark) != nil }

    /// Takes `NAME_layer_7_control_task` apart.
    mutating func name(from file: String) {
        benchmark = Measures.all.first { $0.aliases.contains(file) }?.name ?? file
        guard let measure = Measures.all.first(where: { $0.isLayered && file.hasPrefix("\($0.name)_layer_") })
        else { return }
        let rest = file.dropFirst("\(measure.name)_layer_".count)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let variants = [
            "": nil, "_control_task": "control task", "_control_model": "control model",
            "_control_task_control_model": "control task and model",
        ]
        guard let layer = Self.layer(digits), let variant = variants[String(rest.dropFirst(digits.count))]
        else {
            return
        }
        benchmark = measure.name
        entityLayer = layer
        self.variant = variant
    }

    /// The number of a layer; nil of other words and of numbers that no model has.
    static func layer(_ text: some StringProtocol) -> Int? { Int(text).flatMap(layer) }

    static func layer(_ number: Int) -> Int? { (0..<1_000_000).contains(number) ? number : nil }

    /// Benchmarks as the documentation lists them, then baselines, editors, layers.
    package static func precedes(_ a: ResultPlace, _ b: ResultPlace) -> Bool {
        a.order.lexicographicallyPrecedes(b.order)
    }

    private var order: [String] {
        func digits(_ number: Int?) -> String {
            let text = String((number ?? -1) + 1)
            return String(repeating: "0", count: max(0, 20 - text.count)) + text
        }
        let types = Baselines.all.map(\.name) + EditorType.allCases.map(\.rawValue)
        return [
            digits(Measures.place(of: benchmark)), benchmark,
            setting ?? "",
            digits(types.firstIndex(of: condition) ?? types.count), condition, digits(layer), variant ?? "",
            digits(entityLayer),
        ]
    }

    package var json: JSONObject {
        [
            "benchmark": .string(benchmark), "condition": .string(condition),
            "layer": layer.map { .integer($0) } ?? .null,
            "entity_layer": entityLayer.map { .integer($0) } ?? .null,
            "variant": variant.map { .string($0) } ?? .null, "setting": setting.map { .string($0) } ?? .null,
        ]
    }
}
