import LanguageModels

/// A row of a run beside the editors: a model that is not edited, asked in a way of its own.
package struct Baseline: Sendable, Equatable {
    /// The text that a model reads of a text about sample `index`; nil if the text does not name the entity.
    ///
    /// - Throws: `SkipReason` where the sample cannot be used.
    typealias Reading = (_ index: Int, _ text: String) throws -> String?

    /// In tables, on the command line, and the name of its results' folder.
    package let name: String
    /// For help pages: `with the context in front of every prompt`.
    package let words: String
    /// In plots.
    let color: Int
    /// Its caption in pictures; nil: the name.
    var note: String?
    /// Whether it asks about other entities, which only facts have that are known to be true of several.
    package var asksAboutOthers = false
    /// Whether it takes them from the reference texts.
    package var needsReferenceTexts: Bool { asksAboutOthers }
    /// How samples are read.
    let reading: @Sendable ([Sample], EvaluationOptions, ReferenceTexts?) throws -> Reading

    package static func == (a: Baseline, b: Baseline) -> Bool { a.name == b.name }
}
