import LanguageModels

/// The keys of a JSON value and the kinds of its values; more keys are allowed.
indirect enum ResultForm: Sendable {
    case number, integer, text
    case list(ResultForm)
    case object([String: ResultForm])
    /// Or null, but never left out.
    case optional(ResultForm)

    /// What in `value` is otherwise.
    func mismatches(_ value: JSONValue, at place: String = "") -> [String] {
        switch self {
        case .number: value.double == nil ? ["\(place) is no number: \(value.text())"] : []
        case .integer: value.integer == nil ? ["\(place) is no whole number: \(value.text())"] : []
        case .text: value.string == nil ? ["\(place) is no text: \(value.text())"] : []
        case .optional(let form): value.isNull ? [] : form.mismatches(value, at: place)
        case .list(let form):
            value.array.map { elements in
                elements.enumerated().flatMap { form.mismatches($1, at: "\(place)[\($0)]") }
            } ?? ["\(place) is no list"]
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { key, form in
                value[key].map { form.mismatches($0, at: "\(place).\(key)") } ?? ["\(place) has no \(key)"]
            }
        }
    }
}

/// What the reference's result files hold.
extension ResultForm {
    private static let metric = ResultForm.object([
        "mean": .number, "std": .number, "values": .optional(.list(.number)),
    ])
    private static let scores = ResultForm.object(["score": metric, "magnitude": metric])
    private static let preference = ResultForm.object([
        "id": .text, "prompt": .text, "target_score": .number, "comparator_score": .number,
    ])

    private static func numbers(_ keys: String...) -> ResultForm {
        .object(Dictionary(uniqueKeysWithValues: keys.map { ($0, .number) }))
    }

    private static func result(_ sample: [String: ResultForm], _ metrics: ResultForm) -> ResultForm {
        .object([
            "samples": .list(.object(sample.merging(["id": .text]) { old, _ in old })), "metrics": metrics,
        ])
    }

    /// The form of the file `<name>.json`; nil if the reference has no such file.
    static func of(_ name: String) -> ResultForm? {
        if let form = forms[name] { return form }
        if name.hasSuffix("_metrics") { return nil }
        if name.hasPrefix("fact_cls_layer_") { return factClassification }
        return name.hasPrefix("error_cls_layer_") ? errorClassification : nil
    }

    private static let forms: [String: ResultForm] = [
        "efficacy": .object(["samples": .list(preference), "metrics": scores]),
        "paraphrase": result(
            [
                "prompts": .list(preference), "efficacy_score": .number, "efficacy_magnitude": .number,
            ], scores),
        "generation": result(
            [
                "generations": .list(.text), "references": .list(.text), "fluency_score": .number,
                "consistency_score": .optional(.number),
            ], .object(["fluency": metric, "consistency": metric])),
        "essence": result(
            [
                "generation": .text, "references": .list(.text), "essence_score": .number,
                "fluency_generation_score": .number, "fluency_references_score": .number,
            ],
            .object(["essence": metric, "fluency_generaton": metric, "fluency_references": metric])),
        "essence_references": .object(["references": .list(.text)]),
        "error_correction": correction, "baseline": correction,
        "entailment": entailment,
        "mediation": .object(["contextual": mediation, "decontextual": mediation]),
        "sweep": .object([
            "swept": .text, "criterion": .text, "chosen": .integer,
            "layers": .list(
                .object([
                    "layer": .integer, "validation": .optional(.number), "test": .optional(.number),
                ])),
        ]),
    ]

    private static let mediation = result(
        ["predictions": .list(.text), "logp_target": .number, "logp_comparator": .number],
        numbers("accuracy"))

    private static let correction = result(
        [
            "prompt": .text, "generation": .text, "predictions": .list(.text), "target": .text,
            "logp_predictions": .list(.number), "logp_target": .number, "fluency": .number,
            "consistency": .number,
        ],
        .object([
            "top1_accuracy": .number, "topk_accuracy": .number, "k": .integer, "fluency": metric,
            "consistency": metric,
        ]))

    private static let entailment: ResultForm = {
        let feature = ResultForm.object([
            "feature": .text, "logp_pre": .number, "logp_post": .optional(.number),
            "logp_ref": .optional(.number),
        ])
        return result(
            [
                "co_features": .list(feature), "orig_features": .list(feature),
                "unrel_features": .list(feature),
            ],
            .object([
                "orig_corr_pre": metric, "orig_corr_post": .optional(metric), "co_corr_pre": metric,
                "co_corr_post": .optional(metric),
            ]))
    }()

    private static let factClassification: ResultForm = {
        let fact = numbers("logp_target", "logp_comparator", "score_target", "score_comparator")
        let rates = numbers("f1", "mcc", "accuracy")
        return result(
            ["contextual": fact, "decontextual": fact],
            .object(["contextual": rates, "decontextual": rates]))
    }()

    private static let errorClassification = result(
        [
            "model_top_k": .list(.text), "model_top_k_logp": .list(.number),
            "predicted_top_k": .list(.text), "predicted_top_k_scores": .list(.number),
            "ground_truth": .text,
        ],
        numbers(
            "f1", "mcc", "probe_recall_1", "probe_recall_k", "model_recall_1", "model_recall_k", "k"))
}
