import LanguageModels

/// One fact, before and after its edit: what the model would say next, and how it would go on.
package struct SingleEdit {
    package let model: LanguageModel
    package let editor: Editor
    package var alpha: Double
    package var beta: Double
    /// How many tokens are listed.
    package var top: Int
    package var generation: GenerationOptions
    package var seed: UInt64

    package init(
        model: LanguageModel, editor: Editor, alpha: Double = 1, beta: Double = 1, top: Int = 10,
        generation: GenerationOptions = GenerationOptions(sampling: .greedy, limit: .new(20)),
        seed: UInt64 = 123456
    ) {
        precondition(top >= 0)
        self.model = model
        self.editor = editor
        self.alpha = alpha
        self.beta = beta
        self.top = top
        self.generation = generation
        self.seed = seed
    }

    /// Edits `sample.entity` in `sample.prompt` by the direction of `sample.attribute`, read in
    /// `sample.context`.
    ///
    /// - Parameter targets: further words to score besides the sample's own two.
    /// - Throws: `RemediError.entityNotInPrompt`, `.attributeNotInContext`; `LanguageModelError`;
    ///   `ComputeError`.
    package func run(_ sample: Sample, targets: [String] = []) throws -> SingleEditResult {
        let representations = try model.representations(
            of: [sample], block: editor.block, options: editor.tokenOptions)
        let direction = try editor.directions(for: representations, sampleIds: [sample.id])
        let located = try model.locate(
            entity: sample.entity, in: sample.prompt, options: editor.tokenOptions, sample: sample.id)
        let words = distinct([sample.targetMediated, sample.targetUnmediated].compactMap { $0 } + targets)
        let edit = PromptEdit(tokens: located.editedTokens, direction: direction, sample: 0)
        func edits(of sequence: Int) -> [Edit] {
            [
                Edit(
                    sequence: sequence, block: editor.block, tokens: edit.tokens, direction: direction,
                    alpha: Float(alpha), beta: Float(beta))
            ]
        }
        let tokens = located.promptTokens
        // Both texts draw the same numbers, so that only the edit tells them apart.
        let texts = try model.generate(
            [tokens, tokens], edits: edits(of: 1), options: generation, seed: seed,
            streamIds: [sample.id, sample.id])
        func outcome(_ edit: PromptEdit?, _ edits: [Edit], text: [Int]) throws -> SingleEditResult.Outcome {
            .init(
                top: try model.topPredictions(after: tokens, count: top, edits: edits),
                continuation: model.tokenizer.decode(text),
                targets: try scores(of: words, after: tokens, edit: edit))
        }
        var result = SingleEditResult(
            sample: sample, promptTokens: tokens.map(model.tokenizer.token),
            editedTokens: located.editedTokens,
            notes: notes(on: sample, words: words, located),
            before: try outcome(nil, [], text: texts[0]),
            after: try outcome(edit, edits(of: 0), text: texts[1]))
        let isTold = result.notes.contains(.lastLayer(editor.block))
        if !isTold, let change = result.largestChange, change < EditEffect.least {
            result.notes.append(.withoutEffect)
        }
        return result
    }

    /// Warnings about the fact, whatever comes of the edit.
    private func notes(
        on sample: Sample, words: [String], _ located: LocatedSample
    ) -> [SingleEditResult.Note] {
        var notes: [SingleEditResult.Note] = []
        if Mentions.areInsideWords(of: sample.entity, in: sample.prompt) {
            notes.append(.entityInsideWord(entity: sample.entity))
        }
        var first: [Int: String] = [:]
        for word in words where !word.isEmpty {
            let token = model.tokenizer.firstToken(ofWord: word)
            if let other = first[token] {
                notes.append(.sharedFirstToken(other, word))
            } else {
                first[token] = word
            }
        }
        if editor.block == model.blocks - 1, located.isBeforeEnd {
            notes.append(.lastLayer(editor.block))
        }
        return notes
    }

    private func distinct(_ words: [String]) -> [String] {
        var seen = Set<ExactString>()
        return words.filter { seen.insert(ExactString($0)).inserted }
    }

    private func scores(
        of words: [String], after tokens: [Int], edit: PromptEdit?
    ) throws -> [SingleEditResult.Target] {
        let usable = words.map { ($0, model.tokenizer.tokens(ofWord: $0)) }.filter { !$1.isEmpty }
        guard !usable.isEmpty else { return [] }
        let scorer = PromptScorer(
            model: model, block: editor.block, alpha: alpha, beta: beta, batchSize: 1)
        let prompt = ScoredPrompt(tokens: tokens, words: usable.map(\.1), edit: edit)
        return zip(usable, try scorer.scores(of: [prompt])[0]).map {
            .init(word: $0.0, logProbability: $1.first, fullLogProbability: $1.full)
        }
    }
}

