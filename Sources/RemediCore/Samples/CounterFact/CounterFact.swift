import LanguageModels

/// CounterFact cases (Semantics.md §2.3): which fact of a record becomes which part of a sample.
package enum CounterFact {
    /// Why a case whose context does not name its subject is left out.
    static let noSubject = "subject not in the context"

    /// Makes the sample of one case.  The prompt is the first paraphrase prompt, cleaned.
    ///
    /// - Throws: `RecordError`.
    static func sample(of record: JSONObject, text: String) throws -> Sample {
        guard let id = RecordError.identifier(record["case_id"]) else {
            throw RecordError.missing(key: "case_id")
        }
        guard let rewrite = record["requested_rewrite"] else {
            throw RecordError.missing(key: "requested_rewrite")
        }
        func string(_ value: JSONValue?, _ key: String) throws -> String {
            guard let text = value?.string else { throw RecordError.missing(key: "requested_rewrite.\(key)") }
            return text
        }
        let subject = try string(rewrite["subject"], "subject")
        let template = try string(rewrite["prompt"], "prompt")
        let target = try string(rewrite["target_new"]?["str"], "target_new.str")
        let comparator = try string(rewrite["target_true"]?["str"], "target_true.str")
        guard let raw = record["paraphrase_prompts"]?.array?.first?.string else {
            throw RecordError.missing(key: "paraphrase_prompts[0]")
        }
        let context = template.replacingExactly("{}", with: subject) + " " + target
        guard !subject.isEmpty, let mention = context.lastRange(ofExactly: subject) else {
            throw RecordError.unusable(id: id, reason: noSubject)
        }
        var sample = Sample(
            id: id, entity: subject, attribute: String(context[mention.upperBound...]).trimming(",-;: "),
            context: context, prompt: PromptCleaner(subject: subject).clean(raw), targetMediated: target,
            targetUnmediated: comparator)
        sample.setSource(text: text)
        return sample
    }

    /// The rewrite prompt with the subject filled in; nil without a source.
    package static func rewritePrompt(of sample: Sample) -> String? {
        if let edit = FlatEdit(sourceOf: sample) { return edit.rewritePrompt }
        guard let rewrite = sample.source?["requested_rewrite"], let template = rewrite["prompt"]?.string
        else { return nil }
        return template.replacingExactly("{}", with: rewrite["subject"]?.string ?? sample.entity)
    }

    /// The distinct raw paraphrase prompts in order of appearance; nil without a source.
    package static func paraphrasePrompts(of sample: Sample) -> [String]? {
        if let edit = FlatEdit(sourceOf: sample) {
            return edit.rephrasedPrompts.isEmpty ? nil : distinct(edit.rephrasedPrompts)
        }
        return distinct(sample.source?["paraphrase_prompts"])
    }

    /// The distinct prompts about neighbours of the entity; nil without a source.
    package static func neighborhoodPrompts(of sample: Sample) -> [String]? {
        if let edit = FlatEdit(sourceOf: sample) {
            return edit.neighborhoodPrompts.isEmpty ? nil : distinct(edit.neighborhoodPrompts)
        }
        return distinct(sample.source?["neighborhood_prompts"])
    }

    /// The distinct prompts to be continued, in order of appearance; nil without a source.
    package static func generationPrompts(of sample: Sample) -> [String]? {
        distinct(sample.source?["generation_prompts"])
    }

    /// The ids of the relation and of target_mediated, by which reference texts are found; nil where the case
    /// does not tell them.
    package static func relation(of sample: Sample) -> (relation: String, target: String)? {
        guard let rewrite = sample.source?["requested_rewrite"],
            let relation = rewrite["relation_id"]?.string, let target = rewrite["target_new"]?["id"]?.string
        else { return nil }
        return (relation, target)
    }

    private static func distinct(_ list: JSONValue?) -> [String]? {
        list?.array.flatMap { distinct($0.compactMap(\.string)) }
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen = Set<ExactString>()
        return texts.filter { seen.insert(ExactString($0)).inserted }
    }
}
