import RemediCore

extension TrainCommand {
    package static var discussion: [String] {
        [
            "With EXPERIMENT it takes the settings of the named experiment train.EXPERIMENT ('remedi"
                + " experiments list' shows which there are); every one of them can be overridden. Without,"
                + " --experiment-name says where results go, and defaults are as below.",
            "An interrupted training resumes when it is started again. Finished editors are not trained"
                + " again.",
        ]
    }

    package static var positionals: [Positional<TrainCommand>] {
        [
            Positional(
                "EXPERIMENT", \.experiment,
                .optional(.text("NAME").suggesting(.experiments(prefix: "train."))), isRequired: false,
                help: "a named experiment, such as counterfact")
        ]
    }

    package static var options: [Option<TrainCommand>] {
        [ModelArguments.named(\.plan.model), .revision(\.plan.model.modelRevision)]
            + DeviceOptions.options(in: \.runOptions.device)
            + dataOptions + editorOptions + trainingOptions + lossOptions + compatibilityOptions
            + ResultsOptions.options(in: \.runOptions.results)
            + Verbosity.options(in: \.verbosity)
    }

    /// The option for a setting that configurations have too.
    private static func option(
        _ name: String, short: Character? = nil, _ group: String, _ help: String
    ) -> Option<TrainCommand> {
        guard let setting = TrainingOptions.settings.first(where: { $0.name == name }) else {
            preconditionFailure("every training option is a setting: \(name)")
        }
        return Option(setting.inside(\.plan.options), short: short, group: group, help: help)
    }

    private static var dataOptions: [Option<TrainCommand>] {
        let group = "Data"
        return [
            Option(
                "dataset", short: "d", \.plan.dataset, .choice("NAME"), group: group, help: "the data set"),
            Option(
                "dataset-file", short: "f", \.runOptions.datasetFile, .optional(.text("FILE")), group: group,
                help: "the data set's file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or"
                    + " data"),
            Option(
                "validation-file", \.validationFile, .optional(.text("FILE")), group: group,
                help: "samples to validate on, instead of a part of the training samples"),
            Option(
                "size", \.plan.size, .optional(.integer(minimum: 1)), group: group,
                help: "uses only the first N training samples"),
            option("hold-out", group, "the part of the training samples that validates"),
        ]
    }

    private static var editorOptions: [Option<TrainCommand>] {
        let group = "Editors"
        return [
            option("editor-types", short: "t", group, "kinds of editor"),
            Option(
                "layers", short: "l", \.runOptions.layers, .optional(.layers), group: group,
                help: "the layers to edit, counted from 0, or 'all'; if not given, the experiment's, else all"
            ),
            option("rank", group, "factors the linear editor's matrix through N dimensions"),
            option("use-entity", group, "lets linear and mlp editors read the entity's state as well"),
            option(
                "use-all-entity-tokens", group,
                "reads and edits all of the entity's tokens instead of the last"),
            option("attribute-no-entity", group, "reads the attribute alone instead of in its context"),
            option("alpha", group, "what the direction is multiplied with"),
            option("beta", group, "what the edited state is multiplied with"),
            option(
                "export-pth", group,
                "writes weights.pth, a state dict for torch.load, beside weights.safetensors"),
            option("init-from", group, "starts from the editors of this folder"),
        ]
    }

    private static var trainingOptions: [Option<TrainCommand>] {
        let group = "Training"
        return [
            option("batch-size", group, "samples in a batch"),
            option("max-epochs", group, "stops after this many epochs"),
            option("patience", group, "stops after more than N epochs in a row without improvement"),
            option("lr", group, "the learning rate of AdamW"),
            option("weight-decay", group, "the weight decay of AdamW"),
            option(
                "adam-epsilon", group,
                "the epsilon of AdamW; if not given, 1e-08, but 1e-04 for an editor in half precision, and with"
                    + " --compat reference for a model in half precision"),
            option("shuffle", group, "takes the samples in another order every epoch"),
            option("seed", group, "the seed of every random number"),
            option(
                "cache-memory", group,
                "memory for what is computed once and reused, such as 2G; if not given, from what is free"),
        ]
    }

    private static var lossOptions: [Option<TrainCommand>] {
        let group = "Loss"
        return [
            option("lam-m", group, "the weight of the mediated term; 0 switches a term off"),
            option(
                "lam-u", group,
                "the weight of the unmediated term; if not given, 1, but off for biosbias and mcrae"),
            option(
                "lam-kl", group,
                "the weight of the KL term; at batch size 16, X with --kl batch weighs as much as 16 X with"
                    + " --kl last-sample"),
            option("lam-norm", group, "the weight of the directions' norm; off if not given"),
            option("lam-ess", group, "the weight of the essence term; off if not given"),
            option(
                "kl", group, "sums the KL term over the batch, or takes the last sample's as the reference"),
        ]
    }

    private static var compatibilityOptions: [Option<TrainCommand>] {
        let group = "Compatibility with the reference"
        return [
            Option(
                "compat", \.plan.followed, .choice(), group: group,
                help: "whose rules to follow; reference sets --kl last-sample, --lam-kl 10, --keep last,"
                    + " --random-streams shared, --weigh batches, --byte-token first and --mentions text,"
                    + " and for a model in half precision --editor-precision float16 and --adam-epsilon 1e-4,"
                    + " where they are not given",
                comesFirst: true),
            option("keep", group, "which epoch's editor is saved"),
            option("random-streams", group, "a stream of random numbers for each editor, or one for all"),
            option(
                "editor-precision", group,
                "what the editor, its gradients and AdamW's moments are held in; with float16 on the processor"
                    + " the model's activations are rounded too, as PyTorch's are; if not given, float32, but"
                    + " float16 with --compat reference for a model in half precision"),
            option("weigh", group, "takes the validation loss as the mean over samples or over batches"),
            option(
                "byte-token", group, "which of the tokens that share an entity's last character is edited"),
            option(
                "mentions", group,
                "which mention of an entity or attribute in a text is taken: the first that is a word of its"
                    + " own, or the first, be it inside another word"),
        ]
    }
}
