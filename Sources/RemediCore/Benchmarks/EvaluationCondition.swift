/// How the model is changed before it is asked.
package enum EvaluationCondition: Sendable, Equatable {
    /// Not at all.
    case unedited
    /// The sample's context is put in front of every prompt; nothing is edited.
    case prefix
    /// An editor's direction is added at one block.
    case edited(EditorType, block: Int)

    /// Where its results lie below the results folder.
    package var folder: String {
        switch self {
        case .unedited: "unedited"
        case .prefix: "prefix"
        case .edited(let type, let block): "\(type.rawValue)/\(block)"
        }
    }

    /// What a table calls it.
    package var label: String {
        switch self {
        case .unedited: "unedited"
        case .prefix: "prefix"
        case .edited(let type, _): type.rawValue
        }
    }

    package var block: Int? { if case .edited(_, let block) = self { block } else { nil } }
}
