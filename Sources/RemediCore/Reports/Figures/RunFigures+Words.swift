import LanguageModels

extension RunFigures {
    /// `Fact classification`
    static func title(of benchmark: String) -> String {
        let titles = [
            "fact_cls": "Fact classification", "error_cls": "Error classification",
            "neighborhood": "Neighbourhood", "error_correction": "Error correction",
        ]
        return titles[benchmark]
            ?? benchmark.prefix(1).uppercased()
            + String(benchmark.dropFirst()).replacingExactly("_", with: " ")
    }

    /// `top-1 accuracy`
    static func words(for metric: String) -> String {
        let words = [
            "f1": "F1", "mcc": "MCC", "kl": "KL", "co_delta_p": "Δp, co-occurring",
            "orig_delta_p": "Δp, original", "unrel_delta_p": "Δp, unrelated",
            "co_corr_post": "correlation, co-occurring", "orig_corr_post": "correlation, original",
            "essence": "similarity", "fluency_generaton": "fluency of the edited text",
            "fluency_references": "fluency of the references", "top1_accuracy": "top-1 accuracy",
            "topk_accuracy": "top-k accuracy", "probe_recall_1": "probe's recall at 1",
            "probe_recall_k": "probe's recall at k", "model_recall_1": "model's recall at 1",
            "model_recall_k": "model's recall at k",
        ]
        return words[metric] ?? metric.replacingExactly("_", with: " ")
    }

    /// What an axis measures, with its unit.
    static func quantity(_ metric: String) -> String {
        if metric.hasPrefix("fluency") { return "fluency (bits)" }
        if metric.contains("corr") { return "Pearson's r" }
        if metric.hasSuffix("delta_p") { return "change of probability" }
        if metric.hasPrefix("top") || metric.contains("recall") { return "share of samples" }
        switch metric {
        case "score", "full_score": return "share of samples"
        case "magnitude", "full_magnitude": return "difference of probabilities"
        case "consistency", "essence": return "TF-IDF similarity"
        default: return words(for: metric)
        }
    }
}
