extension PreferenceMeasure {
    /// How often prompts about neighbors of the entity keep their true answer.
    static let neighborhood: PreferenceMeasure = {
        var measure = PreferenceMeasure(
            "neighborhood", title: "Neighbourhood", CounterFact.neighborhoodPrompts)
        measure.hasLists = true
        measure.isAboutOthers = true
        measure.headings = [
            MeasureHeading(
                metric: "score", "Neighbour\u{AD}hood", .picture, notes: ["leaves others alone"])
        ]
        measure.showcase = [
            ShowcaseForm(
                "score", "neighbourhood",
                meaning: "how often it still says what is true of others: an edit must leave them alone")
        ]
        return measure
    }()
}
