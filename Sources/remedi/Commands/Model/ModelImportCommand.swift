import Compute
import Foundation
import LanguageModels
import RemediCore

/// `model import`: turns torch's files into safetensors.
package struct ModelImportCommand: Command {
    package static let name = "import"
    package static let summary = "turns a model's torch files into safetensors"
    package static let discussion = [
        "Reads pytorch_model.bin, its shards or a .pth file without executing anything in it, and writes"
            + " model.safetensors, or shards of at most 5 GB and their index. Tensors stay as they are, but F64"
            + " becomes F32, and names lose what wrappers added (module., _orig_mod.); a tensor that has two"
            + " names is written once. A checkpoint that lacks a tensor is refused."
    ]

    /// In which type weights are stored.
    enum Storage: String, CaseIterable, Sendable {
        case float32, float16, bfloat16

        var elementType: ElementType {
            switch self {
            case .float32: .float32
            case .float16: .float16
            case .bfloat16: .bfloat16
            }
        }
    }

    package var given = GivenArguments<ModelImportCommand>()
    var source = ""
    var output: String?
    var storage: Storage?
    var overwrites = false
    package var verbosity = Verbosity.normal

    package init() {}

    package static var positionals: [Positional<ModelImportCommand>] {
        [
            Positional(
                "SOURCE", \.source, .text("SOURCE"),
                help: "the model: its folder, a torch file in it, a Hugging Face id or a short name")
        ]
    }

    package static var options: [Option<ModelImportCommand>] {
        [
            .revision(\.source.modelRevision, group: "Source"),
            Option(
                "output", short: "o", \.output, .optional(.text("DIR")), group: "Output",
                help: "the new model's folder; if not given, one of the same name in the models folder"),
            Option(
                "dtype", \.storage, .optional(.choice("TYPE")), group: "Output",
                help: "rounds the weights to this type"),
            Option(
                "overwrite", \.overwrites, .flag, group: "Output",
                help: "replaces a model that is in that folder"),
        ] + Verbosity.options(in: \.verbosity)
    }

    package func run(in surroundings: Surroundings) throws {
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals("stopping; nothing is kept")
        let workplace = surroundings.workplace
        let folder = try locate(in: workplace)
        var job = ModelImport(source: folder)
        job.elementType = storage?.elementType
        let name = ModelName(source)
        let target =
            output.map(workplace.resolve)
            ?? workplace.models.appendingPathComponent(name.folderName)
        let outcome = try job.write(to: target, replaces: overwrites, progress: progress)
        if !outcome.shared.isEmpty {
            progress.report(
                .message(
                    "left out, being others under a second name: \(outcome.shared.joined(separator: ", "))")
            )
        }
        if outcome.notes == nil {
            progress.report(
                .warning(
                    "a model of this configuration cannot be read here;"
                        + " whether a tensor is missing was not checked"
                ))
        }
        for note in outcome.notes ?? [] { progress.report(.warning(Messages.notice(note))) }
        try surroundings.write(line: target.path)
    }

    /// The folder that a name or a file in it stands for.
    private func locate(in workplace: Workplace) throws -> URL {
        let file = workplace.resolve(source)
        guard let status = SystemCall.status(file.path), SystemCall.isRegular(status) else {
            return try ModelName(source).locate(in: workplace)
        }
        if GGUFFile.isOne(file) { return file }
        guard ["bin", "pth", "pt"].contains(file.pathExtension) else {
            throw ModelError.notACheckpoint(path: file.path)
        }
        return file.deletingLastPathComponent()
    }
}

extension ModelImportCommand {
    package static let examples = [
        ExampleLine(
            "turns what 'remedi model download gptj' fetched into safetensors",
            "remedi model import gptj -o models/gptj-safetensors")
    ]
}
