import LanguageModels

/// One fact to teach: `context` says that `entity` has `attribute`; `prompt` is the text that the model
/// continues, with `targetMediated` if the edit worked and `targetUnmediated` if not.
package struct Sample: Sendable {
    package var id: String
    package var entity: String
    package var attribute: String
    package var context: String
    package var prompt: String
    package var targetMediated: String?
    package var targetUnmediated: String?
    /// `source` as JSON text: a data set's records take several times their text when parsed.
    private var sourceText: String?

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

    /// The record that the sample was made from; parsed anew each time it is asked for.
    package var source: JSONValue? {
        get {
            guard let sourceText else { return nil }
            guard let value = try? JSONValue(parsing: sourceText) else {
                preconditionFailure("a source is kept only if it was parsed before")
            }
            return value
        }
        set { sourceText = newValue?.text() }
    }

    /// `source` as JSON text in one line; the record's own bytes, where they are one.
    var sourceLine: String? {
        guard let sourceText else { return nil }
        let isOneLine = !sourceText.utf8.contains { $0 == 0x0A || $0 == 0x0D }
        return isOneLine ? sourceText : source?.text()
    }

    /// Keeps the record's own bytes, which must have been parsed already.
    mutating func setSource(text: String) { sourceText = text }
}

extension Sample: Equatable {
    package static func == (a: Sample, b: Sample) -> Bool {
        a.id == b.id && a.entity == b.entity && a.attribute == b.attribute && a.context == b.context
            && a.prompt == b.prompt && a.targetMediated == b.targetMediated
            && a.targetUnmediated == b.targetUnmediated
            && (a.sourceText == b.sourceText || a.source == b.source)
    }
}

extension Sample {
    /// Whether the entity is mentioned in the prompt, as a word of its own or inside another.
    package var namesEntityInPrompt: Bool { mention(0, of: entity, in: prompt) != nil }
}

// MARK: - Prompt in context

/// A prompt with the sample's context in front, and where the prompt itself begins.
package struct PromptInContext: Sendable, Equatable {
    package var text: String
    /// The first Unicode scalar of the prompt part.
    package var promptStart: Int

    /// The text in front of the prompt.
    package var lead: String { String(String.UnicodeScalarView(text.unicodeScalars.prefix(promptStart))) }
    package var prompt: String {
        String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(promptStart)))
    }
}

extension Sample {
    /// The context, trimmed of full stops and spaces at its end, `suffix` and `prompt`
    /// (Semantics.md §2.1).
    package func inContext(_ prompt: String, suffix: String = ". ") -> PromptInContext {
        let front = context.trimmingEnd(of: ". ") + suffix
        return PromptInContext(text: front + prompt, promptStart: front.unicodeScalars.count)
    }
}
