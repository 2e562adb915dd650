import Compute
import LanguageModels

/// How h_entity and h_attr are read and where the edit falls; kept in an editor's metadata.
package struct TokenOptions: Sendable, Equatable {
    /// h_entity is the mean over all of the entity's tokens and all of them are edited.
    package var useAllEntityTokens = false
    /// Of the byte tokens of one last character the first counts (the reference's rule).
    package var firstByteToken = false
    /// The attribute is read alone instead of inside its context.
    package var attributeWithoutEntity = false

    package init() {}
}

/// Where one sample's parts lie in tokens.
package struct LocatedSample: Sendable, Equatable {
    package var promptTokens: [Int]
    /// The entity's tokens in the prompt (first mention, or the mention in the prompt part of a prompt in
    /// context).
    package var entityInPrompt: Range<Int>
    /// What an edit touches: the last of `entityInPrompt`, or all with `useAllEntityTokens`.
    package var editedTokens: Range<Int>
}

/// h_entity and h_attr of some samples at one block, each [B, D].
package struct SampleRepresentations: Sendable {
    package var entity: Matrix
    package var attribute: Matrix
}

extension LanguageModel {
    /// Tokenises `prompt` and finds `entity` in it: the first mention that is a whole word (else the first
    /// mention at all) starting at or after scalar `searchStart`.
    ///
    /// - Throws: `RemediError.entityNotInPrompt`.
    package func locate(
        entity: String, in prompt: String, searchStart: Int = 0, options: TokenOptions
    ) throws -> LocatedSample { fatalError() }

    /// h_entity(ℓ) and h_attr(ℓ) of every sample (SEMANTICS 4).
    package func representations(
        of samples: [Sample], block: Int, options: TokenOptions
    ) throws -> SampleRepresentations { fatalError() }
}
