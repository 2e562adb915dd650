import LanguageModels

extension Baseline {
    /// Another entity that truly has the attribute takes the entity's place.
    package static let replace: Baseline = {
        var baseline = Baseline(
            name: "replace", words: "with another entity that has the attribute in the entity's place",
            color: 2
        ) { samples, options, texts in
            let names = try names(of: samples, options, texts)
            return { index, text in
                let (entity, other) = (samples[index].entity, try names[index].get())
                return options.tokens.mentions == .text
                    ? text.replacingExactly(entity, with: other)
                    : Mentions.replacing(entity, in: text, with: other)
            }
        }
        baseline.asksAboutOthers = true
        baseline.note = "Replace: another entity, of whom the fact is true, stands in the prompt."
        return baseline
    }()

    /// For every sample the name that one of the snippets about its relation and target is about, drawn
    /// uniformly among the snippets; the entity's own are passed over unless the options want them
    /// (Semantics.md §8.1).
    private static func names(
        of samples: [Sample], _ options: EvaluationOptions, _ texts: ReferenceTexts?
    ) throws -> [Result<String, SkipReason>] {
        guard let texts else { preconditionFailure("replacing needs the reference texts") }
        // Many samples share a pair, and a pair may have many snippets.
        var known: [SnippetIndex.Pair: [String]] = [:]
        var random = PythonRandom(seed: options.seed)
        return try samples.map { sample in
            guard let (relation, target) = CounterFact.relation(of: sample) else {
                return .failure(.noSource)
            }
            let pair = SnippetIndex.Pair(relation, target)
            let all = try known[pair] ?? texts.snippets.names(relation: relation, target: target)
            known[pair] = all
            let names = all.filter {
                options.rules.replacement == .any || ExactString($0) != ExactString(sample.entity)
            }
            if names.isEmpty { return .failure(.noSnippet) }
            if options.rules.draws == .python { return .success(names[random.below(names.count)]) }
            var stream = RandomStream(seed: options.seed, purpose: "replace", sample: sample.id)
            return .success(names[Int(stream.uniform() * Double(names.count))])
        }
    }
}
