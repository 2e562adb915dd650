import Foundation
import LanguageModels

/// A named sweep, `sweep.<gen|cls|ent>.<name>.json`: an evaluation at every layer, on the samples that
/// validated the editors, by which a layer is chosen, and on evaluation samples, which tell how good it is.
package struct SweepPlan<Inner: SweepablePlan>: EvaluationPlanning {
    package static var kind: String { "sweep." + Inner.kind.split(separator: ".").last! }
    package static var resultsKey: String { "sweep_" + Inner.kind.split(separator: ".").last! }

    package var inner = Inner()
    package var scope: EvaluationScope {
        get { inner.scope }
        set { inner.scope = newValue }
    }

    package init() {}

    package static var optionSettings: [Setting<SweepPlan>] {
        Inner.optionSettings.map { $0.inside(\.inner) }
    }

    package var needsEditors: Bool { inner.needsEditors }

    /// A sweep over all layers wants editors at all layers.
    package func dependencies(for model: ModelName) -> [ExperimentDependency] {
        inner.dependencies(for: model).map {
            guard case .editors(let type, nil, let model) = $0 else { return $0 }
            return .editors(type: type, layers: .all, model: model)
        }
    }

    package func checkSettings() throws { try inner.checkSettings() }

    package func evaluation(in context: EvaluationContext) throws -> Evaluation {
        try inner.evaluation(in: context)
    }

    package func check(_ context: EvaluationContext) throws {
        _ = try validationContext(context)
        try inner.check(context)
    }

    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        var onAll = inner
        onAll.scope.splitChoice = .all
        func summaries(
            _ part: SweepPart, _ plan: Inner, _ place: EvaluationContext
        ) throws -> [EvaluationSummary] {
            try plan.run(place).map {
                var summary = $0
                summary.part = part
                return summary
            }
        }
        let validationPlace = try validationContext(context)
        let evaluated = try summaries(.evaluation, inner, context)
        let summaries = try summaries(.validation, onAll, validationPlace) + evaluated
        let choice = SweepChoice(summaries, of: inner)
        try AtomicFile.write(
            choice.json.text(pretty: true) + "\n", to: context.directory.appendingPathComponent("sweep.json"))
        return summaries
    }

    package func table(of summaries: [EvaluationSummary], format: TextTable.Format) -> TextTable {
        SweepChoice(summaries, of: inner).table(format: format)
    }

    /// The same on the samples that validated the editors; results lie in a folder of their own.
    private func validationContext(_ context: EvaluationContext) throws -> EvaluationContext {
        guard let editors = context.editorsDirectory else {
            throw RemediError.editorMissing(path: scope.editorType.rawValue)
        }
        let blocks = context.blocks ?? Editor.savedBlocks(type: scope.editorType, directory: editors)
        guard let block = blocks.first else {
            throw RemediError.editorMissing(
                path: editors.appendingPathComponent(scope.editorType.rawValue).path)
        }
        var result = context
        result.dataset = try context.dataset.validationSamples(
            ofEditorIn: Editor.folder(type: scope.editorType, block: block, directory: editors))
        result.wholeDataset = context.dataset
        result.directory = context.directory.appendingPathComponent("validation")
        return result
    }
}

/// An evaluation of which one layer can be chosen by a figure of merit.
package protocol SweepablePlan: EvaluationPlanning {
    /// The quantity that is swept over: "layer", "entity layer".
    var sweptName: String { get }
    /// The parts of the figure of merit, for people.
    var criterionName: String { get }
    /// The layer that a result is about; nil for a baseline.
    func sweptLayer(of summary: EvaluationSummary) -> Int?
    /// The figure of merit of one layer's results, larger being better; nil if they do not give one.
    func criterion(of summaries: [EvaluationSummary]) -> Double?
}

/// The layer that a sweep chose, and why.
package struct SweepChoice: Sendable {
    package struct Row: Sendable {
        package var layer: Int
        /// The figure of merit on validation and on evaluation samples.
        package var validation: Double?
        package var evaluation: Double?
        package var metrics: [NamedMetric]
        package var sampleCount: Int
    }

    let sweptName: String
    let criterionName: String
    /// Layers in order.
    package let rows: [Row]

    package init(_ summaries: [EvaluationSummary], of plan: some SweepablePlan) {
        sweptName = plan.sweptName
        criterionName = plan.criterionName
        let layers = Set(summaries.compactMap(plan.sweptLayer(of:)))
        rows = layers.sorted().map { layer in
            func part(_ part: SweepPart) -> [EvaluationSummary] {
                summaries.filter { $0.part == part && plan.sweptLayer(of: $0) == layer }
            }
            let tested = part(.evaluation)
            return Row(
                layer: layer, validation: plan.criterion(of: part(.validation)).flatMap(Self.finite),
                evaluation: plan.criterion(of: tested).flatMap(Self.finite),
                metrics: tested.flatMap { summary in
                    summary.metrics.filter {
                        Measures.form(of: $0.name, in: summary.benchmark).role != .detail
                    }.map {
                        let isScore = $0.name == "score"
                        return NamedMetric(
                            name: isScore ? summary.benchmark : "\(summary.benchmark) \($0.name)",
                            metric: $0.metric)
                    }
                }, sampleCount: tested.map(\.sampleCount).max() ?? 0)
        }
    }

    private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

    /// The row with the best figure of merit on validation samples; of equal ones the lowest layer.
    package var chosen: Row? {
        rows.filter { $0.validation != nil }.max {
            ($0.validation!, -$0.layer) < ($1.validation!, -$1.layer)
        }
    }

    package var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return [
            "swept": .string(sweptName), "criterion": .string(criterionName),
            "chosen": chosen.map { .integer($0.layer) } ?? .null,
            "layers": .array(
                rows.map {
                    [
                        "layer": .integer($0.layer), "validation": number($0.validation),
                        "test": number($0.evaluation),
                    ]
                }),
        ]
    }

    /// One row a layer, the chosen one marked.
    func table(format: TextTable.Format) -> TextTable {
        let headings = rows.flatMap(\.metrics).map(\.name).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        var table = TextTable(
            columns: [
                .init(""), .init(sweptName, .right), .init("\(criterionName), validation", .right),
                .init("test", .right), .init("samples", .right),
            ] + headings.map { .init($0, .right) })
        table.keyColumns = 2
        func text(_ value: Double?) -> String {
            guard let value, value.isFinite else { return format == .csv ? "" : "–" }
            return format == .csv ? "\(value)" : String(format: "%.3f", value)
        }
        for row in rows {
            table.add(
                [
                    row.layer == chosen?.layer ? "chosen" : "", "\(row.layer)", text(row.validation),
                    text(row.evaluation), "\(row.sampleCount)",
                ]
                    + headings.map { name in
                        text(row.metrics.first { $0.name == name }?.metric.mean)
                    })
        }
        return table
    }
}

extension SweepablePlan {
    /// The harmonic mean of figures above zero; 0 if one is not, nil of none, the figure itself of one.
    func harmonicMean(_ values: [Double]) -> Double? {
        if values.count < 2 { return values.first }
        if values.contains(where: { $0 <= 0 }) { return 0 }
        return Double(values.count) / values.reduce(0) { $0 + 1 / $1 }
    }
}
