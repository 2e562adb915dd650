import Foundation
import RemediCore

/// `model download`: fetches a checkpoint from a hub.
package struct ModelDownloadCommand: Command {
    package static let name = "download"
    package static let summary = "downloads a model from Hugging Face, or another hub of its kind"
    package static let discussion = [
        "The model goes into the cache of Hugging Face's tools (HF_HUB_CACHE, HF_HOME), where their programs"
            + " find it too, unless --output names a folder. A download that was cut off resumes where it"
            + " ended, and every file's checksum is compared. Weights are fetched as safetensors, or as torch"
            + " files where there is nothing else.",
        "HF_ENDPOINT names another hub; HF_TOKEN holds the token for models that need one, or else the file"
            + " that 'huggingface-cli login' writes. Transfers are made by curl; https_proxy and its likes are"
            + " heeded.",
    ]

    package var given = GivenArguments<ModelDownloadCommand>()
    var model = ""
    var half: Bool?
    var output: String?
    package var verbosity = Verbosity.normal

    package init() {}

    package static var positionals: [Positional<ModelDownloadCommand>] {
        [Positional("NAME", \.model, .text("NAME"), help: "the model: " + ModelArguments.names)]
    }

    package static var options: [Option<ModelDownloadCommand>] {
        [
            Option(
                "revision", \.model.modelRevision, .optional(.text("REVISION")), group: "Download",
                help: "a branch, tag or commit; if not given, main"),
            Option(
                "fp16", \.half, .optional(.truth), group: "Download",
                help: "takes gptj's branch in half precision, or not; if not given, it is taken"),
            Option(
                "output", short: "o", \.output, .optional(.text("DIR")), group: "Download",
                help: "a plain folder for the files instead of the cache"),
        ] + Verbosity.options(in: \.verbosity)
    }

    package func run(in surroundings: Surroundings) throws {
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals("stopping; what was received is kept")
        let workplace = surroundings.workplace
        let name = ModelName(model)
        let download = try ModelDownload(
            name, revision: nil, prefersHalf: half ?? name.isHalfByDefault,
            folder: output.map(workplace.resolve), in: workplace)
        let outcome = try download.run(with: surroundings.downloader(progress: progress))
        try surroundings.write(line: outcome.folder.path + (outcome.wasThere ? " is there already" : ""))
    }
}

extension ModelDownloadCommand {
    package static let examples = [
        ExampleLine("fetches GPT-2 into the cache", "remedi model download gpt2"),
        ExampleLine(
            "fetches any model of the hub into a folder",
            "remedi model download EleutherAI/pythia-70m -o models/pythia-70m"),
    ]
}