/// The result of a `SingleEdit`.
package struct SingleEditResult: Sendable, Equatable {
    /// Log-probability of a word following the prompt.
    package struct Target: Sendable, Equatable {
        package var word: String
        /// Of its first token.
        package var logProbability: Double
        /// Of all its tokens.
        package var fullLogProbability: Double
    }

    package struct Outcome: Sendable, Equatable {
        package var top: [Prediction]
        package var continuation: String
        package var targets: [Target]

        /// Whether all log-probabilities are finite numbers.
        package var isFinite: Bool {
            top.allSatisfy(\.logProbability.isFinite) && targets.allSatisfy(\.fullLogProbability.isFinite)
        }
    }

    /// Warnings about a fact.
    package enum Note: Sendable, Equatable {
        /// The prompt has the entity only inside another word.
        case entityInsideWord(entity: String)
        /// Two words that are scored begin with the same token.
        case sharedFirstToken(String, String)
        /// An edit at the last layer, of a token before the prompt's end.
        case lastLayer(Int)
        /// No log-probability that is shown changes by `EditEffect.least` or more.
        case withoutEffect
    }

    /// The largest change of a log-probability that is shown; nil where there is none.
    var largestChange: Double? {
        let targets = zip(before.targets, after.targets).map { $1.fullLogProbability - $0.fullLogProbability }
        let first = Dictionary(before.top.map { ($0.id, $0.logProbability) }, uniquingKeysWith: { $1 })
        let top = after.top.map { $0.logProbability - (first[$0.id] ?? -.infinity) }
        return (targets + top).map(abs).max()
    }

    package var sample: Sample
    package var promptTokens: [String]
    package var editedTokens: Range<Int>
    package var notes: [Note] = []
    package var before: Outcome
    package var after: Outcome

    /// Whether what is shown is the same before and after, to the last digit.
    package var isUnchanged: Bool {
        !(before.top.isEmpty && before.targets.isEmpty) && before.top == after.top
            && before.targets == after.targets && before.continuation == after.continuation
    }

    /// `{"before": {"top": […], "continuation": …, "targets": […]}, "after": {…}, …}`.
    package var json: JSONValue {
        [
            "before": before.json, "after": after.json, "prompt": .string(sample.prompt),
            "entity": .string(sample.entity), "tokens": .array(promptTokens.map(JSONValue.string)),
            "edited": [.integer(editedTokens.lowerBound), .integer(editedTokens.upperBound)],
        ]
    }
}

extension SingleEditResult.Outcome {
    /// `targets` is left out where none was given.
    package var json: JSONValue {
        var object: JSONObject = [
            "top": .array(
                top.map {
                    [
                        "token": .string($0.token), "id": .integer($0.id),
                        "logp": .number($0.logProbability),
                    ]
                }),
            "continuation": .string(continuation),
        ]
        if !targets.isEmpty {
            object["targets"] = .array(
                targets.map {
                    [
                        "target": .string($0.word), "logp": .number($0.logProbability),
                        "full_logp": .number($0.fullLogProbability),
                    ]
                })
        }
        return .object(object)
    }
}
