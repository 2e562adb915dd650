import Compute
import Foundation
import LanguageModels
import RemediCore

/// The options that choose a model and where it runs.
package struct ModelArguments: Sendable, Equatable {
    package var name = "gptj"
    package var device = DeviceOptions()

    package init() {}

    init(name: String, device: DeviceOptions) {
        self.name = name
        self.device = device
    }

    /// The help for `--model` on every page.
    static let help = "a checkpoint folder, " + names
    static let names =
        "a Hugging Face id, or gptj, neox, gpt2, gpt2-medium, gpt2-large, gpt2-xl, pythia-*, smollm2, demo"

    /// The option that names a model.
    static func named<Outer>(
        _ place: WritableKeyPath<Outer, String> & Sendable
    ) -> Option<Outer> {
        Option("model", short: "m", place, .text("NAME"), group: "Model", help: help, comesFirst: true)
    }

    static func options<Outer>(
        in place: WritableKeyPath<Outer, ModelArguments> & Sendable
    ) -> [Option<Outer>] {
        let all: [Option<ModelArguments>] =
            [named(\.name), .revision(\.name.modelRevision)] + DeviceOptions.options(in: \.device)
        return all.map { $0.inside(place) }
    }

    /// Whether half-precision weights are taken where there are several kinds.
    var prefersHalf: Bool { device.elementType(for: ModelName(name)) == .float16 }

    /// The checkpoint's folder.
    func locate(in workplace: Workplace) throws -> URL {
        try ModelName(name).locate(for: device, in: workplace)
    }

    /// Tells what `config.json` says to no effect.
    ///
    /// - Throws: `LanguageModelError`.
    static func report(warningsOf folder: URL, to progress: any ProgressReporter) throws {
        let reader = try Checkpoint.configurationReader(of: folder)
        var warnings = try ModelFamilies.warnings(reader)
        if let generation = try GenerationSettings(folder: folder), !generation.unfollowed.isEmpty {
            warnings.append(.unfollowedGeneration(generation.unfollowed, path: generation.path))
        }
        for warning in warnings { progress.report(.warning(Messages.words(warning))) }
    }

    /// Opens the model on its device.
    ///
    /// - Throws: `ExperimentError`, `LanguageModelError`, `ComputeError`.
    func open(in workplace: Workplace, progress: any ProgressReporter) throws -> LanguageModel {
        let folder = try locate(in: workplace)
        try Self.report(warningsOf: folder, to: progress)
        let backend = try device.makeBackend(in: workplace) { gpu, reason in
            progress.report(.message(Messages.unusedGPU(gpu, reason: reason)))
        }
        progress.report(.message("model \(folder.path) on \(backend.deviceDescription)"))
        let model = try LanguageModel(
            folder: folder, name: name, backend: backend,
            elementType: device.elementType(for: ModelName(name)), fingerprints: workplace.fingerprints,
            notice: { progress.report(.warning(Messages.notice($0))) })
        progress.report(
            .message(
                Messages.words(model.precision, allowsTF32: device.allowsTF32 && backend is CUDABackend)))
        for note in model.notes { progress.report(.warning(Messages.notice(note))) }
        return model
    }
}

extension Option {
    /// The option that adds a revision to a model's name, which must be applied before.
    static func revision(_ place: WritableKeyPath<Target, String?> & Sendable, group: String = "Model")
        -> Option
    {
        Option(
            "revision", place, .optional(.text("REVISION")), group: group,
            help: "a branch, tag or commit of a model in Hugging Face's cache; the same as NAME@REVISION",
            destination: "model")
    }
}
