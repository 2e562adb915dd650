/// The tree of all commands.
package enum Commands {
    /// One line about the program.
    package static let summary =
        "Edits what a language model believes of an entity, by a vector added to one of its hidden states"
        + " (REMEDI), and measures how well that works"

    package static var tree: [CommandNode] {
        [
            .command(TrainCommand.self),
            .group(
                name: "eval", summary: "measures what edits change, and what models believe",
                members: [
                    .command(EvalGenCommand.self),
                    .command(EvalClsCommand.self),
                    .command(EvalEntCommand.self),
                    .command(EvalMedCommand.self),
                ]),
            .group(
                name: "inspect", summary: "shows what is inside models, editors and single edits",
                members: [
                    .command(InspectModel.self),
                    .command(InspectDevice.self),
                    .command(InspectTokens.self),
                    .command(InspectPredict.self),
                    .command(InspectEdit.self),
                    .command(InspectProbe.self),
                    .command(InspectEditor.self),
                    .command(InspectData.self),
                    .command(InspectDirections.self),
                    .command(InspectRun.self),
                ]),
            .group(
                name: "experiments", summary: "lists, shows and runs the named experiments",
                members: [
                    .command(ExperimentsList.self), .command(ExperimentsShow.self),
                    .command(ExperimentsRun.self), .command(ExperimentsSubmit.self),
                    .command(ExperimentsStatus.self),
                ]),
            .group(
                name: "data", summary: "lists, fetches and reformats data sets",
                members: [
                    .command(DataList.self), .command(DataDownload.self), .command(DataReformat.self),
                ]),
            .group(
                name: "model", summary: "lists, fetches, converts and makes models",
                members: [
                    .command(ModelList.self), .command(ModelDownloadCommand.self),
                    .command(ModelRandom.self), .command(ModelImportCommand.self),
                ]),
            .command(PresubmitCommand.self),
            .command(ShellCompletions.self),
            .command(ManualCommand.self),
        ]
    }
}

extension Commands {
    /// First steps for a newcomer.
    package static let examples = [
        ExampleLine(
            "shows what an edit does, with a model and data from inside the program",
            "remedi experiments run demo"),
        ExampleLine(
            "asks a model what comes next", #"remedi inspect predict -m demo "Hernwin Tharnmund plays the""#),
        ExampleLine(
            "trains an editor with settings of your own", "remedi train -n first -m demo -l 2 --size 200"),
    ]
}
