import Foundation
import LanguageModels

/// Something that an experiment needs and another one makes.
package enum ExperimentDependency: Sendable, Equatable {
    /// A checkpoint of random weights with the shape of `model`.
    case controlModel(of: ModelName)
    /// Trained editors of `model`; at any layer where `layers` names none.  What is missing is then trained at
    /// all layers, or for nil at those of the training experiment.
    case editors(type: EditorType, layers: LayerChoice?, model: ModelName)

    /// The model whose editors are needed, or of whose shape one is.
    package var model: ModelName {
        switch self {
        case .controlModel(let model), .editors(_, _, let model): model
        }
    }

    /// Whether it is there.
    ///
    /// - Parameter editors: the folder of the model's editors.
    package func isMet(editors: URL, in workplace: Workplace) -> Bool {
        switch self {
        case .controlModel(let model):
            // A folder without a configuration is what a killed run left.
            (try? model.control.locate(in: workplace)).map {
                SystemCall.status($0.appendingPathComponent("config.json").path) != nil
            } ?? false
        case .editors(let type, .only(let blocks)?, _):
            Set(Editor.savedBlocks(type: type, directory: editors)).isSuperset(of: blocks)
        case .editors(let type, _, _): !Editor.savedBlocks(type: type, directory: editors).isEmpty
        }
    }

    /// Whether a training left editors, but not the record that it came to its end.  Editors that no training of
    /// this program made have none.
    package func lacksRecord(editors: URL) -> Bool {
        guard case .editors(let type, _, _) = self, !ResultsFolder.isRecordedAsFinished(editors) else {
            return false
        }
        return Editor.savedBlocks(type: type, directory: editors).contains { block in
            let folder = Editor.folder(type: type, block: block, directory: editors)
            return (try? TrainingManifest.result(in: folder)) != nil
        }
    }

    /// Whether all of it is there: editors at every block of the model where all are asked for, of which any
    /// are enough to begin with.
    package func isComplete(editors: URL, in workplace: Workplace) -> Bool {
        guard isMet(editors: editors, in: workplace) else { return false }
        guard case .editors(let type, .all?, let model) = self,
            let folder = try? model.locate(in: workplace),
            let summary = try? ModelSummary(Checkpoint.open(folder))
        else { return true }
        return Set(Editor.savedBlocks(type: type, directory: editors))
            .isSuperset(of: 0..<summary.configuration.blocks)
    }
}
