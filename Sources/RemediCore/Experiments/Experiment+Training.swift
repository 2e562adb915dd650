import Foundation

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
