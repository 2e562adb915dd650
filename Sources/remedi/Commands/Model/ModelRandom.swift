import Compute
import Foundation
import LanguageModels
import RemediCore

/// `model random`: draws a control model.
package struct ModelRandom: Command {
    package static let name = "random"
    package static let summary = "makes a control model: a model's shape and tokenizer with random weights"
    package static let discussion = [
        "The weights are drawn by the family's own rules for the start of training, and the same seed gives the"
            + " same model. Only the model's config.json and tokenizer are read; its weights need not be here."
    ]

    package var given = GivenArguments<ModelRandom>()
    var model = "gptj"
    var half: Bool?
    var device = DeviceChoice.cpu
    var seed: UInt64 = 123_456
    var output: String?
    var overwrites = false
    package var verbosity = Verbosity.normal

    package init() {}

    package static var options: [Option<ModelRandom>] {
        [
            ModelArguments.named(\.model), .revision(\.model.modelRevision),
            Option(
                "fp16", \.half, .optional(.truth), group: "Model",
                help: "stores weights in half precision, or as float32; if not given, gptj and neox are"
                    + " stored in half and others as float32"),
            Option(
                "device", \.device, .device, group: "Model",
                help: "taken for the sake of older command lines; weights are always drawn on the processor"),
            Option("seed", \.seed, .seed, group: "Model", help: "where the random numbers start"),
            Option(
                "out-dir", short: "o", \.output, .optional(.text("DIR")), group: "Output",
                help: "the new model's folder; if not given, NAME_random in the models folder"),
            Option(
                "overwrite", \.overwrites, .flag, group: "Output",
                help: "replaces a model that is in that folder"),
        ] + Verbosity.options(in: \.verbosity)
    }

    package func run(in surroundings: Surroundings) throws {
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals("stopping; nothing is kept")
        let workplace = surroundings.workplace
        let name = ModelName(model)
        var control = RandomModel(source: try name.locate(in: workplace))
        control.seed = seed
        try ModelArguments.report(warningsOf: control.source, to: progress)
        control.elementType = half ?? name.isHalfByDefault ? .float16 : .float32
        let folder =
            output.map(workplace.resolve) ?? workplace.models.appendingPathComponent(name.control.key)
        try control.write(to: folder, replaces: overwrites, progress: progress)
        try surroundings.write(line: folder.path)
    }
}

extension ModelRandom {
    package static let examples = [
        ExampleLine("makes models/demo_random", "remedi model random -m demo")
    ]
}
