import Foundation
import LanguageModels

extension Evaluation {
    /// The conditions of the options, with the blocks spelled out.
    func chosenConditions() throws -> [EvaluationCondition] {
        try options.conditions.flatMap { condition -> [EvaluationCondition] in
            if let baseline = condition.baseline { return [.baseline(baseline)] }
            return try editedBlocks().map { .edited(options.editorType, block: $0) }
        }
    }

    private func editedBlocks() throws -> [Int] {
        if let blocks = options.blocks {
            for block in blocks where !(0..<model.blocks).contains(block) {
                throw LanguageModelError.noSuchBlock(block: block, blocks: model.blocks)
            }
            for block in blocks { try editorFile(type: options.editorType, block: block) }
            return blocks
        }
        if !needsSavedEditor { return Array(0..<model.blocks) }
        guard let directory = options.editorsDirectory else {
            throw RemediError.editorMissing(path: options.editorType.rawValue)
        }
        let blocks = Editor.savedBlocks(type: options.editorType, directory: directory)
        guard !blocks.isEmpty else {
            throw RemediError.editorMissing(
                path: directory.appendingPathComponent(options.editorType.rawValue).path)
        }
        return blocks
    }

    private var needsSavedEditor: Bool { !options.editorType.isParameterless }

    /// The editor of an edited condition; nil of others.
    func editor(of condition: EvaluationCondition) throws -> Editor? {
        guard case .edited(_, let block) = condition else { return nil }
        return try editor(at: block)
    }

    func editor(at block: Int) throws -> Editor {
        if !needsSavedEditor {
            return try Editor.parameterless(
                options.editorType, block: block, model: model, tokenOptions: options.tokens)
        }
        guard let directory = options.editorsDirectory else {
            throw RemediError.editorMissing(path: options.editorType.rawValue)
        }
        return try Editor.load(
            type: options.editorType, block: block, directory: directory, model: model,
            tokenOptions: options.tokens, progress: progress)
    }
}

// MARK: - What decides results

extension Evaluation {
    /// Everything that decides the results of a condition, one flat object.
    func inputs(of condition: EvaluationCondition) throws -> JSONObject {
        // Hashes of large files are among them.
        let known = shared { KnownInputs() }
        if let inputs = known.byFolder[condition.folder] { return inputs }
        let inputs = try computedInputs(of: condition)
        known.byFolder[condition.folder] = inputs
        return inputs
    }

    private final class KnownInputs { var byFolder: [String: JSONObject] = [:] }

    private func computedInputs(of condition: EvaluationCondition) throws -> JSONObject {
        var inputs: JSONObject = [
            "version": .string(RemediVersion.current),
            "dataset": .string(dataset.name.rawValue),
            "data": .string(dataset.identity),
            "split": .string(options.split.description),
            "model": .string(model.fingerprint),
            "tokenizer": .string(try model.tokenizer.fingerprint()),
            "weights": options.elementType.map { .string($0) } ?? .null,
            "seed": .string(String(options.seed)),
        ]
        inputs.note(options.rules, options.tokens.mentions, batchSize: options.batchSize)
        if condition == .replace, let texts = try referenceTexts() {
            inputs["replacement_texts"] = .string(texts.snippets.identity)
            if options.rules.replacement == .any { inputs["replaces_by_itself"] = true }
        }
        guard case .edited(let type, let block) = condition else { return inputs }
        inputs["alpha"] = .number(options.alpha)
        inputs["beta"] = .number(options.beta)
        let file = try editorFile(type: type, block: block)
        if let file { inputs["editor"] = .string(try StoredEditor.hash(file, for: model)) }
        if file.map(StoredEditor.isOfReference) ?? true {
            inputs["use_all_entity_tokens"] = .bool(options.tokens.useAllEntityTokens)
            inputs["first_byte_token"] = .bool(options.tokens.firstByteToken)
            inputs["attribute_no_entity"] = .bool(options.tokens.attributeWithoutEntity)
            if let mentions = options.tokens.mentionInput { inputs["mentions"] = mentions }
        }
        return inputs
    }

    /// Facts worth recording that change no result.
    func circumstances(sampleCount: Int) -> JSONObject {
        var dropped = JSONObject()
        for group in dataset.dropped { dropped[group.reason] = .integer(group.ids.count) }
        return [
            "model_name": .string(model.name), "samples": .integer(sampleCount),
            "batch_size": .integer(options.batchSize), "dropped": .object(dropped),
            "editors": options.editorsDirectory.map { .string($0.path) } ?? .null,
        ]
    }

    /// The weights of a saved editor; nil for identity and null.
    @discardableResult
    func editorFile(type: EditorType, block: Int) throws -> URL? {
        guard needsSavedEditor, let directory = options.editorsDirectory else { return nil }
        let folder = Editor.folder(type: type, block: block, directory: directory)
        guard let file = Editor.weightsFile(in: folder) else {
            throw RemediError.editorMissing(path: folder.path)
        }
        return file
    }

    /// Inputs other than model and editor: samples, seed and rules.
    var inputsOfSamples: JSONObject {
        var inputs: JSONObject = [
            "version": .string(RemediVersion.current),
            "dataset": .string(dataset.name.rawValue),
            "data": .string(dataset.identity),
            "split": .string(options.split.description),
            "seed": .string(String(options.seed)),
        ]
        inputs.note(options.rules, options.tokens.mentions, batchSize: options.batchSize)
        return inputs
    }

    /// Inputs of making, judging and comparing texts.
    func textInputs() throws -> JSONObject {
        var inputs = options.textInputs
        for (key, value) in try referenceTexts()?.inputs.members ?? [] { inputs[key] = value }
        return inputs
    }
}
