import LanguageModels

extension TrainingOptions {
    /// - Throws: `RemediError.editorNotTrainable`, `RemediError.malformedConfiguration`,
    ///   `LanguageModelError.noSuchBlock`.
    func check(model: LanguageModel) throws {
        for type in editorTypes where type.isParameterless {
            throw RemediError.editorNotTrainable(type: type.rawValue)
        }
        for block in blocks ?? [] { try model.check(block: block) }
        let conditions: [(Bool, String)] = [
            (
                !editorTypes.isEmpty && Set(editorTypes).count == editorTypes.count,
                "editor types must be named, each once"
            ),
            (Set(blocks ?? []).count == (blocks ?? []).count, "every layer may be named only once"),
            (batchSize > 0, "the batch size must be at least 1"),
            (maxEpochs >= 0, "the number of epochs must not be negative"),
            (patience >= 0, "the patience must not be negative"),
            (holdOut >= 0 && holdOut < 1, "the hold-out must be at least 0 and below 1"),
            (rank.map { $0 > 0 } ?? true, "the rank must be at least 1"),
            (
                optimizer.learningRate.isFinite && optimizer.learningRate >= 0,
                "the learning rate must be a number that is not negative"
            ),
        ]
        for (holds, reason) in conditions where !holds {
            throw RemediError.malformedConfiguration(path: "training options", reason: reason)
        }
    }
}
