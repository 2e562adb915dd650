import LanguageModels

/// One fact to teach: `context` says that `entity` has `attribute`; `prompt` is the text that the model
/// continues, with `targetMediated` if the edit worked and `targetUnmediated` if not.
package struct Sample: Sendable, Equatable {
    package var id: String
    package var entity: String
    package var attribute: String
    package var context: String
    package var prompt: String
    package var targetMediated: String?
    package var targetUnmediated: String?
    /// The record that the sample was made from.
    package var source: JSONValue?

    package init(
        id: String, entity: String, attribute: String, context: String, prompt: String,
        targetMediated: String? = nil, targetUnmediated: String? = nil, source: JSONValue? = nil
    ) {
        self.id = id
        self.entity = entity
        self.attribute = attribute
        self.context = context
        self.prompt = prompt
        self.targetMediated = targetMediated
        self.targetUnmediated = targetUnmediated
        self.source = source
    }
}
