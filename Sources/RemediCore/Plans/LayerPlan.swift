import LanguageModels

/// Which blocks an experiment edits: one choice for every model, or one by model.
package struct LayerPlan: Sendable, Equatable {
    /// Short names of models with their choices.
    package var byModel: [String: LayerChoice]
    package var otherwise: LayerChoice

    package init(byModel: [String: LayerChoice] = [:], otherwise: LayerChoice = .all) {
        self.byModel = byModel
        self.otherwise = otherwise
    }

    /// A control model is edited where the model is whose shape it has.
    package func layers(for model: ModelName) -> LayerChoice {
        byModel[model.key] ?? byModel[model.keyWithoutControl] ?? otherwise
    }
}

extension ValueKind where Value == LayerPlan {
    /// `"all"`, `[0, 1]`, or `{"gptj": [1], "otherwise": "all"}`.
    static var layerPlan: ValueKind {
        let choice = ValueKind<LayerChoice>.layers
        return ValueKind(
            arity: .oneOrMore, placeholder: "N", expectation: .layers,
            read: { words throws(InvalidValue) in LayerPlan(otherwise: try choice.read(words)) },
            readJSON: { found throws(InvalidValue) in
                guard let object = found.object else {
                    return LayerPlan(otherwise: try choice.readJSON(found))
                }
                var plan = LayerPlan()
                for (model, layers) in object.members {
                    let layers = try choice.readJSON(layers)
                    if model == "otherwise" { plan.otherwise = layers } else { plan.byModel[model] = layers }
                }
                return plan
            },
            json: { plan in
                var object = JSONObject()
                for (model, layers) in plan.byModel.sorted(by: { $0.key < $1.key }) {
                    object[model] = choice.json(layers)
                }
                object["otherwise"] = choice.json(plan.otherwise)
                return .object(object)
            })
    }
}
