import Foundation
import LanguageModels

/// A named dump of directions and hidden states: `dump.<name>.json`.
package struct DumpPlan: EvaluationPlanning, Equatable {
    package static let kind = "dump"
    package static let resultsKey = "directions"

    package enum Format: String, Sendable, CaseIterable { case pth, safetensors }

    package var scope = EvaluationScope()
    package var formats = Format.allCases
    package var alpha = 1.0
    package var beta = 1.0

    package init() { scope.size = 1000 }

    package static var optionSettings: [Setting<DumpPlan>] {
        [
            Setting("formats", \.formats, .list(.choice("NAME"))),
            Setting("alpha", \.alpha, .number()),
            Setting("beta", \.beta, .number()),
        ]
    }

    package var needsEditors: Bool { !scope.editorType.isParameterless }

    package func check(_ context: EvaluationContext) throws { try evaluationRun(context).check() }

    /// Writes `<type>/<block>/dump.pth` and `dump.safetensors`, and beside them `dump.json`, which says of
    /// which samples they are.  A layer that is there already is not computed again.
    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        let run = evaluationRun(context)
        let samples = try run.samples()
        run.reportCut(of: samples)
        let conditions = try run.conditions()
        let store = try ResultStore(
            directory: context.directory, replaces: context.overwrite,
            device: context.model.backend.deviceDescription, model: context.model, progress: run.progress)
        return try conditions.map { condition in
            let section = try store.section(
                condition.folder, kind: "dumps", names: ["dump"], inputs: run.inputs(of: condition),
                circumstances: run.circumstances(sampleCount: samples.count))
            let files = self.files(in: section.place)
            let isThere = files.all.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
            if !isThere { try ResultFiles(folder: section.place, name: "dump").remove() }
            return try section.result(
                "dump", title: "direction", condition: condition, hasMetricsFile: false
            ) { _ in
                guard let block = condition.block else { preconditionFailure("a dump is of an editor") }
                try removeFiles(in: section.place)
                let dump = DirectionDump(
                    model: context.model, editor: try run.editor(at: block), alpha: alpha, beta: beta,
                    batchSize: scope.batchSize)
                return result(try dump.write(samples, to: files, progress: context.progress))
            }
        }
    }

    private func evaluationRun(_ context: EvaluationContext) -> EvaluationRun {
        context.evaluationRun(scope, conditions: [.edited], alpha: alpha, beta: beta)
    }

    private func files(in folder: URL) -> DumpFiles {
        func file(_ format: Format) -> URL? {
            formats.contains(format) ? folder.appendingPathComponent("dump.\(format.rawValue)") : nil
        }
        return DumpFiles(safetensors: file(.safetensors), torch: file(.pth))
    }

    /// Removes dumps of whatever form: those of another run would be taken for this one's.
    private func removeFiles(in folder: URL) throws {
        for format in Format.allCases {
            let file = folder.appendingPathComponent("dump.\(format.rawValue)")
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            do {
                try FileManager.default.removeItem(at: file)
            } catch {
                throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
            }
        }
    }

    private func result(_ outcome: DirectionDump.Outcome) -> BenchmarkResult {
        let norm = Metric(
            values: outcome.norms, bootstrap: Bootstrap(seed: scope.seed), key: "dump.norm")
        var result = BenchmarkResult(
            samples: outcome.ids.map { ["id": .string($0)] },
            metrics: [NamedMetric(name: "norm", metric: norm)])
        result.skipped = outcome.skipped
        return result
    }
}
