/// The numbers that a benchmark is known by.
struct MainMetric: Sendable, Equatable {
    /// Where a picture shows it: never, always, or where layers are compared.
    enum Prominence: Sendable { case table, picture, pictureOfLayers }

    var benchmark: String
    var setting: String?
    var metric: String
    /// In a table's head.
    var words: String
    var prominence = Prominence.table
    /// What it means, a line each.
    var notes: [String] = []

    static let all = [
        MainMetric(
            benchmark: "efficacy", metric: "score", words: "Efficacy", prominence: .picture,
            notes: ["says the new fact"]),
        MainMetric(benchmark: "rewrite", metric: "score", words: "Rewrite"),
        MainMetric(
            benchmark: "paraphrase", metric: "score", words: "Paraphrase", prominence: .picture,
            notes: ["… in other words"]),
        MainMetric(
            benchmark: "neighborhood", metric: "score", words: "Neighbour\u{AD}hood", prominence: .picture,
            notes: ["leaves others alone"]),
        MainMetric(benchmark: "generation", metric: "fluency", words: "Fluency"),
        MainMetric(
            benchmark: "generation", metric: "consistency", words: "Consis\u{AD}tency",
            prominence: .pictureOfLayers),
        MainMetric(benchmark: "essence", metric: "essence", words: "Essence"),
        MainMetric(
            benchmark: "error_correction", setting: "contextual", metric: "top1_accuracy",
            words: "Top 1, contextual", prominence: .picture, notes: ["biography in front"]),
        MainMetric(
            benchmark: "error_correction", setting: "decontextual", metric: "top1_accuracy",
            words: "Top 1, decontextual", prominence: .picture, notes: ["without it"]),
        MainMetric(
            benchmark: "entailment", metric: "co_corr_post", words: "r, co-occurring", prominence: .picture),
        MainMetric(
            benchmark: "entailment", metric: "orig_corr_post", words: "r, original", prominence: .picture),
        MainMetric(benchmark: "entailment", metric: "co_delta_p", words: "Δp, co-occurring"),
    ]

    /// Those of classifications and of mediation, which have no table of their own.
    static let pictured =
        all.filter { $0.prominence != .table } + [
            MainMetric(
                benchmark: "fact_cls", setting: "contextual", metric: "f1", words: "Contextual",
                prominence: .picture, notes: ["fact in front"]),
            MainMetric(
                benchmark: "fact_cls", setting: "decontextual", metric: "f1", words: "Decontextual",
                prominence: .picture, notes: ["prompt alone"]),
            MainMetric(benchmark: "error_cls", metric: "f1", words: "Errors", prominence: .picture),
            MainMetric(
                benchmark: "mediation", setting: "contextual", metric: "accuracy", words: "Contextual",
                prominence: .picture, notes: ["fact in front"]),
            MainMetric(
                benchmark: "mediation", setting: "decontextual", metric: "accuracy", words: "Decontextual",
                prominence: .picture, notes: ["prompt alone"]),
        ]
}
