import Foundation

/// What an experiment needs and another one makes.
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
        case .controlModel(let model): (try? model.control.locate(in: workplace)) != nil
        case .editors(let type, .only(let blocks)?, _):
            Set(Editor.savedBlocks(type: type, directory: editors)).isSuperset(of: blocks)
        case .editors(let type, _, _): !Editor.savedBlocks(type: type, directory: editors).isEmpty
        }
    }
}

extension Experiment {
    /// The training experiment whose editors the evaluation `name` takes: of its own name, else of its data
    /// set; nil if there is none that stores where the evaluation looks.
    package static func training(
        for name: String, _ plan: any EvaluationPlanning, in workplace: Workplace
    ) -> Experiment? {
        let own = name.split(separator: ".").last.map(String.init)
        let names = [own, plan.scope.dataset.rawValue].compactMap { $0 }.map { "train.\($0)" }
        let model = ModelName(plan.scope.model)
        return names.lazy.compactMap { try? Experiment.named($0, in: workplace) }.first { experiment in
            guard case .training(let training) = experiment.plan else { return false }
            return training.resultsName(for: model) == plan.editorsName(for: model)
        }
    }
}
