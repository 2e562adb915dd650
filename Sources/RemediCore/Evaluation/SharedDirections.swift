import Compute
import LanguageModels

/// The directions of the same samples by the editors of several blocks, read in one pass over the texts as far
/// as memory allows.
package final class SharedDirections {
    /// Memory that directions and what they are made of may take, in bytes.
    private static let memory = 512 << 20

    private let model: LanguageModel
    private let samples: [Sample]
    /// In the order in which they will be asked for.
    private let editors: [Editor]
    private let mentions: MentionRule
    private let progress: any ProgressReporter
    /// By block.
    private var known: [Int: [Result<Matrix, SkipReason>]] = [:]

    package init(
        model: LanguageModel, samples: [Sample], editors: [Editor], mentions: MentionRule = .word,
        progress: any ProgressReporter
    ) {
        self.model = model
        self.samples = samples
        self.editors = editors
        self.mentions = mentions
        self.progress = progress
    }

    /// [1, D] for every sample, or why there is none.
    ///
    /// - Parameter editor: one of the run's.
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError.interrupted`.
    package func directions(of editor: Editor) throws -> [Result<Matrix, SkipReason>] {
        if let found = known[editor.block] { return found }
        guard let place = editors.firstIndex(where: { $0 === editor }) else {
            preconditionFailure("only the run's own editors are asked for")
        }
        let perEditor = 3 * samples.count * model.hiddenSize * MemoryLayout<Float>.size
        let limit = max(1, Self.memory / max(perEditor, 1))
        // Editors of the reference may have other token options than ours, hence other texts.
        let group = editors[place...].prefix(limit).prefix { $0.tokenOptions == editor.tokenOptions }
        known = try read(Array(group))
        return known[editor.block]!
    }

    private func read(_ group: [Editor]) throws -> [Int: [Result<Matrix, SkipReason>]] {
        let options = group[0].tokenOptions.taking(mentions: mentions)
        var sources: [RepresentationSource] = []
        let places = try samples.map { sample -> Result<Int, SkipReason> in
            do {
                sources.append(try model.usableSource(of: sample, options: options))
                return .success(sources.count - 1)
            } catch {
                guard let reason = SkipReason(error) else { throw error }
                return .failure(reason)
            }
        }
        let blocks = group.map(\.block)
        let last = blocks[blocks.count - 1]
        let name = blocks.count == 1 ? "layer \(last)" : "layers \(blocks[0]) to \(last)"
        progress.report(.started(stage: "directions, \(name)", total: sources.count))
        let representations = try model.representations(
            of: sources, blocks: blocks, advanced: progress.advance(to:))
        progress.report(.finished)
        let ids = zip(samples, places).compactMap { sample, place in (try? place.get()).map { _ in sample.id }
        }
        var found: [Int: [Result<Matrix, SkipReason>]] = [:]
        for (editor, representations) in zip(group, representations) {
            let directions = try editor.directions(for: representations, sampleIds: ids)
            found[editor.block] = places.map { $0.map { directions.rows($0..<$0 + 1) } }
        }
        return found
    }
}
