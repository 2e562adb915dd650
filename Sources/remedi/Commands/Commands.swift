/// The tree of all commands.
package enum Commands {
    package static var tree: [CommandNode] {
        [
            .group(
                name: "inspect", summary: "Shows what is inside models, editors and single edits.",
                members: [
                    .command(InspectDevice.self),
                    .command(InspectTokens.self),
                    .command(InspectPredict.self),
                ]),
            .group(
                name: "experiments", summary: "Shows the named experiments.",
                members: [.command(ExperimentsList.self), .command(ExperimentsShow.self)]),
            .command(PresubmitCommand.self),
        ]
    }
}
