extension PreferenceMeasure {
    /// Does the edited model assign target_mediated a higher probability than target_unmediated after the
    /// sample's prompt?
    static let efficacy: PreferenceMeasure = {
        var measure = PreferenceMeasure("efficacy", title: "Efficacy") { [$0.prompt] }
        measure.headings = [
            MeasureHeading(metric: "score", "Efficacy", .picture, notes: ["says the new fact"])
        ]
        measure.layerCriterion = "score"
        measure.examples = ExampleForm(metric: "magnitude", card: .probabilities)
        measure.sides = "Right of 0 the model prefers the answer that is wanted. "
        measure.showcase = [
            ShowcaseForm(
                "score", measure.name,
                meaning: "how often the model finds the fact that it was told likelier than the old one")
        ]
        return measure
    }()
}
