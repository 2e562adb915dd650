import Compute
import LanguageModels

/// Which mention of a name in a text is taken.
package enum MentionRule: String, Sendable, CaseIterable {
    /// The first that is a word of its own, else the first at all.
    case word
    /// The first, be it inside another word (the reference's rule).
    case text
}

/// How h_entity and h_attr are read and where the edit falls; kept in an editor's metadata.
package struct TokenOptions: Sendable, Equatable {
    /// h_entity is the mean over all of the entity's tokens and all of them are edited.
    package var useAllEntityTokens = false
    /// Of the byte tokens of one last character the first counts (the reference's rule).
    package var firstByteToken = false
    /// The attribute is read alone instead of inside its context.
    package var attributeWithoutEntity = false
    /// Which mention of an entity in a text is taken, and which of an attribute.
    package var mentions = MentionRule.word

    package init() {}
}

/// Where one sample's parts lie in tokens.
package struct LocatedSample: Sendable, Equatable {
    package var promptTokens: [Int]
    /// The entity's tokens in the prompt (first mention, or the mention in the prompt part of a prompt in
    /// context).
    package var entityInPrompt: Range<Int>
    /// The tokens that an edit changes: the last of `entityInPrompt`, or all with `useAllEntityTokens`.
    package var editedTokens: Range<Int>
}

/// h_entity and h_attr of some samples at one block, each [B, D].
package struct SampleRepresentations: Sendable {
    package var entity: Matrix
    package var attribute: Matrix

    package init(entity: Matrix, attribute: Matrix) {
        precondition(entity.rows == attribute.rows && entity.columns == attribute.columns)
        self.entity = entity
        self.attribute = attribute
    }
}

/// The texts that one sample's h_attr and h_entity are read from, as tokens.
package struct RepresentationSource: Sendable, Equatable {
    /// The context, or the attribute alone with `attributeWithoutEntity`.
    package var attributeText: [Int]
    package var attribute: Range<Int>
    /// The entity alone.
    package var entityText: [Int]
    /// The tokens whose mean is h_entity: the entity's last token, or all with `useAllEntityTokens`.
    package var entity: Range<Int>

    /// Tokens of the longer of the two texts.
    package var tokenCount: Int { max(attributeText.count, entityText.count) }
}
