import Foundation
import LanguageModels

/// One editor whose directions are compared with entities' states.
package struct Probe: Sendable {
    package let model: LanguageModel
    package let type: EditorType
    package let block: Int
    /// The editor's file; nil for identity and null.
    package let file: URL?
    /// How its tokens are chosen.
    package let tokens: TokenOptions
    /// The same where an evaluation's rules say nothing.
    let ownTokens: TokenOptions
    /// Whether its directions depend on the entity.
    package let usesEntity: Bool
    /// Where the editor, and with it its normaliser, is kept.
    package let directory: URL
    /// Where entities are read.
    package let entityBlocks: [Int]
    package let controls: ProbeControls
    /// For files that do not say.
    private let givenTokens: TokenOptions

    /// - Parameters:
    ///   - directory: holds `<type>/<block>/weights.*`.
    ///   - tokens: for editors that do not say how their tokens are chosen.
    /// - Throws: as `Editor.load`.
    init(
        model: LanguageModel, type: EditorType, block: Int, directory: URL, entityBlocks: [Int],
        controls: ProbeControls, tokens: TokenOptions, progress: any ProgressReporter = SilentProgress()
    ) throws {
        let editor = try Editor.load(
            type: type, block: block, directory: directory, model: model, tokenOptions: tokens,
            progress: progress)
        self.model = model
        self.type = type
        self.block = block
        self.directory = directory
        self.entityBlocks = entityBlocks
        self.controls = controls
        givenTokens = tokens
        ownTokens = editor.tokenOptions
        self.tokens = editor.tokenOptions.taking(mentions: tokens.mentions)
        usesEntity = editor.shape.useEntity || type == .biaffine
        file = Editor.weightsFile(in: Editor.folder(type: type, block: block, directory: directory))
    }

    /// - Throws: as `Editor.load`.
    func editor() throws -> Editor {
        try Editor.load(
            type: type, block: block, directory: directory, model: model, tokenOptions: givenTokens)
    }

    /// `linear/1`
    var folder: String { "\(type.rawValue)/\(block)" }

    /// `fact_cls_layer_26_control_task`
    func resultName(_ classification: String, entityBlock: Int) -> String {
        "\(classification)_layer_\(entityBlock)\(controls.suffix)"
    }

    func condition(entityBlock: Int) -> EvaluationCondition {
        .probed(type, block: block, entityBlock: entityBlock, controls: controls)
    }

    /// Inputs of the probe's results besides the samples.
    func inputs() throws -> JSONObject {
        var inputs: JSONObject = [
            "model": .string(model.fingerprint),
            "tokenizer": .string(try model.tokenizer.fingerprint()),
            "weights": model.elementType.map { .string($0.rawValue) } ?? .null,
        ]
        if let file { inputs["editor"] = .string(try StoredEditor.hash(file, for: model)) }
        if file.map(StoredEditor.isOfReference) ?? true {
            for (key, value) in tokens.inputs.members { inputs[key] = value }
        }
        return inputs
    }
}

extension TokenOptions {
    /// As manifests record them.
    var inputs: JSONObject {
        var inputs: JSONObject = [
            "use_all_entity_tokens": .bool(useAllEntityTokens), "first_byte_token": .bool(firstByteToken),
            "attribute_no_entity": .bool(attributeWithoutEntity),
        ]
        if let mentionInput { inputs["mentions"] = mentionInput }
        return inputs
    }

    /// The rule for mentions as manifests record it; nil for the usual one.
    var mentionInput: JSONValue? { mentions == .word ? nil : .string(mentions.rawValue) }
}

/// Probes that read the same states: those of one model whose editors choose tokens alike.
package struct ProbeGroup: Sendable {
    package let model: LanguageModel
    package let tokens: TokenOptions
    package let probes: [Probe]
    /// The samples that are classified.
    package let samples: [Sample]
    /// Inputs that all results share, those of the samples among them.
    package let inputs: JSONObject
    /// The data set whose training split normalises.
    package let dataset: Dataset
    package let options: EvaluationOptions
    /// The experiment's folder; what a run keeps there until it is done has names that start with `name`.
    package let directory: URL
    package let progress: any ProgressReporter

    /// Every block at which an entity is read, ascending.
    var entityBlocks: [Int] { Set(probes.flatMap(\.entityBlocks)).sorted() }
    /// Every block that is edited, ascending.
    var blocks: [Int] { Set(probes.map(\.block)).sorted() }
    var bootstrap: Bootstrap { Bootstrap(seed: options.seed) }

    /// How the control task hands out truths; nil for what is none.
    func shuffle(of probe: Probe, entityBlock: Int) -> TruthShuffle? {
        guard probe.controls.task else { return nil }
        var shuffle = TruthShuffle(seed: options.seed, probe: "\(probe.folder) \(entityBlock)")
        if options.rules.draws == .python {
            // The reference has a program run of its own for every editor type.
            let places = probes.filter { $0.controls.task && $0.type == probe.type }.flatMap { probe in
                probe.entityBlocks.map { (probe.folder, $0) }
            }
            shuffle.earlierProbes = places.firstIndex { $0 == (probe.folder, entityBlock) }
        }
        return shuffle
    }
}

/// A kind of classification by probes.  One instance serves a group of probes; it computes what they share
/// once, when it is first asked for.
package protocol Classification: AnyObject, SendableMetatype {
    /// The beginning of its result files' names.
    static var name: String { get }
    /// The beginning of the names of files that keep the training split's states while they are needed.
    static var trainingName: String { get }

    init(_ group: ProbeGroup)

    /// Inputs of a probe's results besides the samples and the probe.
    ///
    /// - Throws: `RemediError`, `LanguageModelError`, `ComputeError`.
    func inputs(of probe: Probe) throws -> JSONObject

    /// Classifies with the entities' states after `entityBlock`.
    ///
    /// - Throws: `RemediError.interrupted`, `LanguageModelError`, `ComputeError`.
    func result(of probe: Probe, entityBlock: Int, journal: CaseJournal) throws -> MeasureResult

    /// Removes what was kept for the case of an interruption.
    func finish() throws
}
