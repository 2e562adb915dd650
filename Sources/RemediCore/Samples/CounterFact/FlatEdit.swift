import LanguageModels

/// An edit whose parts are members of one object, as model editors hand CounterFact, zsRE and QAEdit round:
/// EasyEdit's `{case_id, subject, prompt, target_new, ground_truth, rephrase_prompt, locality_prompt,
/// locality_ground_truth}`, KnowEdit's with nested `locality`, QAEdit's `{id, subject, prompt, target, rephrase,
/// locality: [{loc, loc_ans}]}` and MEND's zsRE `{subject, src, alt, answers, rephrase, loc, loc_ans}`.
struct FlatEdit {
    let id: String
    let subject: String
    /// The prompt with the subject filled in.
    let rewritePrompt: String
    let target: String
    /// The answer before the edit, if the record tells.
    let truth: String?
    /// The prompt in other words, uncleaned.
    let rephrasedPrompts: [String]
    /// Prompts about others of whom the old fact is true.
    let neighborhoodPrompts: [String]

    /// The names that each part goes by, in the order in which they are looked for.
    private enum Keys {
        static let id = ["case_id", "id"]
        static let prompt = ["prompt", "src"]
        static let target = ["target_new", "target", "alt"]
        static let truth = ["ground_truth", "target_true", "answers"]
        static let rephrased = ["rephrase_prompt", "rephrase", "rephrase_prompts", "paraphrase_prompts"]
        static let locality = [("locality_prompt", "locality_ground_truth"), ("loc", "loc_ans")]
    }

    /// Whether a record has this form, be it complete or not.
    static func isOne(_ record: JSONObject) -> Bool {
        record["entity"] == nil && (["subject"] + Keys.target).contains { record[$0] != nil }
    }

    /// The edit of a sample that was made of one; nil for other samples.
    init?(sourceOf sample: Sample) {
        guard let record = sample.source?.object, record["requested_rewrite"] == nil, Self.isOne(record),
            let edit = try? FlatEdit(record, number: 0)
        else { return nil }
        self = edit
    }

    /// - Parameter number: stands for an id that the record lacks.
    /// - Throws: `RecordError.missing`.
    init(_ record: JSONObject, number: Int) throws {
        func value(_ keys: [String]) -> (key: String, value: JSONValue)? {
            keys.lazy.compactMap { key in record[key].map { (key, $0) } }.first { !$0.1.isNull }
        }
        func text(_ keys: [String]) throws -> String {
            guard let text = value(keys).flatMap({ Self.texts($0.value).first }), !text.isEmpty else {
                throw RecordError.missing(key: value(keys)?.key ?? keys[0])
            }
            return text
        }
        let known = value(Keys.id)
        guard let id = known == nil ? String(number) : RecordError.identifier(known?.value) else {
            throw RecordError.missing(key: known?.key ?? Keys.id[0])
        }
        let subject = try text(["subject"])
        self.id = id
        self.subject = subject
        func filled(_ text: String) -> String { text.replacingExactly("{}", with: subject) }
        rewritePrompt = filled(try text(Keys.prompt))
        target = try text(Keys.target)
        let truth = value(Keys.truth).flatMap { Self.texts($0.value).first }
        self.truth = truth
        rephrasedPrompts = value(Keys.rephrased).map { Self.texts($0.value).map(filled) } ?? []
        neighborhoodPrompts = Self.locality(of: record).filter { $0.truth == truth && truth != nil }
            .map(\.prompt)
    }

    /// A text, or the texts of a list, of lists, or of objects with a text `str`.
    private static func texts(_ value: JSONValue, depth: Int = 0) -> [String] {
        if let text = value.string { return [text] }
        if let text = value["str"]?.string { return [text] }
        guard depth < 4, let list = value.array else { return [] }
        return list.flatMap { texts($0, depth: depth + 1) }
    }

    private static func locality(of record: JSONObject) -> [(prompt: String, truth: String)] {
        let whole = JSONValue.object(record)
        return pairs(whole, Keys.locality) + groups(record["locality"] ?? .null)
    }

    /// The prompts of a list, or of an object of lists or of objects.
    private static func groups(_ value: JSONValue) -> [(prompt: String, truth: String)] {
        let keys = Keys.locality + [("prompt", "ground_truth")]
        if let list = value.array { return list.flatMap { pairs($0, keys) } }
        guard let object = value.object else { return [] }
        return object.members.flatMap { member -> [(prompt: String, truth: String)] in
            member.value.array.map { $0.flatMap { pairs($0, keys) } } ?? pairs(member.value, keys)
        }
    }

    /// A prompt and its answer, or a list of each.
    private static func pairs(
        _ value: JSONValue, _ keys: [(String, String)]
    ) -> [(prompt: String, truth: String)] {
        for (prompt, answer) in keys {
            guard let prompts = value[prompt].map({ texts($0) }), let answers = value[answer],
                !prompts.isEmpty
            else { continue }
            // One prompt may have several right answers; several prompts have one each.
            if prompts.count == 1 { return texts(answers).first.map { [(prompts[0], $0)] } ?? [] }
            let each = answers.array?.compactMap { texts($0).first } ?? []
            return each.count == prompts.count ? Array(zip(prompts, each)) : []
        }
        return []
    }

    /// The sample, made as that of a CounterFact case: the prompt is the first rephrased prompt, cleaned, or else the
    /// prompt as it stands.
    ///
    /// - Throws: `RecordError.unusable`.
    func sample(text: String) throws -> Sample {
        let context = rewritePrompt + " " + target
        guard let mention = context.lastRange(ofExactly: subject) else {
            throw RecordError.unusable(id: id, reason: CounterFact.noSubject)
        }
        var sample = Sample(
            id: id, entity: subject, attribute: String(context[mention.upperBound...]).trimming(",-;:? "),
            context: context,
            prompt: rephrasedPrompts.first.map { PromptCleaner(subject: subject).clean($0) } ?? rewritePrompt,
            targetMediated: target, targetUnmediated: truth)
        sample.setSource(text: text)
        return sample
    }
}
