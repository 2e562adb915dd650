import Foundation
import LanguageModels

/// Directions and hidden states as files for other tools; its result says of which samples they are.
package struct DumpMeasure: Measure {
    package let name = "dump"
    package let metrics = [MetricForm("norm")]
    package let headings: [MeasureHeading] = []
    package let figure: FigureForm? = nil
    package let resultTitles = ["direction"]
    package let isChoice = false
    package let manifestKey = "dumps"
    package let readsDirections = false

    /// `<type>/<block>/dump.pth` and `dump.safetensors`.  A layer that is there already is not computed again.
    package func outputs(
        under condition: EvaluationCondition, of evaluation: Evaluation
    ) throws -> [MeasureOutput] {
        guard let block = condition.block else { preconditionFailure("a dump is of an editor") }
        let options = evaluation.options
        let folder = evaluation.directory.appendingPathComponent(condition.folder)
        let files = DumpFiles(
            safetensors: file(.safetensors, in: folder, options), torch: file(.pth, in: folder, options))
        var output = MeasureOutput(name, under: condition) { _, _ in
            try Self.remove(DumpFormat.allCases.map { path($0, in: folder) })
            let dump = DirectionDump(
                model: evaluation.model, editor: try evaluation.editor(at: block), alpha: options.alpha,
                beta: options.beta, batchSize: options.batchSize, mentions: options.tokens.mentions)
            return result(
                try dump.write(evaluation.samples(), to: files, progress: evaluation.progress),
                Bootstrap(seed: options.seed))
        }
        output.prepare = { section in
            let isThere = files.all.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
            if !isThere { try ResultFiles(folder: section.place, name: name).remove() }
        }
        output.title = resultTitles[0]
        output.inputs = try evaluation.inputs(of: condition)
        output.hasMetricsFile = false
        return [output]
    }

    private func path(_ format: DumpFormat, in folder: URL) -> URL {
        folder.appendingPathComponent("\(name).\(format.rawValue)")
    }

    private func file(_ format: DumpFormat, in folder: URL, _ options: EvaluationOptions) -> URL? {
        options.formats.contains(format) ? path(format, in: folder) : nil
    }

    /// Removes dumps of whatever form: those of another run would be taken for this one's.
    private static func remove(_ files: [URL]) throws {
        for file in files where FileManager.default.fileExists(atPath: file.path) {
            do {
                try FileManager.default.removeItem(at: file)
            } catch {
                throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
            }
        }
    }

    private func result(_ outcome: DirectionDump.Outcome, _ bootstrap: Bootstrap) -> MeasureResult {
        let form = metrics[0]
        let norm = Metric(values: outcome.norms, bootstrap: bootstrap, key: "\(name).\(form.key)")
        var result = MeasureResult(
            samples: outcome.ids.map { ["id": .string($0)] }, metrics: [form.key: norm.json])
        result.skipped = outcome.skipped
        return result
    }
}
