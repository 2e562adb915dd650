extension PreferenceMeasure {
    /// The same after CounterFact's `requested_rewrite.prompt` with the subject filled in, as ROME measures it.
    static let rewrite: PreferenceMeasure = {
        var measure = PreferenceMeasure("rewrite", title: "Rewrite") { sample in
            CounterFact.rewritePrompt(of: sample).map { [$0] }
        }
        measure.headings = [MeasureHeading(metric: "score", "Rewrite")]
        measure.layerCriterion = "score"
        measure.showcase = [
            ShowcaseForm("score", measure.name, meaning: "the same, asked in the words in which it was told")
        ]
        return measure
    }()
}
