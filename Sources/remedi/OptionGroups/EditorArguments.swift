import Foundation
import LanguageModels
import RemediCore

/// The options that choose one saved editor and how strongly it edits.
package struct EditorArguments: Sendable, Equatable {
    package var directory: String?
    package var type = EditorType.linear
    /// Needed; there is no layer that would suit every model.
    package var layer: Int?
    package var alpha = 1.0
    package var beta = 1.0

    package init() {}

    /// The help for `--editors-dir` on every page.
    static let directoryHelp = "the folder that holds TYPE/LAYER/weights.safetensors or weights.pth"

    static func options<Outer>(
        in place: WritableKeyPath<Outer, EditorArguments> & Sendable
    ) -> [Option<Outer>] {
        let group = "Editor"
        let all: [Option<EditorArguments>] = [
            Option(
                "editors-dir", short: "e", \.directory, .optional(.text("DIR")), group: group,
                help: directoryHelp),
            Option(
                "editor-type", short: "t", \.type, .choice("TYPE"), group: group, help: "the kind of editor"),
            Option(
                "layer", short: "l", \.layer, .optional(.integer(minimum: 0)), group: group,
                help: "the layer to edit, counted from 0"),
            Option("alpha", \.alpha, .number(), group: group, help: "what the direction is multiplied with"),
            Option("beta", \.beta, .number(), group: group, help: "what the edited state is multiplied with"),
        ]
        return all.map { $0.inside(place) }
    }

    /// Refuses a command line that names no editor.
    func check<Target>(_ given: GivenArguments<Target>) throws(UsageError) {
        if layer == nil { throw .optionMissing(name: "layer") }
        if directory == nil, !type.isParameterless { throw .optionMissing(name: "editors-dir") }
    }

    /// - Throws: `PlaceError.pathNotFound`; `RemediError.editorMissing`, `.editorMismatch`;
    ///   `LanguageModelError`.
    func open(
        for model: LanguageModel, in workplace: Workplace, progress: any ProgressReporter
    ) throws -> Editor {
        guard let layer else { preconditionFailure("a command line without --layer was let through") }
        guard let directory else { return try Editor.parameterless(type, block: layer, model: model) }
        return try Editor.load(
            type: type, block: layer, directory: workplace.editors(directory), model: model,
            progress: progress)
    }
}
