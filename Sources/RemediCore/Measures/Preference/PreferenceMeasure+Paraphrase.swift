extension PreferenceMeasure {
    /// The same after all paraphrase prompts of the case, uncleaned; the first mention of the entity is edited.
    static let paraphrase: PreferenceMeasure = {
        var measure = PreferenceMeasure("paraphrase", title: "Paraphrase", CounterFact.paraphrasePrompts)
        measure.hasLists = true
        measure.headings = [
            MeasureHeading(metric: "score", "Paraphrase", .picture, notes: ["… in other words"])
        ]
        measure.layerCriterion = "score"
        measure.weighed = [("score", measure.name)]
        measure.showcase = [
            ShowcaseForm("score", measure.name, meaning: "the same, asked in other words")
        ]
        return measure
    }()
}
