import Compute
import Foundation
import LanguageModels

/// The seven ways to make a direction (SEMANTICS 5).
package enum EditorType: String, Sendable, CaseIterable {
    case linear, biaffine, mlp, random, scalar, identity, null

    /// Whether there is anything to train.
    package var isTrainable: Bool { self != .identity && self != .null && self != .random }
}

/// Turns h_entity and h_attr into directions at one block of one model.
package final class Editor: @unchecked Sendable {
    package let type: EditorType
    package let block: Int
    package let hiddenSize: Int
    package let tokenOptions: TokenOptions
    init() { fatalError("replaced by the editors work") }

    /// A fixed editor without parameters: identity or null.
    package static func parameterless(
        _ type: EditorType, block: Int, model: LanguageModel, tokenOptions: TokenOptions = TokenOptions()
    ) throws -> Editor { fatalError() }

    /// Reads `<directory>/<type>/<block>/weights.safetensors`, or the reference's `weights.pth`, and refuses
    /// an editor of another model.
    package static func load(
        type: EditorType, block: Int, directory: URL, model: LanguageModel
    ) throws -> Editor { fatalError() }

    /// The blocks for which `directory` holds editors of `type`, ascending.
    package static func savedBlocks(type: EditorType, directory: URL) -> [Int] { fatalError() }

    /// Directions, [B, D].  `sampleIds` key the random editor's draws.
    package func directions(
        for representations: SampleRepresentations, sampleIds: [String]
    ) throws -> Matrix { fatalError() }
}
