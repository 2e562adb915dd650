import LanguageModels
import RemediCore

/// `experiments show`: every setting of a named experiment, defaults included.
package struct ExperimentsShow: Command {
    package static let name = "show"
    package static let summary = "shows every setting of a named experiment"

    package var given = GivenArguments<ExperimentsShow>()
    var experiment = ""
    var isJSON = false

    package init() {}

    package static var positionals: [Positional<ExperimentsShow>] {
        [
            Positional(
                "NAME", \.experiment, .text("NAME").suggesting(.experiments(prefix: "")),
                help: "the experiment's name, such as train.counterfact")
        ]
    }

    package static var options: [Option<ExperimentsShow>] {
        [Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON")]
    }

    package func run(in surroundings: Surroundings) throws {
        let experiment = try Experiment.named(experiment, in: surroundings.workplace)
        let settings = experiment.settings
        if isJSON { return try surroundings.write(JSONValue.object(settings)) }
        var facts = Facts()
        for (key, value) in settings.members { facts.add(key, value.string ?? value.text()) }
        try surroundings.write(facts.text)
    }
}

extension ExperimentsShow {
    package static let examples = [
        ExampleLine("shows the paper's settings for CounterFact", "remedi experiments show train.counterfact")
    ]
}
