/// How the model is changed before it is asked.
package enum EvaluationCondition: Sendable, Equatable {
    /// Not at all; it may be asked otherwise.
    case baseline(Baseline)
    /// An editor's direction is added at one block.
    case edited(EditorType, block: Int)
    /// Nothing is edited: an editor's directions at one block are compared with entities' states at another.
    case probed(EditorType, block: Int, entityBlock: Int, controls: ProbeControls)

    package static let unedited = EvaluationCondition.baseline(.unedited)
    package static let prefix = EvaluationCondition.baseline(.prefix)
    package static let replace = EvaluationCondition.baseline(.replace)

    /// The folder of its results below the results folder.
    package var folder: String {
        switch self {
        case .baseline(let baseline): baseline.name
        case .edited(let type, let block), .probed(let type, let block, _, _): "\(type.rawValue)/\(block)"
        }
    }

    /// The name in tables.
    package var label: String {
        switch self {
        case .baseline(let baseline): baseline.name
        case .edited(let type, _): type.rawValue
        case .probed(let type, _, _, let controls):
            ([type.rawValue] + [controls.label].compactMap { $0 }).joined(separator: ", ")
        }
    }

    /// The editor's.
    package var block: Int? {
        switch self {
        case .edited(_, let block), .probed(_, let block, _, _): block
        case .baseline: nil
        }
    }

    /// Whether an editor changes what the model says.
    var isEdited: Bool { if case .edited = self { true } else { false } }

    /// Where a probe reads the entity.
    package var entityBlock: Int? {
        if case .probed(_, _, let block, _) = self { block } else { nil }
    }
}

/// The controls that a probe is: how much it finds where there is nothing to find.
package struct ProbeControls: Sendable, Equatable {
    /// Truths are shuffled among the samples.
    package var task = false
    /// The model's weights are random.
    package var model = false

    package init(task: Bool = false, model: Bool = false) {
        self.task = task
        self.model = model
    }

    /// As names of result files end.
    package var suffix: String { (task ? "_control_task" : "") + (model ? "_control_model" : "") }

    /// As tables say it; nil for no control.
    package var label: String? {
        switch (task, model) {
        case (true, true): "control task and model"
        case (true, false): "control task"
        case (false, true): "control model"
        case (false, false): nil
        }
    }
}
